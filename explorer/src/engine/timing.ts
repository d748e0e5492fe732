// How long GPU work takes by the clock of the page: repeated until the clock's grain and the way to the GPU no longer count.
import type { Gpu } from '../../../src/engine.js';

/** A measured time. */
export interface Timing {
  readonly milliseconds: number;
  /** Runs back to back that the time is the mean of. */
  readonly runs: number;
}

/** Runs are doubled until they take this long together. */
const ENOUGH = 40;
const MOST_RUNS = 4096;

/**
 * Times what `record` records, after one run that is not counted. Work that takes long runs once more only.
 * @throws VggpuError 'device' or 'memory' where the device refuses it
 */
export async function timeRuns(gpu: Gpu, record: () => void): Promise<Timing> {
  await gpu.finish();
  record();
  await gpu.finish(); // compiled, and its memory taken
  for (let runs = 1; ; runs *= 2) {
    const start = performance.now();
    for (let i = 0; i < runs; i++) record();
    await gpu.finish();
    const milliseconds = performance.now() - start;
    if (milliseconds >= ENOUGH || runs >= MOST_RUNS) return { milliseconds: milliseconds / runs, runs };
  }
}
