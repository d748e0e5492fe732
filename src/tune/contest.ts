// Which of two variants is faster: they take turns, so that a busy machine or a clock that throttles slows both.
import type { Gpu } from '../kernels/gpu.js';
import { run } from '../kernels/run.js';
import { type Material, TUNING } from './material.js';
import type { Need } from './needs.js';

export interface ContestOptions {
  /** Samples of each whose median counts. */
  readonly rounds: number;
  /** Slower by this factor in its first sample, a challenger has lost. */
  readonly hopeless: number;
}

/** Milliseconds of one run, the median of so many samples. */
export interface Timing {
  readonly ms: number;
  readonly runs: number;
}

export interface Outcome {
  readonly champion: Timing;
  readonly challenger: Timing;
  readonly won: boolean;
}

/** A challenger wins by this much at least: variants differ in their last bits, and nothing shall change for nothing. */
const MARGIN = 0.97;

/** Milliseconds that a sample takes at least: on a GPU many times what its timestamps are rounded to, on a CPU what the scheduler costs. */
const SAMPLE = { gpu: 3, cpu: 15 };
const MOST_REPEATS = 500;

/** Times two variants whose results are known to be right; both have run before. @throws VggpuError 'device' or 'memory' */
export async function contest(
  gpu: Gpu,
  need: Need,
  { blocks }: Material,
  [champion, challenger]: readonly [string, string],
  { rounds, hopeless }: ContestOptions,
): Promise<Outcome> {
  const sample = sampler(gpu, need, blocks);
  const mine = [await sample(champion)];
  const theirs = [await sample(challenger)];
  while (mine.length < rounds && theirs[0]! <= hopeless * mine[0]!) {
    mine.push(await sample(champion));
    theirs.push(await sample(challenger));
  }
  const [best, other] = [median(mine), median(theirs)];
  return {
    champion: { ms: best, runs: mine.length },
    challenger: { ms: other, runs: theirs.length },
    won: other < MARGIN * best,
  };
}

/** The time of a variant by itself. */
export async function timeAlone(gpu: Gpu, need: Need, { blocks }: Material, variant: string): Promise<Timing> {
  return { ms: await sampler(gpu, need, blocks)(variant), runs: 1 };
}

/** Gives a variant's time for one run, in milliseconds, from as many runs as a sample takes. */
function sampler(gpu: Gpu, need: Need, blocks: Material['blocks']): (variant: string) => Promise<number> {
  const repeats = new Map<string, number>();
  const enough = SAMPLE[gpu.capabilities.kind];
  return async (variant) => {
    let count = repeats.get(variant);
    if (count === undefined) {
      const once = await timeRuns(gpu, need, blocks, variant, 1);
      count = Math.max(1, Math.min(MOST_REPEATS, Math.ceil(enough / Math.max(once, 1e-3))));
      repeats.set(variant, count);
      if (count === 1) return once; // a second one would only take as long
    }
    return (await timeRuns(gpu, need, blocks, variant, count)) / count;
  };
}

/** Milliseconds for some runs in a row: by the GPU's own clock on hardware that has timestamps, else until the device has finished. */
async function timeRuns(
  gpu: Gpu,
  { kernel, dims }: Need,
  blocks: Material['blocks'],
  variant: string,
  repeats: number,
): Promise<number> {
  const { profiler, capabilities } = gpu;
  const stamped = capabilities.kind === 'gpu' && profiler.timed && !profiler.on;
  await gpu.finish();
  if (stamped) profiler.start();
  const start = performance.now();
  profiler.phase(TUNING, () => {
    for (let i = 0; i < repeats; i++) run(gpu, kernel, dims, blocks, variant);
  });
  await gpu.finish();
  const wall = performance.now() - start;
  if (!stamped) return wall;
  const { records } = await profiler.stop();
  const [first, last] = [records[0]?.startNs, records.at(-1)?.endNs];
  return first === undefined || last === undefined || last <= first ? wall : (last - first) / 1e6;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
