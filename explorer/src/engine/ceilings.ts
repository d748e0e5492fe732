// What this adapter can do at most, as a page can measure it: multiply-adds from registers, and bytes moved by a copy.
import { cost, type Gpu, run } from '../../../src/engine.js';
import { copyProbe, fmaProbe } from '../../../src/kernels/probe.js';
import { timeRuns } from './timing.js';

/** The roof: a second's floating-point operations, and its bytes. */
export interface Ceilings {
  readonly flops: number;
  readonly bytes: number;
}

/** Invocations of the multiply-add probe: enough to fill the device. */
const INVOCATIONS = { cpu: 2 ** 13, gpu: 2 ** 20 };
/** Bytes that are copied: beyond every cache. */
const COPIED = { cpu: 2 ** 26, gpu: 2 ** 28 };

/** Measures both, in a second or two. @throws VggpuError 'memory' where there is no room for the copy */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { kind, limits } = gpu.capabilities;
  const chains = { count: INVOCATIONS[kind], factor: 0.5, term: 1 };
  const copied = { count: Math.floor(Math.min(COPIED[kind], limits.maxStorageBufferBindingSize) / 16) };
  const x = gpu.pool.take(16 * copied.count, 'source of the copy probe');
  const y = gpu.pool.take(16 * copied.count, 'target of the copy probe');
  const chainsTime = async (variant: string) =>
    (await timeRuns(gpu, () => run(gpu, fmaProbe, chains, { y }, variant))).milliseconds;
  try {
    const shortest = Math.min(await chainsTime('few'), await chainsTime('many'));
    const { milliseconds } = await timeRuns(gpu, () => run(gpu, copyProbe, copied, { x, y }));
    return {
      flops: (1000 * cost(fmaProbe, chains).flops) / shortest,
      bytes: (1000 * cost(copyProbe, copied).bytes) / milliseconds,
    };
  } finally {
    gpu.pool.give(x);
    gpu.pool.give(y);
  }
}
