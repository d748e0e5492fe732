// The 3x3 convolution on halves: x, w and y in float16, bias and sums in float32. Without Winograd, whose transforms lose too much in float16.
import { type ConvShape, convFlops, elementsOf, outputSize, tilesByChannels } from './conv3x3-shape.js';
import { flat, type Grid, pieces } from './grid.js';
import { HALVES, hasHalves, wordsOf } from './half.js';
import { matrixConvolutions } from './half-matrix.js';
import { defineKernel } from './kernel.js';

/** Tiles of 4 pixels by 8 channels. */
function registerTiles(d: ConvShape, c: Readonly<Record<string, number>>): Grid {
  const { P, Q } = outputSize(d);
  return tilesByChannels(d.N * P * pieces(Q, 4), c.WORKGROUP!, d.K / 8);
}

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
    register: {
      idea: 'a tile of 4 pixels by 8 channels in registers; a workgroup reads the same weights together',
      shader: 'conv3x3/forward_f16/2_register.wgsl',
      include: [HALVES],
      grid: registerTiles,
      accepts: (d, device) => d.K % 8 === 0 && hasHalves(device),
    },
    registerVec4: {
      idea: 'four channels of a pixel in one load',
      shader: 'conv3x3/forward_f16/3_register_vec4.wgsl',
      include: [HALVES],
      grid: registerTiles,
      accepts: (d, device) => d.C % 4 === 0 && d.K % 8 === 0 && hasHalves(device),
    },
    tiled: {
      idea: 'implicit matrix product: halves of pixels and weights pass through workgroup memory',
      shader: 'conv3x3/forward_f16/4_tiled.wgsl',
      include: [HALVES],
      grid: (d, c) => {
        const { P, Q } = outputSize(d);
        return tilesByChannels(d.N * P * Q, c.ROWS!, pieces(d.K / 4, c.COLUMNS!));
      },
      accepts: (d, device) => d.C % 4 === 0 && d.K % 4 === 0 && hasHalves(device),
    },
    ...matrixConvolutions,
  },
  prefer: {
    cpu: ['registerVec4', 'register', 'naive'],
    gpu: ['matrixNarrow', 'matrix', 'tiled', 'register', 'naive'],
  },
});
