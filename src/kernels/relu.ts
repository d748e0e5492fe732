// ReLU, y = max(x, 0), and its gradient. Both hand NaN on.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/** Functions for fusing a ReLU into any shader that includes this: `rectify` of a vec4f, `rectify2`, `rectify1`. */
export const RECTIFY = 'relu/rectify.wgsl';

/** Functions for fusing the gradient of a ReLU into any shader that includes this: `rectifyGradient` of vec4f, `rectifyGradient1`. */
export const RECTIFY_GRADIENT = 'relu/rectify_gradient.wgsl';

/**
 * Elements of a binding that a kernel reads only with `relu` 1, of `count` that it then has. A binding cannot be empty, and shaders may
 * take it for vectors: with `relu` 0 there are 4 that nobody reads.
 */
export function readWithRelu({ relu }: { readonly relu: number }, count: number): number {
  return relu === 1 ? count : Math.min(4, count);
}

export const reluForward = defineKernel({
  name: 'relu/forward',
  dims: ['count'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.count, y: d.count }),
  flops: (d) => d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'relu/forward/1_naive.wgsl',
      include: [RECTIFY],
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'relu/forward/2_vec4.wgsl',
      include: [RECTIFY],
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0,
    },
  },
});

export const reluBackward = defineKernel({
  name: 'relu/backward',
  dims: ['count'],
  bindings: { y: 'read', dy: 'read', dx: 'write' },
  elements: (d) => ({ y: d.count, dy: d.count, dx: d.count }),
  flops: (d) => d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'relu/backward/1_naive.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'relu/backward/2_vec4.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0,
    },
  },
});
