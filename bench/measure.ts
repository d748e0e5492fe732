// Runs one case: every entrant once, results compared before anything is timed, then by turns, each for a limited time.
import { Bench } from 'tinybench';
import type { Case, Context, Entrant, OpenCase, Runner } from './case.js';
import { median, quantile } from './numbers.js';

export interface MeasureOptions {
  /** Rounds in which every entrant makes one sample. */
  readonly rounds: number;
  /** Milliseconds that a sample should take at least: what is shorter runs several times in it. */
  readonly sample: number;
  /** Milliseconds of samples after which an entrant makes no more. */
  readonly box: number;
  /** Milliseconds of one run beyond which a peer does not take part. */
  readonly patience: number;
}

/** What was measured of one entrant. */
export interface Entry {
  readonly entrant: Entrant;
  /** Milliseconds of one run, by the wall clock; NaN where it was not timed. */
  readonly median: number;
  /** The middle half of the samples, as a share of the median. */
  readonly spread: number;
  readonly samples: number;
  /** By the device's own clock; NaN where it has none. */
  readonly kernel: number;
  /** Of reading one result back. */
  readonly readBack: number;
  /** The largest difference from the right result, relative to its RMS. */
  readonly error: number;
  /** Why it was not timed. */
  readonly problem?: string;
}

/** A first run that takes this long is not repeated to learn how many make a sample. */
const SLOW = 1000;
/** One that takes this long is the only sample: its compilation does not show. */
const VERY_SLOW = 20_000;
/** Runs whose kernels are timed by the device's clock. */
const KERNEL_RUNS = 5;

interface Contestant {
  readonly entrant: Entrant;
  readonly runner: Runner;
  /** Runs in a sample. */
  readonly times: number;
  /** Milliseconds of single runs. */
  readonly samples: number[];
  readonly error: number;
  readonly readBack: number;
  spent: number;
}

export async function measure(context: Context, test: Case, options: MeasureOptions): Promise<Entry[]> {
  const open = await test.open(context);
  const contestants: Contestant[] = [];
  const problems = new Map<Entrant, { problem: string; error: number }>();
  try {
    for (const entrant of open.entrants) {
      const outcome = await admit(test, open, entrant, options);
      if ('runner' in outcome) contestants.push(outcome);
      else problems.set(entrant, outcome);
    }
    await takeTurns(contestants, options);
    const entries: Entry[] = [];
    for (const entrant of open.entrants) {
      const found = contestants.find((contestant) => contestant.entrant === entrant);
      entries.push(found ? await entryOf(found) : missing(entrant, problems.get(entrant)!));
    }
    return entries;
  } finally {
    for (const { runner } of contestants.reverse()) await runner.close();
    await open.close();
  }
}

/** Opens an entrant, runs it once and compares its result. */
async function admit(
  test: Case,
  open: OpenCase,
  entrant: Entrant,
  { sample, patience }: MeasureOptions,
): Promise<Contestant | { readonly problem: string; readonly error: number }> {
  let runner: Runner | undefined;
  try {
    const pace = entrant.peer ? await entrant.pace?.() : undefined;
    const expected = pace === undefined ? 0 : test.flops / pace / 1e6;
    if (expected > patience) {
      const minutes = (expected / 60_000).toFixed(1);
      throw new Error(
        `not run: it would take about ${minutes} minutes at the ${pace!.toFixed(2)} GFLOP/s of its conv5_1`,
      );
    }
    runner = await entrant.open();
    const first = await timed(runner, 1);
    const started = performance.now();
    const result = await runner.result();
    const readBack = open.readsMore ? Number.NaN : performance.now() - started;
    const { error, wrong } = open.judge(result, entrant);
    if (wrong) {
      await runner.close();
      return { problem: wrong, error };
    }
    const again = first < SLOW ? await timed(runner, 1) : first;
    const times = Math.max(1, Math.ceil(sample / again));
    const samples = first >= VERY_SLOW ? [first] : [];
    const spent = samples.length > 0 ? Number.POSITIVE_INFINITY : 0;
    return { entrant, runner, times, samples, error, readBack, spent };
  } catch (error) {
    await runner?.close();
    const message = error instanceof Error ? error.message : String(error);
    return { problem: message.split('\n')[0]!, error: Number.NaN };
  }
}

async function timed(runner: Runner, times: number): Promise<number> {
  await runner.select?.();
  const started = performance.now();
  await runner.go(times);
  const milliseconds = performance.now() - started;
  await runner.check();
  return milliseconds;
}

/** Rounds of one sample each: A B C, A B C, ... so that a busy machine slows all of them. */
async function takeTurns(contestants: readonly Contestant[], { rounds, box }: MeasureOptions): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ iterations: 1, time: 0, warmup: false, retainSamples: true, throws: true });
    const running = contestants.filter(({ spent }) => spent < box);
    for (const [i, { runner, times }] of running.entries()) {
      // By number: names may be the same, in float32 and float16.
      bench.add(String(i), () => runner.go(times), {
        async: true, // else it is called once more, and not waited for, to find out
        beforeEach: () => runner.select?.(),
        afterEach: () => runner.check(),
      });
    }
    if (running.length === 0) return;
    await bench.run();
    for (const [i, contestant] of running.entries()) {
      const { result } = bench.tasks[i]!;
      if (!('latency' in result)) throw new Error(`${contestant.entrant.name} was not timed: ${result.state}`);
      for (const latency of result.latency.samples!) {
        contestant.samples.push(latency / contestant.times);
        contestant.spent += latency;
      }
    }
  }
}

async function entryOf({ entrant, runner, samples, error, readBack }: Contestant): Promise<Entry> {
  const middle = median(samples);
  let kernel = Number.NaN;
  if (runner.kernelTimes && middle < SLOW) {
    await runner.select?.();
    kernel = median(await runner.kernelTimes(KERNEL_RUNS));
    await runner.check();
  }
  const spread = (quantile(samples, 0.75) - quantile(samples, 0.25)) / middle;
  return { entrant, median: middle, spread, samples: samples.length, kernel, readBack, error };
}

function missing(entrant: Entrant, { problem, error }: { readonly problem: string; readonly error: number }): Entry {
  const none = Number.NaN;
  return { entrant, median: none, spread: none, samples: 0, kernel: none, readBack: none, error, problem };
}
