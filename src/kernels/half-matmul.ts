// The dense layer's product on halves: x, w and y in float16, bias and sums in float32.
import { flat } from './grid.js';
import { HALVES, wordsOf } from './half.js';
import { defineKernel } from './kernel.js';

/** As matmul/nn, but x, w and y are halves, and y is NaN where it would pass 65504. */
export const halfMatmulNN = defineKernel({
  name: 'matmul/nn_f16',
  dims: ['M', 'K', 'N', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: ({ M, K, N }) => ({ x: wordsOf(M * K), w: wordsOf(K * N), b: N, y: wordsOf(M * N) }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  choice: { by: ['K', 'N'] },
  variants: {
    naive: {
      idea: 'two outputs, which share a word, an invocation',
      shader: 'matmul/nn_f16/1_naive.wgsl',
      include: [HALVES],
      grid: ({ M, N }, c) => flat(wordsOf(M * N), c.WORKGROUP!),
    },
  },
  prefer: {
    cpu: ['naive'],
    gpu: ['naive'],
  },
});
