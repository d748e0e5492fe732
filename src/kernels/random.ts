// Random numbers from a counter-based generator: an element's value depends on seed, stream and its index alone.
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';

/** Philox4x32-10 itself: counter (count, 4) and key (count, 2) -> bits (count, 4), all u32. */
export const randomBits = defineKernel({
  name: 'random/bits',
  dims: ['count'],
  bindings: { counter: 'read', key: 'read', bits: 'write' },
  elements: (d) => ({ counter: 4 * d.count, key: 2 * d.count, bits: 4 * d.count }),
  flops: () => 0,
  variants: {
    naive: {
      idea: 'one block of four words an invocation',
      shader: 'random/bits/1_naive.wgsl',
      include: ['random/philox.wgsl'],
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
  },
});

/** y (count) uniform in [low, high), in steps of (high - low) / 2^24. */
export const randomUniform = defineKernel({
  name: 'random/uniform',
  dims: ['count', 'seed', 'stream'],
  scalars: ['low', 'high'],
  bindings: { y: 'write' },
  elements: (d) => ({ y: d.count }),
  flops: (d) => 2 * d.count,
  variants: {
    naive: {
      idea: 'one element an invocation, which keeps one word of four',
      shader: 'random/uniform/1_naive.wgsl',
      include: ['random/philox.wgsl', 'random/between.wgsl'],
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    block: {
      idea: 'four elements an invocation, one for each word',
      shader: 'random/uniform/2_block.wgsl',
      include: ['random/philox.wgsl', 'random/between.wgsl'],
      grid: (d, c) => flat(pieces(d.count, 4), c.WORKGROUP!),
    },
  },
});

/** y (count) normal with this mean and standard deviation, at most 5.8 deviations away. */
export const randomNormal = defineKernel({
  name: 'random/normal',
  dims: ['count', 'seed', 'stream'],
  scalars: ['mean', 'deviation'],
  bindings: { y: 'write' },
  elements: (d) => ({ y: d.count }),
  flops: (d) => 6 * d.count,
  variants: {
    naive: {
      idea: 'one element an invocation, which keeps one value of four',
      shader: 'random/normal/1_naive.wgsl',
      include: ['random/philox.wgsl', 'random/gaussian.wgsl'],
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    block: {
      idea: 'four elements an invocation, one for each word',
      shader: 'random/normal/2_block.wgsl',
      include: ['random/philox.wgsl', 'random/gaussian.wgsl'],
      grid: (d, c) => flat(pieces(d.count, 4), c.WORKGROUP!),
    },
  },
});
