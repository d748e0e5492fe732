// y += x: how gradients of one tensor, or of several micro-batches, add up.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/** y = y + x, both (count). */
export const accumulate = defineKernel({
  name: 'accumulate/add',
  dims: ['count'],
  bindings: { x: 'read', y: 'update' },
  elements: (d) => ({ x: d.count, y: d.count }),
  flops: (d) => d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'accumulate/add/1_naive.wgsl',
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'accumulate/add/2_vec4.wgsl',
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0,
    },
  },
});
