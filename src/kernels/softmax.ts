// Softmax over the last axis, and its gradient.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/** x, y (rows, columns). Finite logits of any size are safe; a NaN or +Infinity makes its row NaN, -Infinity a 0. */
export const softmaxForward = defineKernel({
  name: 'softmax/forward',
  dims: ['rows', 'columns'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.rows * d.columns, y: d.rows * d.columns }),
  flops: (d) => 5 * d.rows * d.columns,
  choice: { by: ['columns'] },
  variants: {
    naive: {
      idea: 'one row an invocation',
      shader: 'softmax/forward/1_naive.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d, c) => flat(d.rows, c.WORKGROUP!),
    },
    workgroup: {
      idea: 'one row a workgroup, maximum and sum folded in workgroup memory',
      shader: 'softmax/forward/2_workgroup.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d) => flat(d.rows, 1),
      accepts: (d) => d.columns >= 32,
    },
    online: {
      idea: 'maximum and sum in one sweep, the sum rescaled as the maximum grows',
      shader: 'softmax/forward/3_online.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d) => flat(d.rows, 1),
      accepts: (d) => d.columns >= 32,
    },
  },
  prefer: { cpu: ['naive'] },
});

/** y, dy, dx (rows, columns), y as the forward made it. */
export const softmaxBackward = defineKernel({
  name: 'softmax/backward',
  dims: ['rows', 'columns'],
  bindings: { y: 'read', dy: 'read', dx: 'write' },
  elements: (d) => ({ y: d.rows * d.columns, dy: d.rows * d.columns, dx: d.rows * d.columns }),
  flops: (d) => 4 * d.rows * d.columns,
  choice: { by: ['columns'] },
  variants: {
    naive: {
      idea: 'one row an invocation',
      shader: 'softmax/backward/1_naive.wgsl',
      grid: (d, c) => flat(d.rows, c.WORKGROUP!),
    },
    workgroup: {
      idea: 'one row a workgroup, the inner product folded in workgroup memory',
      shader: 'softmax/backward/2_workgroup.wgsl',
      grid: (d) => flat(d.rows, 1),
      accepts: (d) => d.columns >= 32,
    },
  },
  prefer: { cpu: ['naive'] },
});
