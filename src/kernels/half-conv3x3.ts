// The 3x3 convolution on halves: x, w and y in float16, bias and sums in float32. Without Winograd, whose transforms lose too much in float16.
import { convFlops, elementsOf } from './conv3x3-shape.js';
import { flat } from './grid.js';
import { HALVES, wordsOf } from './half.js';
import { defineKernel } from './kernel.js';

/** As conv3x3/forward, but x, w and y are halves, and y is NaN where it would pass 65504. */
export const halfConv3x3Forward = defineKernel({
  name: 'conv3x3/forward_f16',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: (d) => {
    const { x, w, b, y } = elementsOf(d);
    return { x: wordsOf(x), w: wordsOf(w), b, y: wordsOf(y) };
  },
  flops: convFlops,
  choice: { by: ['H', 'W', 'C', 'K', 'pad'] },
  variants: {
    naive: {
      idea: 'two outputs, which share a word, an invocation',
      shader: 'conv3x3/forward_f16/1_naive.wgsl',
      include: [HALVES],
      grid: (d, c) => flat(wordsOf(elementsOf(d).y), c.WORKGROUP!),
    },
  },
  prefer: {
    cpu: ['naive'],
    gpu: ['naive'],
  },
});
