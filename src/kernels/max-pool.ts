// 2x2 max-pool with stride 2, and its gradient: the first maximum of a window, in row-major order, gets it all.
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';
import { RECTIFY_GRADIENT } from './relu.js';

const outputs = (d: { N: number; H: number; W: number; C: number }) =>
  d.N * Math.floor(d.H / 2) * Math.floor(d.W / 2) * d.C;
const squares = (d: { N: number; H: number; W: number; C: number }) => d.N * pieces(d.H, 2) * pieces(d.W, 2) * d.C;

/** x (N, H, W, C) -> y (N, floor(H/2), floor(W/2), C). H and W are at least 2. A NaN in a window makes its maximum NaN. */
export const maxPoolForward = defineKernel({
  name: 'max_pool/forward',
  dims: ['N', 'H', 'W', 'C'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.N * d.H * d.W * d.C, y: outputs(d) }),
  flops: (d) => 3 * outputs(d),
  choice: { by: ['H', 'W', 'C'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'max_pool/forward/1_naive.wgsl',
      grid: (d, c) => flat(outputs(d), c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels an invocation, 16-byte loads and stores',
      shader: 'max_pool/forward/2_vec4.wgsl',
      grid: (d, c) => flat(outputs(d) / 4, c.WORKGROUP!),
      accepts: (d) => d.C % 4 === 0,
    },
  },
});

/**
 * x, dx (N, H, W, C); y, dy (N, floor(H/2), floor(W/2), C), y as the forward made it. All of dx is written. With relu 1, x is what a
 * ReLU made and dx the gradient of what it took: 0 also where y is 0 or below.
 */
export const maxPoolBackward = defineKernel({
  name: 'max_pool/backward',
  dims: ['N', 'H', 'W', 'C', 'relu'],
  bindings: { x: 'read', y: 'read', dy: 'read', dx: 'write' },
  elements: (d) => ({ x: d.N * d.H * d.W * d.C, y: outputs(d), dy: outputs(d), dx: d.N * d.H * d.W * d.C }),
  flops: (d) => 4 * outputs(d),
  choice: { by: ['H', 'W', 'C'] },
  variants: {
    naive: {
      idea: 'one element of dx an invocation, which looks back through its window',
      shader: 'max_pool/backward/1_naive.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => flat(d.N * d.H * d.W * d.C, c.WORKGROUP!),
    },
    window: {
      idea: 'one window an invocation: every input is read once',
      shader: 'max_pool/backward/2_window.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => flat(squares(d), c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels of a window an invocation, 16-byte loads and stores',
      shader: 'max_pool/backward/3_vec4.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => flat(squares(d) / 4, c.WORKGROUP!),
      accepts: (d) => d.C % 4 === 0,
    },
  },
});
