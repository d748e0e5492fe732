// Ops on float16, forward only: the frozen layers that run in it have no gradients. What passes 65504 becomes NaN.
import { VggpuError } from '../errors.js';
import { castToFloat, castToHalf } from '../kernels/cast.js';
import { halfConv3x3Forward, halfConv3x3ForwardPooled, halfPoolingPays } from '../kernels/half-conv3x3.js';
import { halfMatmulNN } from '../kernels/half-matmul.js';
import { halfMaxPoolForward } from '../kernels/half-max-pool.js';
import { run } from '../kernels/run.js';
import type { ActivationOptions } from './ops.js';
import type { Tape } from './tape.js';
import { elementsOf, type Precision, type Tensor } from './tensor.js';

/** x in another precision; x itself where it has that. No gradient passes. */
export function cast(tape: Tape, x: Tensor, precision: Precision): Tensor {
  if (x.dtype === precision) return x;
  if (x.requiresGrad) throw new VggpuError('training', 'A tensor that needs a gradient cannot be cast to float16.');
  const y = tape.make(x.shape, 'cast', precision);
  run(tape.gpu, precision === 'f16' ? castToHalf : castToFloat, { count: elementsOf(x.shape) }, { x, y });
  return y;
}

/**
 * As `conv3x3`, in float16.
 * @param x (N, H, W, C) of halves  @param w (3, 3, C, K) of halves  @param b (K) of floats
 * @returns (N, H + 2 pad - 2, W + 2 pad - 2, K) of halves
 */
export function halfConv3x3(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  b: Tensor,
  options: ActivationOptions & { readonly pad: 0 | 1 },
): Tensor {
  const d = convolutionDims(x, w, options);
  const y = tape.make([d.N, d.H + 2 * d.pad - 2, d.W + 2 * d.pad - 2, d.K], 'float16 conv3x3', 'f16');
  run(tape.gpu, halfConv3x3Forward, d, { x, w, b, y }, undefined, ['w']);
  return y;
}

/**
 * halfMaxPool(halfConv3x3(x)), in one op where the device has a fast kernel for it.
 * @returns (N, P, Q, K), rows and columns of the convolution's output halved and floored
 */
export function halfConv3x3Pooled(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  b: Tensor,
  options: ActivationOptions & { readonly pad: 0 | 1 },
): Tensor {
  const d = convolutionDims(x, w, options);
  if (!halfPoolingPays(d, tape.gpu)) {
    const y = halfConv3x3(tape, x, w, b, options);
    const pooled = halfMaxPool(tape, y);
    tape.release(y);
    return pooled;
  }
  const [P, Q] = [d.H + 2 * d.pad - 2, d.W + 2 * d.pad - 2];
  const shape = [d.N, Math.floor(P / 2), Math.floor(Q / 2), d.K];
  const y = tape.make(shape, 'float16 conv3x3 and max-pool', 'f16');
  run(tape.gpu, halfConv3x3ForwardPooled, d, { x, w, b, y }, undefined, ['w']);
  return y;
}

/** @throws VggpuError 'shape' where x or w are not halves of such shapes, or the picture is too small */
function convolutionDims(x: Tensor, w: Tensor, { pad, relu = false }: ActivationOptions & { readonly pad: 0 | 1 }) {
  const [N = 0, H = 0, W = 0, C = 0] = x.shape;
  const K = w.shape[3] ?? 0;
  expectHalves('halfConv3x3', x, [N, H, W, C]);
  expectHalves('halfConv3x3', w, [3, 3, C, K]);
  if (H + 2 * pad < 3 || W + 2 * pad < 3) {
    throw new VggpuError('shape', `halfConv3x3: a ${H}x${W} picture is too small for 3x3 without padding.`);
  }
  return { N, H, W, C, K, pad, relu: Number(relu) };
}

/**
 * As `dense`, in float16.
 * @param x (M, ...) of halves, K elements a row  @param w (K, N) of halves  @param b (N) of floats
 * @returns (M, N) of halves
 */
export function halfDense(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  b: Tensor,
  { relu = false }: ActivationOptions = {},
): Tensor {
  const M = x.shape[0] ?? 0;
  const K = elementsOf(x.shape.slice(1));
  const N = w.shape[1] ?? 0;
  expectHalves('halfDense', x, x.shape);
  expectHalves('halfDense', w, [K, N]);
  const y = tape.make([M, N], 'float16 dense', 'f16');
  run(tape.gpu, halfMatmulNN, { M, K, N, relu: Number(relu) }, { x, w, b, y });
  return y;
}

/** As `maxPool`, in float16. @param x (N, H, W, C) of halves */
export function halfMaxPool(tape: Tape, x: Tensor): Tensor {
  const [N = 0, H = 0, W = 0, C = 0] = x.shape;
  expectHalves('halfMaxPool', x, [N, H, W, C]);
  if (H < 2 || W < 2) throw new VggpuError('shape', `halfMaxPool: a ${H}x${W} picture has no 2x2 window.`);
  const y = tape.make([N, Math.floor(H / 2), Math.floor(W / 2), C], 'float16 max-pool', 'f16');
  run(tape.gpu, halfMaxPoolForward, { N, H, W, C }, { x, y });
  return y;
}

/** Bindings are sized in words, so that floats would pass for twice as many halves. */
function expectHalves(op: string, { dtype, shape }: Tensor, expected: readonly number[]): void {
  if (dtype === 'f16' && shape.join() === expected.join()) return;
  throw new VggpuError(
    'shape',
    `${op}: found (${shape.join(', ')}) of ${dtype}; expected (${expected.join(', ')}) of f16.`,
  );
}
