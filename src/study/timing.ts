// How long a kernel takes on the device: by its own clock where it has one, each pass for itself.
import type { Block } from '../kernels/buffers.js';
import type { Gpu } from '../kernels/gpu.js';
import type { Kernel, Values } from '../kernels/kernel.js';
import { run } from '../kernels/run.js';
import { hostNs } from '../kernels/timestamps.js';

/** One run: seconds in all, and of each pass where the device tells. */
export interface Timing {
  readonly seconds: number;
  readonly passes: readonly { readonly shader: string; readonly seconds: number }[];
}

/** Times `trials` runs, after one that compiles. */
export async function timeRuns(
  gpu: Gpu,
  kernel: Kernel,
  dims: Values<string>,
  blocks: Readonly<Record<string, Block>>,
  variant: string,
  trials: number,
): Promise<Timing[]> {
  run(gpu, kernel, dims, blocks, variant);
  await gpu.finish();
  const timings: Timing[] = [];
  for (let trial = 0; trial < trials; trial++) {
    if (gpu.profiler.timed) gpu.profiler.start();
    const start = hostNs();
    run(gpu, kernel, dims, blocks, variant);
    await gpu.finish();
    const wall = (hostNs() - start) / 1e9;
    if (!gpu.profiler.timed) {
      timings.push({ seconds: wall, passes: [] });
      continue;
    }
    const { records } = await gpu.profiler.stop();
    const passes = records.map(({ pass, startNs = Number.NaN, endNs = Number.NaN }) => ({
      shader: pass,
      seconds: (endNs - startNs) / 1e9,
    }));
    timings.push({ seconds: passes.reduce((sum, { seconds }) => sum + seconds, 0), passes });
  }
  return timings;
}

export const quickestOf = (timings: readonly Timing[]): number => Math.min(...timings.map(({ seconds }) => seconds));

/** The run in the middle. */
export function medianOf(timings: readonly Timing[]): Timing {
  return [...timings].sort((a, b) => a.seconds - b.seconds)[Math.floor(timings.length / 2)]!;
}
