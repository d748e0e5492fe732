// The 3x3 convolution with bias and optional ReLU, NHWC and HWIO, zero padding 0 or 1.
import { convFlops, elementsOf, outputSize, tilesByChannels } from './conv3x3-shape.js';
import * as winograd from './conv3x3-winograd.js';
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';

export { conv3x3InputGradient, conv3x3WeightGradient } from './conv3x3-gradients.js';

/** y[n,p,q,k] = b[k] + sum over r,s,c of x[n,p+r-pad,q+s-pad,c] w[r,s,c,k], then max(y, 0) where relu is 1. */
export const conv3x3Forward = defineKernel({
  name: 'conv3x3/forward',
  dims: ['N', 'H', 'W', 'C', 'K', 'pad', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: elementsOf,
  flops: convFlops,
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'conv3x3/forward/1_naive.wgsl',
      grid: (d, c) => flat(elementsOf(d).y, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels an invocation, 16-byte loads of weights',
      shader: 'conv3x3/forward/2_vec4.wgsl',
      grid: (d, c) => flat(elementsOf(d).y / 4, c.WORKGROUP!),
      accepts: (d) => d.K % 4 === 0,
    },
    register: {
      idea: 'a tile of 4 pixels by 8 channels in registers; a workgroup reads the same weights together',
      shader: 'conv3x3/forward/3_register.wgsl',
      grid: (d, c) => {
        const { P, Q } = outputSize(d);
        return tilesByChannels(d.N * P * pieces(Q, 4), c.WORKGROUP!, d.K / 8);
      },
      accepts: (d) => d.K % 8 === 0,
    },
    winograd4: winograd.forward("Winograd's F(4x4, 3x3): a quarter of the products, in four passes", 1, {
      shared: 'conv3x3/forward/5_winograd4',
      multiply: 'conv3x3/forward/5_winograd4_multiply.wgsl',
    }),
    winograd4_subgroup4: winograd.forward('every 4 neighbours of a subgroup read transformed tiles for each other', 4, {
      shared: 'conv3x3/forward/5_winograd4',
      multiply: 'conv3x3/forward/6_winograd4_subgroup4_multiply.wgsl',
    }),
    winograd4_subgroup8: winograd.forward('every 8 neighbours do, and make twice as many tiles', 8, {
      shared: 'conv3x3/forward/5_winograd4',
      multiply: 'conv3x3/forward/6_winograd4_subgroup8_multiply.wgsl',
    }),
  },
});
