// What this adapter can do at most, as a page can measure it: multiply-adds from registers, and bytes moved by a copy.

import { defineKernel, type Gpu, run } from '../../../src/engine.js';
import { flat } from '../../../src/kernels/grid.js';
import { timeRuns } from './timing.js';

/** The roof: a second's floating-point operations, and its bytes. */
export interface Ceilings {
  readonly flops: number;
  readonly bytes: number;
}

/** The bench's own shaders, from where the others are. */
const pathOf = (name: string) => `../bench/probes/${name}.wgsl`;

/** What one invocation of a probe computes: 512 steps of 16 multiply-adds of vec4. */
const FLOPS = 512 * 16 * 8;

const chains = (shader: string, idea: string) => ({
  ...{ idea, shader },
  grid: (d: { readonly count: number }, c: Readonly<Record<string, number>>) => flat(d.count, c.WORKGROUP!),
});

const fmaProbe = defineKernel({
  name: 'probe/fma',
  dims: ['count'],
  scalars: ['factor', 'term'],
  bindings: { y: 'write' },
  elements: ({ count }) => ({ y: 4 * count }),
  flops: ({ count }) => FLOPS * count,
  variants: {
    few: chains(pathOf('fma_few'), '2 chains of multiply-adds'),
    many: chains(pathOf('fma'), '8 chains of multiply-adds'),
  },
});

const copyProbe = defineKernel({
  name: 'probe/copy',
  dims: ['count'],
  bindings: { x: 'read', y: 'write' },
  elements: ({ count }) => ({ x: 4 * count, y: 4 * count }),
  flops: () => 0,
  variants: { vec4: chains(pathOf('copy'), 'one vec4 an invocation') },
});

/** Invocations of a probe: enough to fill the device. */
const INVOCATIONS = { cpu: 2 ** 13, gpu: 2 ** 20 };
/** Bytes that are copied: beyond every cache. */
const COPIED = { cpu: 2 ** 26, gpu: 2 ** 28 };

/** Measures both, in a second or two. @throws VggpuError 'memory' where there is no room for the copy */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { kind, limits } = gpu.capabilities;
  const count = INVOCATIONS[kind];
  const bytes = Math.min(COPIED[kind], limits.maxStorageBufferBindingSize);
  const x = gpu.pool.take(bytes, 'source of the copy probe');
  const y = gpu.pool.take(bytes, 'target of the copy probe');
  const fmaTime = async (variant: 'few' | 'many') =>
    (await timeRuns(gpu, () => run(gpu, fmaProbe, { count, factor: 0.5, term: 1 }, { y }, variant))).milliseconds;
  try {
    const shortest = Math.min(await fmaTime('few'), await fmaTime('many'));
    const { milliseconds } = await timeRuns(gpu, () =>
      run(gpu, copyProbe, { count: Math.floor(bytes / 16) }, { x, y }),
    );
    return { flops: (FLOPS * count * 1000) / shortest, bytes: (2 * bytes * 1000) / milliseconds };
  } finally {
    gpu.pool.give(x);
    gpu.pool.give(y);
  }
}
