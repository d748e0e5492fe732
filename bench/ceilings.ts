// What the device can do at most, measured in the same run as what is held against it: multiply-adds from registers, and a copy.
import type { Gpu } from '../src/kernels/gpu.js';
import type { Kernel } from '../src/kernels/kernel.js';
import { copyProbe, fmaProbe } from '../src/kernels/probe.js';
import { run } from '../src/kernels/run.js';
import type { Precision } from './case.js';
import { kernelTimesOf } from './kernel-times.js';

/** Ceilings of a device: GFLOP/s and GB/s. `fmaF16` only where it has float16. */
export interface Ceilings {
  readonly fma: number;
  readonly fmaF16?: number;
  readonly copy: number;
}

/** Invocations of the multiply-add probes: as few as take LONG_ENOUGH, at most what one dimension of a grid holds. */
const [FEWEST, MOST] = [2 ** 12, 2 ** 21];
/** Milliseconds: a start and an end do not show. */
const LONG_ENOUGH = 20;
/** Bytes that are copied: beyond every cache. */
const COPIED = { cpu: 128 * 2 ** 20, gpu: 512 * 2 ** 20 };
const ROUNDS = 7;

export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { kind, limits, features } = gpu.capabilities;
  const bytes = Math.min(COPIED[kind], limits.maxStorageBufferBindingSize);
  const count = Math.floor(bytes / 16);
  const copied = await fastest(gpu, copyProbe as unknown as Kernel, { count }, { variant: 'vec4', rounds: ROUNDS });
  return {
    fma: Math.max(await multiplyAdds(gpu, 'few'), await multiplyAdds(gpu, 'many')),
    ...(features.has('shader-f16') && { fmaF16: await multiplyAdds(gpu, 'halves') }),
    copy: (2 * bytes) / copied / 1e6,
  };
}

/** GFLOP/s of one of the probes. */
async function multiplyAdds(gpu: Gpu, variant: 'few' | 'many' | 'halves'): Promise<number> {
  const dims = (count: number) => ({ count, factor: 0.5, term: 1 });
  const time = (count: number, rounds: number) =>
    fastest(gpu, fmaProbe as unknown as Kernel, dims(count), { variant, rounds });
  let count = FEWEST;
  while (count < MOST && (await time(count, 1)) < LONG_ENOUGH) count = Math.min(MOST, 4 * count);
  return fmaProbe.flops(dims(count)) / (await time(count, ROUNDS)) / 1e6;
}

/** Milliseconds of the quickest of some runs: a ceiling is what nothing disturbed. */
async function fastest(
  gpu: Gpu,
  kernel: Kernel,
  d: Readonly<Record<string, number>>,
  { variant, rounds }: { readonly variant: string; readonly rounds: number },
): Promise<number> {
  const blocks = Object.fromEntries(
    Object.entries<number>(kernel.elements(d)).map(([name, elements]) => [name, gpu.pool.take(4 * elements, name)]),
  );
  const once = async () => {
    run(gpu, kernel, d, blocks, variant);
    await gpu.finish();
  };
  await once();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(gpu.profiler.timed ? (await kernelTimesOf(gpu, 1, once))[0]! : await wallTime(once));
  }
  for (const block of Object.values(blocks)) gpu.pool.give(block);
  return Math.min(...times);
}

async function wallTime(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * How close a speed comes to what the ceilings allow work of this intensity (a roofline): 1 is the most. Winograd needs fewer
 * multiply-adds than the formula that it is held against, and matrix units make more of them: both may go beyond.
 */
export function shareOf(
  ceilings: Ceilings,
  { flops, bytes }: { readonly flops: number; readonly bytes: number },
  milliseconds: number,
  precision: Precision,
): number {
  const fma = precision === 'f16' ? Math.max(ceilings.fmaF16 ?? 0, ceilings.fma) : ceilings.fma;
  const least = Math.max(flops / fma, bytes / ceilings.copy) / 1e6;
  return least / milliseconds;
}
