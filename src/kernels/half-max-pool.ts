// 2x2 max-pool with stride 2 on halves: comparisons lose nothing.
import { flat } from './grid.js';
import { HALVES, wordsOf } from './half.js';
import { defineKernel } from './kernel.js';

const outputs = (d: { N: number; H: number; W: number; C: number }) =>
  d.N * Math.floor(d.H / 2) * Math.floor(d.W / 2) * d.C;

/** As max_pool/forward, but x and y are halves. */
export const halfMaxPoolForward = defineKernel({
  name: 'max_pool/forward_f16',
  dims: ['N', 'H', 'W', 'C'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: wordsOf(d.N * d.H * d.W * d.C), y: wordsOf(outputs(d)) }),
  flops: (d) => 3 * outputs(d),
  choice: { by: ['H', 'W', 'C'] },
  variants: {
    naive: {
      idea: 'two outputs, which share a word, an invocation',
      shader: 'max_pool/forward_f16/1_naive.wgsl',
      include: [HALVES, 'softmax/larger.wgsl'],
      grid: (d, c) => flat(wordsOf(outputs(d)), c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels an invocation, 8-byte loads and stores',
      shader: 'max_pool/forward_f16/2_vec4.wgsl',
      include: [HALVES, 'max_pool/larger.wgsl'],
      grid: (d, c) => flat(outputs(d) / 4, c.WORKGROUP!),
      accepts: (d) => d.C % 4 === 0,
    },
  },
});
