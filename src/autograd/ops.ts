// Every rule of differentiation on one page: what forward computes, what it saves, and what backward makes of dy.
// An op never changes its inputs. Shapes are asserted here, so that a kernel is only ever called with what it takes.
//
// A fused ReLU costs the backward no pass: what it makes is marked `rectified`, its gradient is kept as that before the ReLU, and whoever
// computes a gradient for a rectified x makes 0 of it where x <= 0, in the kernel that stores it.
import { VggpuError } from '../errors.js';
import type { Block } from '../kernels/buffers.js';
import { extractColumns, insertColumns } from '../kernels/columns.js';
import {
  conv3x3Forward,
  conv3x3ForwardPooled,
  conv3x3InputGradient,
  conv3x3WeightGradient,
  poolingPays,
} from '../kernels/conv3x3.js';
import { dropout as dropoutKernel } from '../kernels/dropout.js';
import { globalAveragePoolBackward, globalAveragePoolForward } from '../kernels/global-average-pool.js';
import { matmulNN, matmulNT, matmulTN } from '../kernels/matmul.js';
import { maxPoolBackward, maxPoolForward } from '../kernels/max-pool.js';
import { sumAll, sumRows } from '../kernels/reduce.js';
import { reluBackward, reluForward } from '../kernels/relu.js';
import { run } from '../kernels/run.js';
import { sigmoidBackward, sigmoidForward } from '../kernels/sigmoid.js';
import { softmaxBackward, softmaxForward } from '../kernels/softmax.js';
import { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from '../kernels/softmax-cross-entropy.js';
import type { Tape } from './tape.js';
import { elementsOf, type Tensor } from './tensor.js';

/** Of ops whose gradient is 0 already where a fused ReLU made 0 of their input. */
const MASKS = { masks: true };

/** y = relu(x): dx = dy where y > 0 or NaN. */
export function relu(tape: Tape, x: Tensor): Tensor {
  const y = tape.make(x.shape, 'relu');
  const count = elementsOf(x.shape);
  run(tape.gpu, reluForward, { count }, { x, y });
  tape.record([x], y, [y], (dy) => {
    tape.addGradient(x, (dx) => run(tape.gpu, reluBackward, { count }, { y, dy, dx }));
  });
  return y;
}

/** y = 1 / (1 + exp(-x)): dx = dy y (1 - y). */
export function sigmoid(tape: Tape, x: Tensor): Tensor {
  const y = tape.make(x.shape, 'sigmoid');
  const count = elementsOf(x.shape);
  run(tape.gpu, sigmoidForward, { count }, { x, y });
  tape.record([x], y, [y], (dy) => {
    tape.addGradient(x, (dx) => run(tape.gpu, sigmoidBackward, { count }, { y, dy, dx }));
  });
  return y;
}

/**
 * y = softmax of each row of x (rows, columns): dx = y (dy - sum(dy y)).
 * @param columns elements of a row, where x has more than two dimensions; default its last one, (N, H, W, C) by pixel
 */
export function softmax(tape: Tape, x: Tensor, columns = x.shape.at(-1) ?? 0): Tensor {
  const rows = elementsOf(x.shape) / columns;
  if (x.shape.length < 2 || !Number.isInteger(rows)) expectShape('softmax', 'x', x, ['rows', 'columns']);
  const y = tape.make(x.shape, 'softmax');
  run(tape.gpu, softmaxForward, { rows, columns }, { x, y });
  tape.record([x], y, [y], (dy) => {
    tape.addGradient(x, (dx) => run(tape.gpu, softmaxBackward, { rows, columns }, { y, dy, dx }));
  });
  return y;
}

/**
 * y (rows, 2) = (0, x): softmax of it is (1 - sigmoid(x), sigmoid(x)), and its cross-entropy is the binary one, from
 * logits. dx = the second column of dy.
 * @param x rows of one element
 */
export function binaryLogits(tape: Tape, x: Tensor): Tensor {
  const { gpu } = tape;
  const rows = x.shape[0] ?? 0;
  if (elementsOf(x.shape) !== rows) expectShape('binaryLogits', 'x', x, ['rows', 1]);
  const second = { rows, width: 1, total: 2, first: 1 };
  const y = tape.make([rows, 2], 'binary logits');
  gpu.clear(y);
  run(gpu, insertColumns, second, { x, y });
  tape.record([x], y, [], (dy) => {
    tape.addGradient(x, (dx) => run(gpu, extractColumns, second, { y: dy, x: dx }));
  });
  return y;
}

export interface ActivationOptions {
  /** Fuses a ReLU into the op. */
  readonly relu?: boolean;
}

/**
 * y = x * w + b, a 3x3 convolution of stride 1, with a fused ReLU if asked for.
 * With dy as it is before the ReLU: db = sum of dy over pixels; dw = x correlated with dy; dx = dy convolved with the rotated w.
 * @param x (N, H, W, C)  @param w (3, 3, C, K)  @param b (K)
 * @param options pad: rows and columns of zeros on each side, 1 or 0
 * @returns (N, H + 2 pad - 2, W + 2 pad - 2, K)
 */
export function conv3x3(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  b: Tensor,
  { pad, relu: fused = false }: ActivationOptions & { readonly pad: 0 | 1 },
): Tensor {
  const { gpu } = tape;
  const [N, H, W, C] = pictures('conv3x3', x);
  const K = w.shape[3] ?? 0;
  const [P, Q] = [H + 2 * pad - 2, W + 2 * pad - 2];
  expectShape('conv3x3', 'w', w, [3, 3, C, K]);
  expectShape('conv3x3', 'b', b, [K]);
  if (P < 1 || Q < 1)
    throw new VggpuError('shape', `conv3x3: a ${H}x${W} picture is too small for 3x3 without padding.`);
  const d = { N, H, W, C, K, pad };
  const y = tape.make([N, P, Q, K], 'conv3x3');
  y.rectified = fused;
  run(gpu, conv3x3Forward, { ...d, relu: Number(fused) }, { x, w, b, y }, undefined, tape.records([w]) ? [] : ['w']);
  tape.record([x, w, b], y, [x, w], (dy) => {
    const masked = { ...d, relu: Number(x.rectified) };
    tape.addGradient(b, (db) => run(gpu, sumRows, { rows: N * P * Q, columns: K }, { x: dy, y: db }));
    tape.addGradient(w, (dw) => run(gpu, conv3x3WeightGradient, d, { x, dy, dw }));
    tape.addGradient(x, (dx) => run(gpu, conv3x3InputGradient, masked, { dy, w, x, dx }), MASKS);
  });
  return y;
}

/**
 * maxPool(conv3x3(x)), in one op where no gradient will be asked for and the device has a fast kernel for it; to the same bits.
 * @returns (N, P, Q, K), rows and columns of the convolution's output halved and floored
 */
export function conv3x3Pooled(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  b: Tensor,
  options: ActivationOptions & { readonly pad: 0 | 1 },
): Tensor {
  const [N, H, W, C] = pictures('conv3x3', x);
  const K = w.shape[3] ?? 0;
  const { pad, relu: fused = false } = options;
  const d = { N, H, W, C, K, pad, relu: Number(fused) };
  if (tape.records([x, w, b]) || !poolingPays(d, tape.gpu)) {
    const y = conv3x3(tape, x, w, b, options);
    const pooled = maxPool(tape, y);
    tape.release(y);
    return pooled;
  }
  expectShape('conv3x3', 'w', w, [3, 3, C, K]);
  expectShape('conv3x3', 'b', b, [K]);
  const [P, Q] = [H + 2 * pad - 2, W + 2 * pad - 2];
  const y = tape.make([N, Math.floor(P / 2), Math.floor(Q / 2), K], 'conv3x3 and max-pool');
  run(tape.gpu, conv3x3ForwardPooled, d, { x, w, b, y }, undefined, ['w']);
  return y;
}

/**
 * y = x w + b, with a fused ReLU if asked for. Flattening changes no bytes, so x may have more than two dimensions.
 * With dy as it is before the ReLU: db = column sums of dy; dw = x^T dy; dx = dy w^T.
 * @param x (M, ...), K elements a row  @param w (K, N)  @param b (N)  @returns (M, N)
 */
export function dense(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  b: Tensor,
  { relu: fused = false }: ActivationOptions = {},
): Tensor {
  const { gpu } = tape;
  const M = x.shape[0] ?? 0;
  const K = elementsOf(x.shape.slice(1));
  const N = w.shape[1] ?? 0;
  expectShape('dense', 'w', w, [K, N]);
  expectShape('dense', 'b', b, [N]);
  const d = { M, K, N };
  const y = tape.make([M, N], 'dense');
  y.rectified = fused;
  run(gpu, matmulNN, { ...d, relu: Number(fused) }, { x, w, b, y });
  tape.record([x, w, b], y, [x, w], (dy) => {
    const masked = { ...d, relu: Number(x.rectified) };
    tape.addGradient(b, (db) => run(gpu, sumRows, { rows: M, columns: N }, { x: dy, y: db }));
    tape.addGradient(w, (dw) => run(gpu, matmulTN, d, { x, dy, dw }));
    tape.addGradient(x, (dx) => run(gpu, matmulNT, masked, { dy, w, x, dx }), MASKS);
  });
  return y;
}

/** Joins matrices of the same rows side by side: (rows, n1), (rows, n2), ... -> (rows, n1 + n2 + ...). Rectified if all of them are. */
export function joinColumns(tape: Tape, parts: readonly Tensor[]): Tensor {
  const rows = parts[0]?.shape[0] ?? 0;
  const total = parts.reduce((sum, part) => sum + part.shape[1]!, 0);
  const y = tape.make([rows, total], 'joined columns');
  y.rectified = parts.every(({ rectified }) => rectified);
  let first = 0;
  const dims = parts.map((part) => {
    const width = part.shape[1]!;
    expectShape('joinColumns', 'part', part, [rows, width]);
    const d = { rows, width, total, first };
    run(tape.gpu, insertColumns, d, { x: part, y });
    first += width;
    return d;
  });
  tape.record(parts, y, [], (dy) => {
    for (const [i, part] of parts.entries()) {
      const extract = (dx: Tensor) => run(tape.gpu, extractColumns, dims[i]!, { y: dy, x: dx });
      tape.addGradient(part, extract, { masks: y.rectified });
    }
  });
  return y;
}

/** y = maximum of each 2x2 window, stride 2, odd sizes floored: dx = dy at the first maximum of each window. */
export function maxPool(tape: Tape, x: Tensor): Tensor {
  const [N, H, W, C] = pictures('maxPool', x);
  if (H < 2 || W < 2) throw new VggpuError('shape', `maxPool: a ${H}x${W} picture has no 2x2 window.`);
  const d = { N, H, W, C };
  const y = tape.make([N, Math.floor(H / 2), Math.floor(W / 2), C], 'max-pool');
  run(tape.gpu, maxPoolForward, d, { x, y });
  tape.record([x], y, [x, y], (dy) => {
    const masked = { ...d, relu: Number(x.rectified) };
    tape.addGradient(x, (dx) => run(tape.gpu, maxPoolBackward, masked, { x, y, dy, dx }), MASKS);
  });
  return y;
}

/** y (N, C) = mean of each channel of x (N, H, W, C): dx = dy / (H W). */
export function globalAveragePool(tape: Tape, x: Tensor): Tensor {
  const [N, H, W, C] = pictures('globalAveragePool', x);
  const d = { N, H, W, C };
  const y = tape.make([N, C], 'global average pool');
  run(tape.gpu, globalAveragePoolForward, d, { x, y });
  tape.record([x], y, [], (dy) => {
    tape.addGradient(x, (dx) => run(tape.gpu, globalAveragePoolBackward, d, { dy, dx }));
  });
  return y;
}

/** Which random numbers a dropout draws: the same key gives the same mask. */
export interface DropoutKey {
  readonly seed: number;
  readonly step: number;
  readonly layer: number;
  /** Index in the whole batch of this micro-batch's first row. */
  readonly firstRow: number;
}

/**
 * y = x mask / (1 - rate), mask 0 with probability `rate`: dx = dy mask / (1 - rate). It is all one whether a ReLU comes before or after:
 * y is rectified if x is, and where dy is 0 for it, so is dx.
 */
export function dropout(tape: Tape, x: Tensor, rate: number, { seed, step, layer, firstRow }: DropoutKey): Tensor {
  const count = elementsOf(x.shape);
  const first = firstRow * elementsOf(x.shape.slice(1));
  const values = { count, first, seed, step, layer, rate };
  const y = tape.make(x.shape, 'dropout');
  y.rectified = x.rectified;
  run(tape.gpu, dropoutKernel, values, { x, y });
  tape.record([x], y, [], (dy) => {
    tape.addGradient(x, (dx) => run(tape.gpu, dropoutKernel, values, { x: dy, y: dx }), MASKS);
  });
  return y;
}

/**
 * loss = scale * sum over rows of -w[label] log softmax(x)[label]: dx = scale w[label] (softmax(x) - one_hot(label)). The
 * end of a tape: its own gradient is 1.
 * @param x logits (rows, columns)  @param labels a column for each row, u32  @param scale 1 / rows gives the mean
 * @param weights w (columns); default all 1
 * @returns loss (1), in nats
 */
export function softmaxCrossEntropy(tape: Tape, x: Tensor, labels: Block, scale: number, weights?: Tensor): Tensor {
  const { gpu } = tape;
  const [rows, columns] = matrix('softmaxCrossEntropy', x);
  if (weights) expectShape('softmaxCrossEntropy', 'weights', weights, [columns]);
  const d = { rows, columns, weighted: Number(weights !== undefined) };
  const inputs = { x, labels, weights: weights ?? x };
  const each = tape.make([rows], 'loss of each row');
  const y = tape.make([1], 'loss');
  run(gpu, softmaxCrossEntropyForward, d, { ...inputs, loss: each });
  run(gpu, sumAll, { count: rows, scale }, { x: each, y });
  tape.release(each);
  tape.record([x], y, [x], () => {
    tape.addGradient(x, (dx) => run(gpu, softmaxCrossEntropyBackward, { ...d, scale }, { ...inputs, dx }));
  });
  return y;
}

function matrix(op: string, x: Tensor): [rows: number, columns: number] {
  expectShape(op, 'x', x, ['rows', 'columns']);
  return [x.shape[0]!, x.shape[1]!];
}

function pictures(op: string, x: Tensor): [N: number, H: number, W: number, C: number] {
  expectShape(op, 'x', x, ['N', 'H', 'W', 'C']);
  return [x.shape[0]!, x.shape[1]!, x.shape[2]!, x.shape[3]!];
}

/** @param expected sizes, or letters where any size will do */
function expectShape(op: string, name: string, { shape }: Tensor, expected: readonly (number | string)[]): void {
  const fits = (size: number, i: number) => typeof expected[i] === 'string' || size === expected[i];
  if (shape.length === expected.length && shape.every(fits)) return;
  throw new VggpuError('shape', `${op}: ${name} has shape (${shape.join(', ')}); expected (${expected.join(', ')}).`);
}
