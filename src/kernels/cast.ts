// Conversions between float32 and float16. What a half cannot hold becomes NaN, which every op hands on.
import { flat } from './grid.js';
import { HALVES, wordsOf } from './half.js';
import { defineKernel } from './kernel.js';

/** y = x rounded to halves, both (count); NaN where |x| > 65504. */
export const castToHalf = defineKernel({
  name: 'cast/to_f16',
  dims: ['count'],
  bindings: { x: 'read', y: 'write' },
  elements: ({ count }) => ({ x: count, y: wordsOf(count) }),
  flops: () => 0,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one word, which is two halves, an invocation',
      shader: 'cast/to_f16/1_naive.wgsl',
      include: [HALVES],
      grid: ({ count }, c) => flat(wordsOf(count), c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads',
      shader: 'cast/to_f16/2_vec4.wgsl',
      include: [HALVES],
      grid: ({ count }, c) => flat(count / 4, c.WORKGROUP!),
      accepts: ({ count }) => count % 4 === 0,
    },
  },
});

/** y = x, halves as floats, both (count). */
export const castToFloat = defineKernel({
  name: 'cast/to_f32',
  dims: ['count'],
  bindings: { x: 'read', y: 'write' },
  elements: ({ count }) => ({ x: wordsOf(count), y: count }),
  flops: () => 0,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'cast/to_f32/1_naive.wgsl',
      include: [HALVES],
      grid: ({ count }, c) => flat(count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte stores',
      shader: 'cast/to_f32/2_vec4.wgsl',
      grid: ({ count }, c) => flat(count / 4, c.WORKGROUP!),
      accepts: ({ count }) => count % 4 === 0,
    },
  },
});
