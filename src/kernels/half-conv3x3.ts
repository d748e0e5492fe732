// The 3x3 convolution on halves: x, w and y in float16, bias and sums in float32; Winograd's transforms too, which float16 would spoil.
import { type ConvShape, convFlops, elementsOf, outputSize, pooledElements, tilesByChannels } from './conv3x3-shape.js';
import { halfForward4, halfPooledForward4 } from './conv3x3-winograd.js';
import type { Gpu } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import { HALVES, hasHalves, wordsOf } from './half.js';
import { matrixConvolutions } from './half-matrix.js';
import { pooledWindowConvolutions, windowConvolutions } from './half-matrix-windows.js';
import { defineKernel, type Values } from './kernel.js';
import { RECTIFY } from './relu.js';

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
      include: [HALVES, RECTIFY],
      grid: (d, c) => flat(wordsOf(elementsOf(d).y), c.WORKGROUP!),
    },
    register: {
      idea: 'a tile of 4 pixels by 8 channels in registers; a workgroup reads the same weights together',
      shader: 'conv3x3/forward_f16/2_register.wgsl',
      include: [HALVES, RECTIFY],
      grid: registerTiles,
      accepts: (d, device) => d.K % 8 === 0 && hasHalves(device),
    },
    tiled: {
      idea: 'implicit matrix product: halves of pixels and weights pass through workgroup memory',
      shader: 'conv3x3/forward_f16/3_tiled.wgsl',
      include: [HALVES, RECTIFY],
      grid: (d, c) => {
        const { P, Q } = outputSize(d);
        return tilesByChannels(d.N * P * Q, c.ROWS!, pieces(d.K / 4, c.COLUMNS!));
      },
      accepts: (d, device) => d.C % 4 === 0 && d.K % 4 === 0 && hasHalves(device),
    },
    winograd4: halfForward4('register'),
    winograd4_subgroup4: halfForward4('subgroup4'),
    winograd4_subgroup8: halfForward4('subgroup8'),
    winograd4_tiled: halfForward4('tiled'),
    winograd4_prefetched: halfForward4('prefetched'),
    ...matrixConvolutions,
    ...windowConvolutions,
  },
  prefer: {
    cpu: ['winograd4_subgroup8', 'winograd4_subgroup4', 'winograd4', 'register', 'naive'],
    gpu: [
      'matrixFirst',
      'matrixHighWindows',
      'matrixWideWindows',
      'matrixWindows',
      'matrix',
      'winograd4_prefetched',
      'winograd4_tiled',
      'tiled',
      'register',
      'naive',
    ],
  },
});

/**
 * As conv3x3/forward_pooled, but x, w and y are halves: the four outputs of a window are rounded, what passes 65504 to NaN, before the largest
 * is taken. Each variant makes what its namesake of `halfConv3x3Forward` and the pool make, to the same bits.
 */
export const halfConv3x3ForwardPooled = defineKernel({
  name: 'conv3x3/forward_pooled_f16',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: (d) => ({ ...halfConv3x3Forward.elements(d), y: wordsOf(pooledElements(d)) }),
  flops: convFlops,
  choice: { by: ['H', 'W', 'C', 'K', 'pad'] },
  variants: {
    naive: {
      idea: 'two outputs after the pool, which share a word, an invocation',
      shader: 'conv3x3/forward_pooled_f16/1_naive.wgsl',
      include: [HALVES, 'softmax/larger.wgsl', RECTIFY],
      grid: (d, c) => flat(wordsOf(pooledElements(d)), c.WORKGROUP!),
    },
    winograd4: halfPooledForward4('register'),
    winograd4_subgroup4: halfPooledForward4('subgroup4'),
    winograd4_subgroup8: halfPooledForward4('subgroup8'),
    winograd4_tiled: halfPooledForward4('tiled'),
    winograd4_prefetched: halfPooledForward4('prefetched'),
    ...pooledWindowConvolutions,
  },
  prefer: {
    cpu: ['winograd4_subgroup8', 'winograd4_subgroup4', 'winograd4', 'naive'],
    gpu: ['matrixHighWindows', 'matrixWindows', 'winograd4_prefetched', 'winograd4_tiled', 'naive'],
  },
});

/** Whether the pool is worth fusing: where a variant that is faster than the naive one runs. It does not look at N. */
export function halfPoolingPays(
  d: Values<keyof ConvShape | 'relu'>,
  { choices, capabilities }: Pick<Gpu, 'choices' | 'capabilities'>,
): boolean {
  const { P, Q } = outputSize(d);
  return P >= 2 && Q >= 2 && choices.variant(halfConv3x3ForwardPooled, d, capabilities) !== 'naive';
}
