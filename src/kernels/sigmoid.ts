// The logistic sigmoid, y = 1 / (1 + exp(-x)), and its gradient.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

export const sigmoidForward = defineKernel({
  name: 'sigmoid/forward',
  dims: ['count'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.count, y: d.count }),
  flops: (d) => 4 * d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'sigmoid/forward/1_naive.wgsl',
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'sigmoid/forward/2_vec4.wgsl',
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0,
    },
  },
});

export const sigmoidBackward = defineKernel({
  name: 'sigmoid/backward',
  dims: ['count'],
  bindings: { y: 'read', dy: 'read', dx: 'write' },
  elements: (d) => ({ y: d.count, dy: d.count, dx: d.count }),
  flops: (d) => 3 * d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'sigmoid/backward/1_naive.wgsl',
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'sigmoid/backward/2_vec4.wgsl',
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0,
    },
  },
});
