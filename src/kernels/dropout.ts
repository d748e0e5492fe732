// Dropout: the mask is a function of seed, layer, step and an element's place in the whole batch, so nothing is saved,
// and the same kernel run on dy is the backward.
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';

/**
 * y[i] = x[i] / (1 - rate) where the mask keeps element first + i, else 0. `first` is the index, in the whole batch, of
 * the first element here; any split of a batch gives the same mask. The whole batch may have 2^32 elements.
 */
export const dropout = defineKernel({
  name: 'dropout/apply',
  dims: ['count', 'first', 'seed', 'step', 'layer'],
  scalars: ['rate'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.count, y: d.count }),
  flops: (d) => d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation, which keeps one word of four',
      shader: 'dropout/apply/1_naive.wgsl',
      include: ['random/philox.wgsl'],
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    block: {
      idea: 'four elements an invocation, one for each word',
      shader: 'dropout/apply/2_block.wgsl',
      include: ['random/philox.wgsl'],
      grid: (d, c) => flat(pieces((d.first % 4) + d.count, 4), c.WORKGROUP!),
    },
    vec4: {
      idea: '16-byte loads and stores',
      shader: 'dropout/apply/3_vec4.wgsl',
      include: ['random/philox.wgsl'],
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0 && d.first % 4 === 0,
    },
  },
});
