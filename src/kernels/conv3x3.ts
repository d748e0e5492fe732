// The 3x3 convolution with bias and optional ReLU, NHWC and HWIO, zero padding 0 or 1.
import { type ConvShape, convFlops, elementsOf, outputSize, tilesByChannels } from './conv3x3-shape.js';
import { forwardStrips, forwardStripsOf } from './conv3x3-strips.js';
import { forward2, forward4, pooledForward4, winogradPays } from './conv3x3-winograd.js';
import type { Gpu } from './gpu.js';
import { flat, pieces } from './grid.js';
import { defineKernel, type Values } from './kernel.js';
import { RECTIFY } from './relu.js';

export { conv3x3InputGradient, conv3x3WeightGradient } from './conv3x3-gradients.js';

/** y[n,p,q,k] = b[k] + sum over r,s,c of x[n,p+r-pad,q+s-pad,c] w[r,s,c,k], then max(y, 0) where relu is 1. */
export const conv3x3Forward = defineKernel({
  name: 'conv3x3/forward',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: elementsOf,
  flops: convFlops,
  choice: { by: ['H', 'W', 'C', 'K', 'pad'] },
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'conv3x3/forward/1_naive.wgsl',
      include: [RECTIFY],
      grid: (d, c) => flat(elementsOf(d).y, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels an invocation, 16-byte loads of weights',
      shader: 'conv3x3/forward/2_vec4.wgsl',
      include: [RECTIFY],
      grid: (d, c) => flat(elementsOf(d).y / 4, c.WORKGROUP!),
      accepts: (d) => d.K % 4 === 0,
    },
    register: {
      idea: 'a tile of 4 pixels by 8 channels in registers; a workgroup reads the same weights together',
      shader: 'conv3x3/forward/3_register.wgsl',
      include: [RECTIFY],
      grid: (d, c) => {
        const { P, Q } = outputSize(d);
        return tilesByChannels(d.N * P * pieces(Q, 4), c.WORKGROUP!, d.K / 8);
      },
      accepts: (d) => d.K % 8 === 0,
    },
    tiled: {
      idea: 'implicit matrix product: pixels and weights pass through workgroup memory',
      shader: 'conv3x3/forward/4_tiled.wgsl',
      include: [RECTIFY],
      grid: (d, c) => {
        const { P, Q } = outputSize(d);
        return tilesByChannels(d.N * P * Q, c.ROWS!, pieces(d.K / 4, c.COLUMNS!));
      },
      accepts: (d) => d.C % 4 === 0 && d.K % 4 === 0,
    },
    winograd2: forward2(),
    winograd4: forward4('register'),
    winograd4_subgroup4: forward4('subgroup4'),
    winograd4_subgroup8: forward4('subgroup8'),
    winograd4_tiled: forward4('tiled'),
    strips_subgroup4: forwardStrips(4),
    strips_subgroup8: forwardStrips(8),
    strips1_subgroup8: forwardStripsOf(1),
    strips2_subgroup8: forwardStripsOf(2),
    strips3_subgroup8: forwardStripsOf(3),
    strips4_subgroup8: forwardStripsOf(4),
    winograd4_prefetched: forward4('prefetched'),
    window3: {
      idea: 'three input channels: the pixels of a square and the weights of 64 channels pass through workgroup memory',
      shader: 'conv3x3/forward/12_window.wgsl',
      include: [RECTIFY],
      consts: { CHANNELS: 3 },
      grid: (d, c) => {
        const { P, Q } = outputSize(d);
        return tilesByChannels(d.N * pieces(P, c.SIDE!) * pieces(Q, c.SIDE!), 1, pieces(d.K, 64));
      },
      accepts: (d) => d.C === 3 && d.K % 4 === 0,
    },
    winograd4_sheets: forward4('sheets'),
  },
  prefer: {
    cpu: [
      'strips1_subgroup8',
      'strips2_subgroup8',
      'strips3_subgroup8',
      'strips4_subgroup8',
      'winograd4_sheets',
      'winograd4_subgroup8',
      'winograd4_subgroup4',
      'winograd4',
      'strips_subgroup8',
      'strips_subgroup4',
      'register',
      'vec4',
      'naive',
    ],
    gpu: ['window3', 'winograd4_prefetched', 'winograd4_tiled', 'tiled', 'register', 'vec4', 'naive'],
  },
});

/**
 * The forward and a 2x2 max-pool of stride 2 after it, odd last rows and columns dropped: y (N, floor(P/2), floor(Q/2), K). A NaN in a
 * window makes its maximum NaN. Each variant makes what its namesake of `conv3x3Forward` and the pool make, to the same bits.
 */
export const conv3x3ForwardPooled = defineKernel({
  name: 'conv3x3/forward_pooled',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: (d) => ({ ...elementsOf(d), y: pooledElements(d) }),
  flops: convFlops,
  choice: { by: ['H', 'W', 'C', 'K', 'pad'] },
  variants: {
    naive: {
      idea: 'the four outputs of a window an invocation',
      shader: 'conv3x3/forward_pooled/1_naive.wgsl',
      include: ['max_pool/larger.wgsl', RECTIFY],
      grid: (d, c) => flat(pooledElements(d), c.WORKGROUP!),
    },
    winograd4: pooledForward4('register'),
    winograd4_subgroup4: pooledForward4('subgroup4'),
    winograd4_subgroup8: pooledForward4('subgroup8'),
    winograd4_tiled: pooledForward4('tiled'),
    winograd4_prefetched: pooledForward4('prefetched'),
    winograd4_sheets: pooledForward4('sheets'),
  },
  prefer: {
    cpu: ['winograd4_sheets', 'winograd4_subgroup8', 'winograd4_subgroup4', 'winograd4', 'naive'],
    gpu: ['winograd4_prefetched', 'winograd4_tiled', 'naive'],
  },
});

function pooledElements(d: ConvShape): number {
  const { P, Q } = outputSize(d);
  return d.N * Math.floor(P / 2) * Math.floor(Q / 2) * d.K;
}

/** Whether the pool is worth fusing: where Winograd's algorithm is worth it, and one of its variants runs. It does not look at N. */
export function poolingPays(
  d: Values<keyof ConvShape | 'relu'>,
  { choices, capabilities }: Pick<Gpu, 'choices' | 'capabilities'>,
): boolean {
  const { P, Q } = outputSize(d);
  return P >= 2 && Q >= 2 && winogradPays(d) && choices.variant(conv3x3ForwardPooled, d, capabilities) !== 'naive';
}
