// Cross-entropy of softmax, straight from logits, and its gradient: one op, so that no probability is ever rounded to 0.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/** Unweighted, one element that nobody reads: a binding cannot be empty. */
function weightsOf({ columns, weighted }: { columns: number; weighted: number }): number {
  return weighted ? columns : 1;
}

/**
 * x (rows, columns) logits, labels (rows) u32 -> loss (rows) in nats; with weighted 1 times the weight of the row's label,
 * weights (columns). With weighted 0 any block may stand in for the weights. A NaN among a row's logits makes its loss NaN;
 * so does a label that is not less than columns.
 */
export const softmaxCrossEntropyForward = defineKernel({
  name: 'softmax_cross_entropy/forward',
  dims: ['rows', 'columns', 'weighted'],
  bindings: { x: 'read', labels: 'read', weights: 'read', loss: 'write' },
  elements: (d) => ({ x: d.rows * d.columns, labels: d.rows, weights: weightsOf(d), loss: d.rows }),
  flops: (d) => 4 * d.rows * d.columns,
  choice: { by: ['columns'] },
  variants: {
    naive: {
      idea: 'one row an invocation',
      shader: 'softmax_cross_entropy/forward/1_naive.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d, c) => flat(d.rows, c.WORKGROUP!),
    },
    workgroup: {
      idea: 'one row a workgroup, maximum and sum folded in workgroup memory',
      shader: 'softmax_cross_entropy/forward/2_workgroup.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d) => flat(d.rows, 1),
      accepts: (d) => d.columns >= 32,
    },
  },
  prefer: { cpu: ['naive'] },
});

/**
 * dx (rows, columns) = scale * (softmax(x) - onehot(labels)), with weighted 1 times the weight of the row's label; for a
 * mean loss, scale is 1 / rows of the whole batch.
 */
export const softmaxCrossEntropyBackward = defineKernel({
  name: 'softmax_cross_entropy/backward',
  dims: ['rows', 'columns', 'weighted'],
  scalars: ['scale'],
  bindings: { x: 'read', labels: 'read', weights: 'read', dx: 'write' },
  elements: (d) => ({ x: d.rows * d.columns, labels: d.rows, weights: weightsOf(d), dx: d.rows * d.columns }),
  flops: (d) => 7 * d.rows * d.columns,
  choice: { by: ['columns'] },
  variants: {
    naive: {
      idea: 'one row an invocation',
      shader: 'softmax_cross_entropy/backward/1_naive.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d, c) => flat(d.rows, c.WORKGROUP!),
    },
    workgroup: {
      idea: 'one row a workgroup, maximum and sum folded in workgroup memory',
      shader: 'softmax_cross_entropy/backward/2_workgroup.wgsl',
      include: ['softmax/larger.wgsl'],
      grid: (d) => flat(d.rows, 1),
      accepts: (d) => d.columns >= 32,
    },
  },
  prefer: { cpu: ['naive'] },
});
