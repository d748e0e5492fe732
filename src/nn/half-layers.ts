// The frozen layers in float16: which they are, and how one runs. Weights and activations are halves; sums and biases float32.
import { cast, halfConv3x3, halfConv3x3Pooled, halfDense, halfMaxPool } from '../autograd/half-ops.js';
import { joinColumns } from '../autograd/ops.js';
import type { Tape } from '../autograd/tape.js';
import type { Precision, Tensor } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { hasHalves } from '../kernels/half.js';
import type { Layer, Network } from './network.js';
import { halfKernels, tensorsOf } from './parameters.js';

/** @throws VggpuError 'device' where float16 is asked for on a device that was not opened for it */
export function assertPrecision({ capabilities }: Gpu, precision: Precision): void {
  if (precision === 'f32' || hasHalves(capabilities)) return;
  throw new VggpuError(
    'device',
    'The device has no float16, or was opened without it. Open it with { float16: true }, or leave the precision f32.',
  );
}

/**
 * How many of the first layers run in float16, as far as their kind can: those before the first that is trained, and before the
 * dense layer that makes the logits, so that what training sees of them is what a saved model does.
 */
export function halfDepth({ precision, layers }: Network): number {
  if (precision === 'f32') return 0;
  const trained = layers.findIndex(({ parameters }) => parameters && tensorsOf(parameters).some((t) => t.requiresGrad));
  const last = layers.findLastIndex(({ parameters }) => parameters !== undefined);
  const most = layers[last]?.spec.kind === 'dense' ? last : layers.length;
  return trained < 0 ? most : Math.min(trained, most);
}

/** What a layer takes; undefined where it only hands its input on, whatever that is. */
export function inputPrecision({ spec }: Layer, half: boolean, training: boolean): Precision | undefined {
  switch (spec.kind) {
    case 'flatten':
      return undefined;
    case 'dropout':
      return training ? 'f32' : undefined;
    case 'conv3x3':
    case 'dense':
    case 'maxPool':
      return half ? 'f16' : 'f32';
    default:
      return 'f32';
  }
}

/**
 * Runs a layer whose `inputPrecision` is f16.
 * @param x in float16  @param pooled with the max-pool that comes after it, where it is a convolution
 */
export function forwardHalf(tape: Tape, { spec, parameters }: Layer, x: Tensor, pooled = false): Tensor {
  if (spec.kind === 'maxPool') return halfMaxPool(tape, x);
  const kernels = halfKernels(tape.gpu, parameters!);
  const { panels } = parameters!;
  const relu = 'activation' in spec && spec.activation === 'relu';
  if (spec.kind === 'conv3x3') {
    const op = pooled ? halfConv3x3Pooled : halfConv3x3;
    return op(tape, x, kernels[0]!, panels[0]!.bias, { pad: spec.pad, relu });
  }
  const parts = panels.map(({ bias }, i) => halfDense(tape, x, kernels[i]!, bias, { relu }));
  return parts.length === 1 ? parts[0]! : joined(tape, parts);
}

/** Columns are moved as words, and a half is not one: the panels of a large layer join in float32. */
function joined(tape: Tape, halves: readonly Tensor[]): Tensor {
  const parts = halves.map((half) => cast(tape, half, 'f32'));
  const y = joinColumns(tape, parts);
  for (const tensor of [...halves, ...parts]) tape.release(tensor);
  return y;
}
