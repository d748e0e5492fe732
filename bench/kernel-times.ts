// How long kernels ran, by the device's own clock.
import type { Gpu } from '../src/kernels/gpu.js';

/** Milliseconds of all dispatches of a piece of work, added up, for each time that it is done. */
export async function kernelTimesOf(gpu: Gpu, times: number, work: () => Promise<void>): Promise<number[]> {
  const found: number[] = [];
  gpu.profiler.start();
  for (let i = 0; i < times; i++) {
    await work();
    const { records } = await (i + 1 < times ? gpu.profiler.take() : gpu.profiler.stop());
    found.push(records.reduce((sum, { startNs = Number.NaN, endNs = Number.NaN }) => sum + (endNs - startNs) / 1e6, 0));
  }
  return found;
}
