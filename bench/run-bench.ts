// A whole run: opens the device and the peers on it, measures the ceilings, then case by case, and gives the report.
import { VggpuError } from '../src/errors.js';
import type { Gpu } from '../src/kernels/gpu.js';
import { type Engine, startEngine } from '../src/node/engine.js';
import { type Case, type Context, nameOf } from './case.js';
import { measureCeilings } from './ceilings.js';
import { jobCases } from './jobs/index.js';
import { kernelCases } from './kernels/index.js';
import { measure } from './measure.js';
import type { BenchOptions } from './options.js';
import { openOnnxRuntime } from './peers/onnxruntime.js';
import { openTensorFlow } from './peers/tensorflow.js';
import { commit, versionOf } from './project.js';
import { type Report, type Row, rowsOf } from './report.js';
import { createShared } from './shared.js';
import { isTarget } from './targets.js';

/** Milliseconds that a sample takes at least, and of samples after which an entrant makes no more. */
const SAMPLE = 20;
const BOX = { cpu: 10_000, gpu: 3_000 };

export interface Listener {
  /** A line on what happens, for the person who waits. */
  say(line: string): void;
  /** The rows of a case, as soon as it was measured, and the report as it would be if the run ended now. */
  show(rows: readonly Row[], soFar: Report): void;
}

/** The cases of these options on this device, the most important first. @throws VggpuError 'usage' where there are none */
async function casesFor(gpu: Gpu, options: BenchOptions): Promise<Case[]> {
  const { filter, targets } = options;
  const wanted = [...kernelCases(gpu), ...(await jobCases(gpu, options))].filter(
    (test) =>
      filter.every((text) => nameOf(test).includes(text)) &&
      (!targets || isTarget(nameOf(test), gpu.capabilities.kind)),
  );
  if (wanted.length === 0) {
    throw new VggpuError('usage', `No case of this device contains ${filter.join(' and ')}. --list prints them all.`);
  }
  return wanted.sort((a, b) => a.importance - b.importance);
}

/** The names of the cases that these options choose. */
export async function listCases(options: BenchOptions): Promise<string[]> {
  const { gpu, close } = await openEngine(options.adapter);
  const names = (await casesFor(gpu, options)).map(nameOf);
  await close();
  return names;
}

/** Opens the engine with float16 where its adapter has it, shown or hidden; without it where that does not work. */
async function openEngine(adapter: string | undefined): Promise<Engine> {
  const engine = await startEngine({ adapter });
  if (engine.info.kind === 'cpu' || engine.info.features.includes('shader-f16')) return engine;
  const { name } = engine.info;
  await engine.close();
  try {
    return await startEngine({ adapter: name, float16: true });
  } catch {
    return startEngine({ adapter: name });
  }
}

export async function runBench(options: BenchOptions, { say, show }: Listener): Promise<Report> {
  const started = performance.now();
  const { gpu, info, close } = await openEngine(options.adapter);
  const cases = await casesFor(gpu, options);
  const ceilings = await measureCeilings(gpu);
  say(ceilingLine(ceilings));
  const context: Context = {
    ...{ gpu, info, shared: createShared(), photos: options.photos, weights: options.weights },
    tensorflow: options.alone ? [] : await openTensorFlow(gpu),
    onnx: options.alone || info.kind === 'gpu' ? undefined : openOnnxRuntime(),
  };
  const rows: Row[] = [];
  const failed: string[] = [];
  let done = 0;
  const report = (): Report => {
    const notRun = cases.slice(done).map(nameOf);
    return {
      ...{ adapter: info.name, driver: info.driver, kind: info.kind },
      ...{ node: process.versions.node, date: new Date().toISOString(), commit: commit() },
      versions: versions(context),
      ceilings,
      ...(notRun.length > 0 && { notRun }),
      ...(failed.length > 0 && { failed: [...failed] }),
      rows: [...rows],
    };
  };
  for (const test of cases) {
    if (performance.now() - started > options.time * 1000) break;
    const { rounds, patience } = options;
    say(`${nameOf(test)} ...`);
    try {
      const limits = { rounds, sample: SAMPLE, box: BOX[info.kind], patience: patience * 1000 };
      const own = rowsOf(test, await measure(context, test, limits), ceilings);
      rows.push(...own);
      done++;
      show(own, report());
    } catch (error) {
      done++;
      failed.push(`${nameOf(test)}: ${error instanceof Error ? error.message : error}`);
      say(`Failed: ${failed.at(-1)}`);
    }
    gpu.flush(); // what is recorded may still use what the pool has back
    gpu.pool.trim(0);
  }
  const whole = report();
  if (whole.notRun) say(`No time left for: ${whole.notRun.join('; ')}`);
  await context.shared.close();
  await gpu.finish();
  await close();
  return whole;
}

function versions({ tensorflow, onnx }: Context): Record<string, string> {
  return {
    ...{ vggpu: versionOf(), webgpu: versionOf('webgpu') },
    ...(tensorflow[0] && { tensorflow: tensorflow[0].tf.version_core }),
    ...(onnx?.module && { onnxruntime: onnx.name }),
  };
}

function ceilingLine({ fma, fmaF16, copy }: Report['ceilings']): string {
  const half = fmaF16 === undefined ? '' : `, float16 ${fmaF16.toFixed(0)}`;
  return `Ceilings: multiply-adds ${fma.toFixed(0)} GFLOP/s${half}; copy ${copy.toFixed(1)} GB/s.`;
}
