// Runs one case: every variant here and TensorFlow.js, results compared before anything is timed, then timed by turns.
import { Bench } from 'tinybench';
import type { Block } from '../src/kernels/buffers.js';
import type { Gpu } from '../src/kernels/gpu.js';
import { accepts, chooseVariant } from '../src/kernels/kernel.js';
import { run } from '../src/kernels/run.js';
import type { Case, Inputs } from './case.js';
import type { Rival } from './tensorflow.js';

/** One engine or variant in a case. */
export interface Entry {
  readonly name: string;
  /** Whether `run` takes this variant for the case by itself. */
  readonly chosen: boolean;
  /** Milliseconds for one run: the median, and the quarters round it. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  /** Largest difference from float64 among the outputs looked at, relative to their RMS. */
  readonly error: number;
  /** What is wrong with the result; an entry with a wrong result is not timed. */
  readonly wrong?: string;
}

export interface Options {
  /** Rounds in which every entry runs once. */
  readonly rounds: number;
  /** Milliseconds that one sample should take at least; shorter ops are submitted several times. */
  readonly sample: number;
}

const SPOTS = 48;

interface Contestant {
  readonly name: string;
  readonly chosen: boolean;
  /** Runs the op `times` times and waits for the device; nothing is read back. */
  readonly go: (times: number) => Promise<void>;
  readonly result: () => Promise<Float32Array>;
  readonly close: () => void;
}

export async function measure(gpu: Gpu, rival: Rival | undefined, test: Case, options: Options): Promise<Entry[]> {
  const sizes = test.kernel.elements(test.dims);
  const inputs: Record<string, Float32Array<ArrayBuffer>> = {};
  for (const [name, access] of Object.entries(test.kernel.bindings))
    if (access === 'read') inputs[name] = numbers(sizes[name]!, name.length + sizes[name]!);
  const contestants = ours(gpu, test, inputs);
  if (rival && test.tensorflow) contestants.push(theirs(gpu, rival, test, inputs));

  const bench = new Bench({ iterations: 1, time: 0, warmup: false, retainSamples: true, throws: true });
  const errors = new Map<string, { error: number; wrong?: string }>();
  const times = new Map<string, number>();
  for (const { name, go, result } of contestants) {
    try {
      await go(1);
      errors.set(name, judge(await result(), test, inputs));
    } catch (error) {
      errors.set(name, { error: Number.NaN, wrong: error instanceof Error ? error.message : String(error) });
    }
    if (errors.get(name)!.wrong) continue;
    const start = performance.now(); // the run above compiled and warmed; this one says how many make a sample
    await go(1);
    const count = Math.max(1, Math.ceil(options.sample / (performance.now() - start)));
    times.set(name, count);
    bench.add(name, () => go(count), { async: true }); // else it is called once more, and not waited for, to find out
  }
  const samples = new Map<string, number[]>();
  for (let round = 0; round < options.rounds; round++) {
    bench.reset();
    await bench.run(); // every task once: A B C, A B C, ...
    for (const task of bench.tasks) {
      const { result } = task;
      if (!('latency' in result)) throw new Error(`${task.name} was not timed: ${result.state}`);
      const known = samples.get(task.name) ?? [];
      known.push(...result.latency.samples!.map((latency) => latency / times.get(task.name)!));
      samples.set(task.name, known);
    }
  }
  for (const { close } of contestants) close();
  return contestants.map(({ name, chosen }) => {
    const sorted = (samples.get(name) ?? []).sort((a, b) => a - b);
    const at = (share: number) => {
      const place = share * (sorted.length - 1);
      const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
      return below === undefined || above === undefined ? Number.NaN : below + (above - below) * (place % 1);
    };
    return {
      name,
      chosen,
      median: at(0.5),
      low: at(0.25),
      high: at(0.75),
      samples: sorted.length,
      ...errors.get(name)!,
    };
  });
}

function ours(gpu: Gpu, test: Case, inputs: Inputs): Contestant[] {
  const { kernel, dims, output } = test;
  const blocks: Record<string, Block> = {};
  for (const [name, elements] of Object.entries<number>(kernel.elements(dims))) {
    blocks[name] = gpu.pool.take(4 * elements, name);
    if (inputs[name]) gpu.write(blocks[name], inputs[name]);
  }
  const chosen = chooseVariant(kernel, dims, gpu.capabilities);
  const names = Object.keys(kernel.variants).filter(
    (name) =>
      accepts(kernel.variants[name]!, dims, gpu.capabilities) && (name === chosen || !test.skip?.includes(name)),
  );
  return names.map((name, i) => ({
    name,
    chosen: name === chosen,
    async go(times) {
      for (let j = 0; j < times; j++) run(gpu, kernel, dims, blocks, name);
      await gpu.finish();
    },
    async result() {
      const data = new Float32Array(await gpu.read(blocks[output]!));
      gpu.write(blocks[output]!, new Float32Array(data.length).fill(Number.NaN)); // the next variant cannot pass with this one's result
      return data;
    },
    close() {
      if (i === 0) for (const block of Object.values(blocks)) gpu.pool.give(block);
    },
  }));
}

function theirs(gpu: Gpu, rival: Rival, test: Case, inputs: Inputs): Contestant {
  rival.tf.engine().startScope();
  const op = test.tensorflow!(rival.tf, inputs);
  return {
    name: `TensorFlow.js ${rival.version}`,
    chosen: false,
    async go(times) {
      for (let i = 0; i < times; i++) op().dispose();
      await rival.finish();
      await gpu.finish(); // throws what the device reported
    },
    async result() {
      const tensor = op();
      const data = (await tensor.data()) as Float32Array;
      tensor.dispose();
      await gpu.finish();
      return data;
    },
    close: () => rival.tf.engine().endScope(),
  };
}

/** Compares single outputs, spread over the result, with float64. */
function judge(result: Float32Array, test: Case, inputs: Inputs): { error: number; wrong?: string } {
  const elements = test.kernel.elements(test.dims)[test.output]!;
  if (result.length !== elements) return { error: Number.NaN, wrong: `${result.length} elements for ${elements}` };
  const unset = result.findIndex((v) => !Number.isFinite(v));
  if (unset >= 0) return { error: Number.NaN, wrong: `element ${unset} is ${result[unset]}` };
  let squares = 0;
  for (const v of result) squares += v * v;
  const rms = Math.sqrt(squares / elements) || 1;
  let error = 0;
  for (let i = 0; i < SPOTS; i++) {
    const at = Math.floor((i * (elements - 1)) / (SPOTS - 1));
    error = Math.max(error, Math.abs(result[at]! - test.spot(inputs, at)) / rms);
  }
  if (error <= test.tolerance) return { error };
  return { error, wrong: `differs from float64 by ${error.toExponential(1)} of the RMS; ${test.tolerance} is allowed` };
}

/** The same numbers in [-1, 1) in every run. */
function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state >>> 8) / 2 ** 23 - 1;
  }
  return values;
}
