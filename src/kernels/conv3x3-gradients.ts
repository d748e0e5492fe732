// The gradients of the 3x3 convolution with respect to its input and its weights. Dims are those of the forward.
import { convFlops, elementsOf, tilesByChannels } from './conv3x3-shape.js';
import { weightGradientStrips, weightGradientStripsBySubgroup } from './conv3x3-strips.js';
import { inputGradient4, weightGradient4, weightGradientInParts } from './conv3x3-winograd.js';
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';
import { RECTIFY_GRADIENT, readWithRelu } from './relu.js';

/**
 * dx[n,h,v,c] = sum over r,s,k of dy[n,h+pad-r,v+pad-s,k] w[r,s,c,k]; dy is the gradient before ReLU. With relu 1, x is what a ReLU made
 * and dx the gradient of what it took: 0 where x is 0 or below.
 */
export const conv3x3InputGradient = defineKernel({
  name: 'conv3x3/input_gradient',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad', 'relu'],
  bindings: { dy: 'read', w: 'read', x: 'read', dx: 'write' },
  elements: (d) => {
    const { x, w, y } = elementsOf(d);
    return { dy: y, w, x: readWithRelu(d, x), dx: x };
  },
  flops: convFlops,
  choice: { by: ['H', 'W', 'C', 'K', 'pad'] },
  variants: {
    naive: {
      idea: 'one element of dx an invocation, gathered from every output that read it',
      shader: 'conv3x3/input_gradient/1_naive.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => flat(elementsOf(d).x, c.WORKGROUP!),
    },
    register: {
      idea: 'a tile of 4 pixels by 4 channels in registers; a workgroup reads the same weights together',
      shader: 'conv3x3/input_gradient/2_register.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => tilesByChannels(d.N * d.H * pieces(d.W, 4), c.WORKGROUP!, d.C / 4),
      accepts: (d) => d.C % 4 === 0 && d.K % 4 === 0,
    },
    winograd4: inputGradient4('register'),
    winograd4_subgroup4: inputGradient4('subgroup4'),
    winograd4_subgroup8: inputGradient4('subgroup8'),
    winograd4_tiled: inputGradient4('tiled'),
    winograd4_prefetched: inputGradient4('prefetched'),
    winograd4_sheets: inputGradient4('sheets'),
  },
  prefer: {
    cpu: ['winograd4_sheets', 'winograd4_subgroup8', 'winograd4_subgroup4', 'winograd4', 'register', 'naive'],
    gpu: ['winograd4_prefetched', 'winograd4_tiled', 'register', 'naive'],
  },
});

/** dw[r,s,c,k] = sum over n,p,q of x[n,p+r-pad,q+s-pad,c] dy[n,p,q,k]; dy is the gradient before ReLU. */
export const conv3x3WeightGradient = defineKernel({
  name: 'conv3x3/weight_gradient',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad'],
  bindings: { x: 'read', dy: 'read', dw: 'write' },
  elements: (d) => {
    const { x, w, y } = elementsOf(d);
    return { x, dy: y, dw: w };
  },
  flops: convFlops,
  choice: { by: ['H', 'W', 'C', 'K', 'pad'] },
  variants: {
    naive: {
      idea: 'one element of dw an invocation, summed row by row',
      shader: 'conv3x3/weight_gradient/1_naive.wgsl',
      grid: (d, c) => flat(elementsOf(d).w, c.WORKGROUP!),
    },
    register: {
      idea: 'three taps of 4 by 4 channels in registers; x moves along the row',
      shader: 'conv3x3/weight_gradient/2_register.wgsl',
      grid: (d, c) => flat((3 * d.C * d.K) / 16, c.WORKGROUP!),
      accepts: (d) => d.C % 4 === 0 && d.K % 4 === 0,
    },
    winograd4: weightGradient4('register'),
    winograd4_subgroup4: weightGradient4('subgroup4'),
    winograd4_subgroup8: weightGradient4('subgroup8'),
    winograd4_tiled: weightGradient4('tiled'),
    strips: weightGradientStrips(),
    strips_subgroup4: weightGradientStripsBySubgroup(4),
    strips_subgroup8: weightGradientStripsBySubgroup(8),
    winograd4_prefetched: weightGradientInParts(),
  },
  prefer: {
    cpu: [
      'winograd4_subgroup8',
      'winograd4_subgroup4',
      'winograd4',
      'strips_subgroup8',
      'strips_subgroup4',
      'register',
      'strips',
      'naive',
    ],
    gpu: ['winograd4_prefetched', 'winograd4_tiled', 'strips', 'register', 'naive'],
  },
});
