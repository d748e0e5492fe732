// ONNX's matrix products: MatMul over batches of matrices, and Gemm with its transpositions and factors.
import { accumulate } from '../../src/kernels/accumulate.js';
import { matmulNN, matmulNT, matmulTN } from '../../src/kernels/matmul.js';
import type { Compute } from './compute.js';
import { attribute, type Planner } from './plan.js';
import { scaled } from './scaled.js';
import { broadcast, reshape, sizeOf, type Tensor, transpose, zeros } from './tensors.js';

async function product(compute: Compute, a: Tensor, b: Tensor, bias?: Tensor): Promise<Tensor> {
  const [M, K] = a.shape as [number, number];
  const N = b.shape[1]!;
  const inputs = { x: a.values, w: b.values, b: (bias ?? zeros(N)).values };
  const { y } = await compute(matmulNN, { M, K, N, relu: 0 }, inputs);
  return { shape: [M, N], values: y };
}

/** A product for each matrix of a batch; vectors are matrices of one row or column. */
export const matmul: Planner =
  ({ inputs: [a, b], outputs: [c] }) =>
  async (compute) => {
    const left = a!.shape.length === 1 ? reshape(a!, [1, ...a!.shape]) : a!;
    const right = b!.shape.length === 1 ? reshape(b!, [...b!.shape, 1]) : b!;
    const outer = [left, right].map((t) => t.shape.slice(0, -2));
    const rank = Math.max(...outer.map((shape) => shape.length));
    const batch = Array.from({ length: rank }, (_, i) => Math.max(...outer.map((shape) => shape.at(i - rank) ?? 1)));
    const matrices = [left, right].map((t) => broadcast(t, [...batch, ...t.shape.slice(-2)]));
    const values: number[] = [];
    for (let i = 0; i < sizeOf(batch); i++) {
      const [x, w] = matrices.map((t) => {
        const shape = t.shape.slice(-2);
        return { shape, values: t.values.slice(i * sizeOf(shape), (i + 1) * sizeOf(shape)) };
      });
      values.push(...(await product(compute, x!, w!)).values);
    }
    return [reshape({ shape: [], values: Float32Array.from(values) }, c!.shape)];
  };

/** alpha A B + beta C, with the product that fits the transpositions: nn, tn or nt. */
export const gemm: Planner = (test) => async (compute) => {
  const [a, b, c] = test.inputs as [Tensor, Tensor, Tensor?];
  const [turnA, turnB] = [attribute(test, 'transA', 0) === 1, attribute(test, 'transB', 0) === 1];
  const left = await scaled(compute, a, attribute(test, 'alpha', 1));
  const shape = test.outputs[0]!.shape as [number, number];
  const last = c && (await scaled(compute, c, attribute(test, 'beta', 1)));
  const isRow = last && (last.shape.length < 2 || last.shape[0] === 1);
  if (!turnA && !turnB && (!last || isRow)) {
    return [await product(compute, left, b, last && broadcast(last, [1, shape[1]]))];
  }
  let values: Float32Array<ArrayBuffer>;
  if (turnB) {
    const rows = turnA ? transpose(left) : left;
    const [M, N] = rows.shape as [number, number];
    values = (await compute(matmulNT, { M, K: shape[1], N, relu: 0 }, { dy: rows.values, w: b.values })).dx;
  } else if (turnA) {
    const [M, K] = left.shape as [number, number];
    values = (await compute(matmulTN, { M, K, N: shape[1] }, { x: left.values, dy: b.values })).dw;
  } else {
    values = (await product(compute, left, b)).values;
  }
  if (!last) return [{ shape, values }];
  const terms = { x: broadcast(last, shape).values, y: values };
  return [{ shape, values: (await compute(accumulate, { count: values.length }, terms)).y }];
};
