// What a device can do at most: multiply-adds from registers, and a copy. Measured, they are the two ceilings of a roofline.
import { flat } from './grid.js';
import { hasHalves } from './half.js';
import { defineKernel } from './kernel.js';

/** Steps of the chains, and vec4 multiply-adds in each; in the shaders as well. */
const [STEPS, EACH] = [512, 16];

/** y (count, 4): the mean of chains v = v * factor + term. With factor 0.5 and term 1 they come to 2. */
export const fmaProbe = defineKernel({
  name: 'probe/fma',
  dims: ['count'],
  scalars: ['factor', 'term'],
  bindings: { y: 'write' },
  elements: ({ count }) => ({ y: 4 * count }),
  flops: ({ count }) => count * STEPS * EACH * 8,
  variants: {
    few: {
      idea: '2 chains an invocation',
      shader: 'probe/fma/1_few.wgsl',
      grid: ({ count }, c) => flat(count, c.WORKGROUP!),
    },
    many: {
      idea: '8 chains an invocation, for devices that wait for a multiply-add',
      shader: 'probe/fma/2_many.wgsl',
      grid: ({ count }, c) => flat(count, c.WORKGROUP!),
    },
    halves: {
      idea: '8 chains in float16',
      shader: 'probe/fma/3_halves.wgsl',
      grid: ({ count }, c) => flat(count, c.WORKGROUP!),
      accepts: (_, device) => hasHalves(device),
    },
  },
});

/** y = x, both (count, 4). */
export const copyProbe = defineKernel({
  name: 'probe/copy',
  dims: ['count'],
  bindings: { x: 'read', y: 'write' },
  elements: ({ count }) => ({ x: 4 * count, y: 4 * count }),
  flops: () => 0,
  variants: {
    vec4: {
      idea: 'one vec4 an invocation',
      shader: 'probe/copy/1_vec4.wgsl',
      grid: ({ count }, c) => flat(count, c.WORKGROUP!),
    },
  },
});
