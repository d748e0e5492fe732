// How many pictures of a batch are classified correctly, counted on the device.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/**
 * count (1, unsigned) += rows of logits (rows, columns) whose first largest element is at labels[row] (rows, unsigned).
 * A row with NaN, or with a label past the columns, does not count.
 */
export const countCorrect = defineKernel({
  name: 'correct/count',
  dims: ['rows', 'columns'],
  bindings: { logits: 'read', labels: 'read', count: 'update' },
  elements: (d) => ({ logits: d.rows * d.columns, labels: d.rows, count: 1 }),
  flops: (d) => d.rows * d.columns,
  variants: {
    naive: {
      idea: 'one row an invocation',
      shader: 'correct/count/1_naive.wgsl',
      grid: (d, c) => flat(d.rows, c.WORKGROUP!),
    },
    group: {
      idea: 'one row a workgroup, its invocations side by side along the columns',
      shader: 'correct/count/2_group.wgsl',
      grid: (d) => flat(d.rows, 1),
    },
  },
  prefer: { cpu: ['naive'] },
});
