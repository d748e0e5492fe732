// Standardised head inputs: mean and deviation of the training features, and their folding into the dense layer behind.
import { createTape, type Tape } from '../autograd/tape.js';
import { createTensor, elementsOf, freeTensor, type Shape, type Tensor } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { run } from '../kernels/kernel.js';
import { foldStandardize, momentsUpdate, standardize } from '../kernels/standardize.js';
import type { LayerParameters } from './parameters.js';

/** Below this deviation a feature counts as constant, and is centred but not stretched. */
const EPSILON = 1e-3;

export interface Standardization {
  /** (features) */
  readonly mean: Tensor;
  /** (features): sum of squared deviations from the mean. */
  readonly m2: Tensor;
  /** Rows seen so far. */
  seen: number;
}

/** @param features shape of one picture's features */
export function createStandardization(gpu: Gpu, features: Shape): Standardization {
  const columns = elementsOf(features);
  return {
    mean: createTensor(gpu, [columns], 'mean of the features'),
    m2: createTensor(gpu, [columns], 'squared deviations of the features'),
    seen: 0,
  };
}

export function freeStandardization(gpu: Gpu, { mean, m2 }: Standardization): void {
  freeTensor(gpu, mean);
  freeTensor(gpu, m2);
}

/** Takes a batch of features (rows, ...) into the mean and deviation. */
export function observe(gpu: Gpu, state: Standardization, x: Tensor): void {
  const rows = x.shape[0]!;
  const { mean, m2, seen } = state;
  run(gpu, momentsUpdate, { rows, columns: elementsOf(x.shape.slice(1)), seen }, { x, mean, m2 });
  state.seen += rows;
}

/** y = (x - mean) / deviation. The features come from frozen layers, so no gradient passes through. */
export function applyStandardization(tape: Tape, { mean, m2, seen }: Standardization, x: Tensor): Tensor {
  if (x.requiresGrad) {
    throw new VggpuError(
      'training',
      'A standardised head stands on frozen layers; the layers before it cannot be trained.',
    );
  }
  if (seen === 0) throw new VggpuError('training', 'The features have not been measured before the head runs.');
  const y = tape.make(x.shape, 'standardised features');
  const dims = { rows: x.shape[0]!, columns: elementsOf(x.shape.slice(1)), seen, epsilon: EPSILON };
  run(tape.gpu, standardize, dims, { x, mean, m2, y });
  return y;
}

/** A dense layer's kernel and bias with the standardisation before it folded in. */
export interface FoldedDense {
  /** (K, N) */
  readonly kernel: Float32Array<ArrayBuffer>;
  /** (N) */
  readonly bias: Float32Array<ArrayBuffer>;
}

/** Weights w2, b2 such that x w2 + b2 = standardize(x) w + b, for saving. */
export async function foldIntoDense(gpu: Gpu, state: Standardization, dense: LayerParameters): Promise<FoldedDense> {
  const panel = dense.panels[0]!;
  if (dense.panels.length > 1) {
    throw new VggpuError('memory', `The head's layer ${dense.layer} is too large for this adapter to standardise.`);
  }
  const [K = 0, N = 0] = dense.kernelShape;
  const tape = createTape(gpu, { record: false });
  const w2 = tape.make([K, N], 'folded kernel');
  const b2 = tape.make([N], 'folded bias');
  const { mean, m2, seen } = state;
  run(gpu, foldStandardize, { K, N, seen, epsilon: EPSILON }, { w: panel.kernel, b: panel.bias, mean, m2, w2, b2 });
  const folded = {
    kernel: new Float32Array(await gpu.read(w2, 0, K * N * 4)),
    bias: new Float32Array(await gpu.read(b2, 0, N * 4)),
  };
  tape.dispose();
  return folded;
}
