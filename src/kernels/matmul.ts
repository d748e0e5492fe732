// The three products of a dense layer: y = x·w + b, and the gradients dx = dy·wᵀ and dw = xᵀ·dy.
// Letters: M rows of the batch, K inputs, N outputs. x (M, K), w (K, N), b (N), y (M, N), row-major.
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';

/** y = x·w + b, (M, N); max(y, 0) where `relu` is 1. */
export const matmulNN = defineKernel({
  name: 'matmul/nn',
  dims: ['M', 'K', 'N', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: ({ M, K, N }) => ({ x: M * K, w: K * N, b: N, y: M * N }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'matmul/nn/1_naive.wgsl',
      grid: (d, c) => flat(d.M * d.N, c.WORKGROUP!),
    },
    registers: {
      idea: 'an 8x4 tile of outputs in registers, a workgroup that shares x by needing it at the same time',
      shader: 'matmul/nn/5_registers.wgsl',
      grid: ({ M, N }, c) => [pieces(N / 4, c.WORKGROUP!), pieces(M, c.TM!)],
      accepts: ({ N }) => N % 4 === 0,
    },
  },
});

/** dx = dy·wᵀ, (M, K). */
export const matmulNT = defineKernel({
  name: 'matmul/nt',
  dims: ['M', 'K', 'N'],
  bindings: { dy: 'read', w: 'read', dx: 'write' },
  elements: ({ M, K, N }) => ({ dy: M * N, w: K * N, dx: M * K }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'matmul/nt/1_naive.wgsl',
      grid: (d, c) => flat(d.M * d.K, c.WORKGROUP!),
    },
    registers: {
      idea: 'an 8x4 tile of outputs in registers, a workgroup that shares x by needing it at the same time',
      shader: 'matmul/nt/5_registers.wgsl',
      grid: ({ M, K }, c) => [pieces(K, c.WORKGROUP!), pieces(M, c.TM!)],
      accepts: ({ N }) => N % 4 === 0,
    },
  },
});

/** dw = xᵀ·dy, (K, N). */
export const matmulTN = defineKernel({
  name: 'matmul/tn',
  dims: ['M', 'K', 'N'],
  bindings: { x: 'read', dy: 'read', dw: 'write' },
  elements: ({ M, K, N }) => ({ x: M * K, dy: M * N, dw: K * N }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'matmul/tn/1_naive.wgsl',
      grid: (d, c) => flat(d.K * d.N, c.WORKGROUP!),
    },
    registers: {
      idea: 'an 8x4 tile of outputs in registers, a workgroup that shares x by needing it at the same time',
      shader: 'matmul/tn/5_registers.wgsl',
      grid: ({ K, N }, c) => [pieces(N / 4, c.WORKGROUP!), pieces(K, c.TK!)],
      accepts: ({ K, N }) => K % 4 === 0 && N % 4 === 0,
    },
  },
});
