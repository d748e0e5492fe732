// Standardised head inputs: mean and deviation of the training features, and their folding into the dense layer behind.
import type { Tape } from '../autograd/tape.js';
import { createTensor, elementsOf, freeTensor, type Shape, type Tensor } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { run } from '../kernels/run.js';
import { foldStandardize, momentsUpdate, standardize } from '../kernels/standardize.js';
import { createParameters, type LayerParameters } from './parameters.js';

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

/** y = (x - mean) / deviation, both constants: dx = dy / deviation. */
export function applyStandardization(tape: Tape, state: Standardization, x: Tensor): Tensor {
  const { gpu } = tape;
  const { mean, m2, seen } = state;
  assertMeasured(state);
  const y = tape.make(x.shape, 'standardised features');
  const dims = { rows: x.shape[0]!, columns: elementsOf(x.shape.slice(1)), seen, epsilon: EPSILON };
  run(gpu, standardize, dims, { x, mean, m2, y });
  tape.record([x], y, [], (dy) =>
    tape.addGradient(x, (dx) => {
      const zero = createTensor(gpu, mean.shape, 'a mean of zero');
      gpu.clear(zero);
      run(gpu, standardize, dims, { x: dy, mean: zero, m2, y: dx });
      freeTensor(gpu, zero);
    }),
  );
  return y;
}

/**
 * Weights w2, b2 such that x w2 + b2 = standardize(x) w + b, for saving. The caller frees them.
 * @throws VggpuError 'training' where the features have not been measured
 */
export function foldIntoDense(gpu: Gpu, state: Standardization, dense: LayerParameters): LayerParameters {
  assertMeasured(state);
  const { mean, m2, seen } = state;
  const folded = createParameters(gpu, dense.layer, dense.kernelShape);
  const K = dense.kernelShape[0]!;
  for (const [i, { kernel: w, bias: b, width: N }] of dense.panels.entries()) {
    const { kernel: w2, bias: b2 } = folded.panels[i]!;
    run(gpu, foldStandardize, { K, N, seen, epsilon: EPSILON }, { w, b, mean, m2, w2, b2 });
  }
  return folded;
}

function assertMeasured({ seen }: Standardization): void {
  if (seen > 0) return;
  throw new VggpuError('training', 'The features of the new head have not been measured yet: train it first.');
}
