// The two ceilings of this adapter's roofline, and where work lies under them.
//
// Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model", 2009.
import type { Gpu } from '../kernels/gpu.js';
import type { Kernel } from '../kernels/kernel.js';
import { copyProbe, fmaProbe } from '../kernels/probe.js';
import { quickestOf, timeRuns } from './timing.js';

export interface Ceilings {
  /** Multiply-adds from registers, in floating-point operations a second. */
  readonly flopsPerSecond: number;
  /** A copy of tensors larger than caches: bytes read and written a second. */
  readonly bytesPerSecond: number;
}

/** Invocations of the multiply-add probe, and vec4 that are copied: enough for a few milliseconds and to leave caches behind. */
const SIZES = { cpu: { fma: 2 ** 13, copy: 2 ** 22 }, gpu: { fma: 2 ** 20, copy: 2 ** 24 } };
const TRIALS = 5;

/** Takes about a second. */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { kind, limits } = gpu.capabilities;
  const sizes = SIZES[kind];
  const count = Math.min(sizes.copy, Math.floor(limits.maxStorageBufferBindingSize / 16));
  const fma = { count: sizes.fma, factor: 0.5, term: 1 };
  const few = await quickest(gpu, fmaProbe as unknown as Kernel, fma, 'few');
  const many = await quickest(gpu, fmaProbe as unknown as Kernel, fma, 'many');
  const copy = await quickest(gpu, copyProbe as unknown as Kernel, { count }, 'vec4');
  return { flopsPerSecond: fmaProbe.flops(fma) / Math.min(few, many), bytesPerSecond: (32 * count) / copy };
}

/** Seconds of the quickest trial: a ceiling is what nothing disturbed. */
async function quickest(
  gpu: Gpu,
  kernel: Kernel,
  dims: Readonly<Record<string, number>>,
  variant: string,
): Promise<number> {
  const sizes = Object.entries(kernel.elements(dims));
  const blocks = Object.fromEntries(
    sizes.map(([name, count]) => [name, gpu.pool.take(4 * count, `${name} of a probe`)]),
  );
  try {
    return quickestOf(await timeRuns(gpu, kernel, dims, blocks, variant, TRIALS));
  } finally {
    for (const block of Object.values(blocks)) gpu.pool.give(block);
  }
}

/** Where work of so many operations for each byte can come to at most. */
export function roofAt(
  { flopsPerSecond, bytesPerSecond }: Ceilings,
  intensity: number,
): { flopsPerSecond: number; bound: 'compute' | 'bandwidth' } {
  const byBandwidth = intensity * bytesPerSecond;
  return byBandwidth < flopsPerSecond
    ? { flopsPerSecond: byBandwidth, bound: 'bandwidth' }
    : { flopsPerSecond, bound: 'compute' };
}
