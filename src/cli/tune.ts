// `vggpu tune`: measures which variant of each kernel is fastest on this adapter, for every shape that a network needs.
import type { Command } from 'commander';
import { shaderFromFile } from '../node/shader-files.js';
import { addToTable } from '../node/tuned-table.js';
import { summarize, type TuningSummary } from '../tune/listing.js';
import { needsOfNetwork } from '../tune/needs.js';
import { createTuner } from '../tune/tuner.js';
import { INTERRUPTED, interruptible } from './interrupt.js';
import { positiveNumber } from './options.js';
import { createStatusLine, formatSeconds } from './progress.js';
import { type TuningOptions, withTable, withTuning } from './tuning-options.js';

interface TuneOptions extends TuningOptions {
  readonly quick?: boolean;
  readonly minutes?: number;
  readonly again?: boolean;
}

/** Minutes after which no other variant is begun. */
const MINUTES = { quick: 1, thorough: 10 };

export function addTune(program: Command): void {
  const command = program
    .command('tune')
    .description('measure which variant of each kernel is fastest on this adapter; later runs use what was found')
    .option('--quick', 'try only what is likely to be fast on this kind of adapter')
    .option(
      '--minutes <count>',
      'stop after so long; another run goes on (default: 1 with --quick, else 10)',
      positiveNumber('--minutes'),
    )
    .option('--again', 'measure anew what was measured before')
    .option('--json', 'print JSON: {table, shapes, finished, seconds, changes, wrong}')
    .action(tune);
  withTuning(command);
}

async function tune(options: TuneOptions): Promise<void> {
  await withTable(options, async ({ gpu, info }, network, { path, entries: found }) => {
    const { quick = false, again = false, minutes = MINUTES[quick ? 'quick' : 'thorough'] } = options;
    const before = again ? {} : found;
    if (again) gpu.choices.use({}); // contests begin with the built-in variants
    const needs = await needsOfNetwork(gpu, network, { batch: options.batch });
    const line = createStatusLine();
    const say = (text: string) => {
      line.clear();
      console.error(text);
    };
    const entries: Record<string, (typeof found)[string]> = {};
    let pending: Record<string, (typeof found)[string]> = {};
    const keep = async () => {
      await addToTable(path, info, pending, shaderFromFile);
      pending = {};
    };
    const tuner = createTuner(gpu, needs, {
      ...{ before, quick },
      onEntry(key, entry) {
        entries[key] = entry;
        pending[key] = entry;
      },
      onNoneRight(key, measured) {
        const why = Object.entries(measured).map(([name, { wrong }]) => `${name}: ${wrong}`);
        say(`No variant gives a right result for ${key}, so it is not tuned. ${why.join('; ')}`);
      },
    });
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    const total = tuner.left().length;
    const stopped = await interruptible(async (signal) => {
      let left = total;
      try {
        while (!signal.aborted && elapsed() < 60 * minutes && (await tuner.step())) {
          line.show(`${total - left}/${total} ${formatSeconds(elapsed())} ${tuner.left()[0]?.key ?? ''}`);
          if (tuner.left().length === left) continue;
          left = tuner.left().length;
          await keep();
        }
      } finally {
        tuner.close();
        await keep();
      }
      return signal.aborted;
    }, say);
    line.clear();
    const finished = needs.length - tuner.left().length;
    const summary = summarize(gpu, entries);
    const seconds = elapsed();
    if (options.json) {
      console.log(JSON.stringify({ table: path, shapes: needs.length, finished, seconds, ...summary }, undefined, 2));
    } else
      console.log(endText(summary, { path, total: needs.length, finished, before: needs.length - total, seconds }));
    if (stopped) process.exitCode = INTERRUPTED;
  });
}

interface Extent {
  readonly path: string;
  readonly total: number;
  readonly finished: number;
  /** Shapes that earlier runs had finished. */
  readonly before: number;
  readonly seconds: number;
}

function endText({ changes, wrong }: TuningSummary, { path, total, finished, before, seconds }: Extent): string {
  const known = before > 0 ? `, ${before} of them before` : '';
  const lines = [`${finished} of ${total} shapes are tuned${known}; this took ${formatSeconds(seconds)}.`];
  if (finished < total) lines.push(`${total - finished} are left: the same command goes on with them.`);
  if (changes.length > 0) lines.push('Another variant than the built-in one runs for:');
  for (const { key, builtIn, variant, times } of changes) {
    const gain = times === undefined ? 'whose result is wrong' : `${times.toFixed(2)} times as fast`;
    lines.push(`  ${key}: ${variant} instead of ${builtIn}, ${gain}`);
  }
  for (const { key, variant, why } of wrong) lines.push(`Never chosen: ${variant} for ${key}: ${why}`);
  lines.push(`The table is ${path}. 'vggpu kernels' shows what it says.`);
  return lines.join('\n');
}
