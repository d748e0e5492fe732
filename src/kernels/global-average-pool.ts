// Global average pooling, y[n,c] = mean over the picture of x[n,h,w,c], and its gradient.
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';

/** x (N, H, W, C) -> y (N, C). */
export const globalAveragePoolForward = defineKernel({
  name: 'global_average_pool/forward',
  dims: ['N', 'H', 'W', 'C'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.N * d.H * d.W * d.C, y: d.N * d.C }),
  flops: (d) => d.N * d.H * d.W * d.C,
  choice: { by: ['H', 'W', 'C'] },
  variants: {
    naive: {
      idea: 'one output an invocation, row by row',
      shader: 'global_average_pool/forward/1_naive.wgsl',
      grid: (d, c) => flat(d.N * d.C, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels an invocation, 16-byte loads',
      shader: 'global_average_pool/forward/2_vec4.wgsl',
      grid: (d, c) => flat((d.N * d.C) / 4, c.WORKGROUP!),
      accepts: (d) => d.C % 4 === 0,
    },
    sliced: {
      idea: 'the pixels of a picture divided among invocations, partial sums added in workgroup memory',
      shader: 'global_average_pool/forward/3_sliced.wgsl',
      grid: (d, c) => [pieces(d.C / 4, c.GROUPS!), Math.min(d.N, 65_535)],
      accepts: (d) => d.C % 4 === 0,
    },
  },
  prefer: { cpu: ['vec4', 'naive'] },
});

/** dy (N, C) -> dx (N, H, W, C). */
export const globalAveragePoolBackward = defineKernel({
  name: 'global_average_pool/backward',
  dims: ['N', 'H', 'W', 'C'],
  bindings: { dy: 'read', dx: 'write' },
  elements: (d) => ({ dy: d.N * d.C, dx: d.N * d.H * d.W * d.C }),
  flops: (d) => d.N * d.C,
  choice: { by: ['H', 'W', 'C'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'global_average_pool/backward/1_naive.wgsl',
      grid: (d, c) => flat(d.N * d.H * d.W * d.C, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four channels an invocation, 16-byte loads and stores',
      shader: 'global_average_pool/backward/2_vec4.wgsl',
      grid: (d, c) => flat((d.N * d.H * d.W * d.C) / 4, c.WORKGROUP!),
      accepts: (d) => d.C % 4 === 0,
    },
  },
});
