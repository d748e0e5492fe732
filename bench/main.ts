// npm run bench -- [--filter TEXT]... [--n PICTURES] [--adapter NAME] [--rounds N] [--json FILE] [--alone]
//
// Times every variant of every kernel beside TensorFlow.js' WebGPU backend on the same GPU device in the same process.
//
// - Results are compared before anything is timed: single outputs of both, spread over the tensor, against float64; one that is wrong is named
//   and not timed.
// - What is timed: wall clock from the first call to the device having finished (onSubmittedWorkDone). Nothing is read back. Ops shorter than
//   20 ms are submitted several times for one sample. Compilation and the first runs are not timed.
// - The entries take turns (A B C, A B C, ...), so that a busy machine slows all of them; the median and the middle half are given.
// - `ratio` is TensorFlow.js' median over the entry's: 3 means three times as fast. `*` marks the variant that the engine itself chooses.
//
// --filter takes cases whose name contains TEXT (all of several). Without one, the forward of conv3_2. `--filter conv3x3` runs them all.
// --alone leaves TensorFlow.js out. A new op adds a module like bench/conv3x3.ts and a line to `cases` below.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { createGpu } from '../src/kernels/gpu.js';
import { cost } from '../src/kernels/kernel.js';
import { openDevice } from '../src/node/open-device.js';
import { shaderFromFile } from '../src/node/shader-files.js';
import type { Case } from './case.js';
import { conv3x3Cases } from './conv3x3.js';
import { matmulCases } from './matmul.js';
import { type Entry, measure } from './measure.js';
import { openTensorFlow } from './tensorflow.js';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', multiple: true, default: ['conv3x3/forward', 'conv3_2'] },
    n: { type: 'string', default: '1' },
    adapter: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    alone: { type: 'boolean', default: false },
  },
});

const cases = [...conv3x3Cases(Number(values.n)), ...matmulCases(Number(values.n))].filter(({ name }) =>
  values.filter.every((text) => name.includes(text)),
);
if (cases.length === 0) {
  process.stderr.write(`No case contains ${values.filter.join(' and ')}.\n`);
  process.exit(2);
}

const { device, info, close } = await openDevice({ adapter: values.adapter });
const gpu = createGpu(device, { kind: info.kind, shaderText: shaderFromFile });
const rival = values.alone ? undefined : await openTensorFlow(device);

const results: { case: Case; entries: Entry[] }[] = [];
for (const test of cases) {
  process.stderr.write(`${test.name} ...\n`);
  const entries = await measure(gpu, rival, test, { rounds: Number(values.rounds), sample: 20 });
  results.push({ case: test, entries });
  print(test, entries);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(report(), null, 2)}\n`);
await gpu.finish();
gpu.close();
await close();
process.exit(0); // TensorFlow.js keeps timers

/** TensorFlow.js' median over this one's. */
function ratio(entry: Entry, entries: readonly Entry[]): number {
  const other = entries.find(({ name }) => name.startsWith('TensorFlow.js'));
  return other ? other.median / entry.median : Number.NaN;
}

function print(test: Case, entries: readonly Entry[]): void {
  const { flops } = cost(test.kernel, test.dims);
  const rows = entries.map((entry) => {
    const { name, chosen, median, low, high, error, wrong } = entry;
    if (wrong) return [`  ${name}`, 'WRONG', wrong];
    return [
      `${chosen ? '*' : ' '} ${name}`,
      `${median.toFixed(2)} ms`,
      `${low.toFixed(2)} - ${high.toFixed(2)}`,
      `${(flops / median / 1e6).toFixed(1)} GFLOP/s`,
      Number.isNaN(ratio(entry, entries)) ? '' : `${ratio(entry, entries).toFixed(2)}x`,
      `error ${error.toExponential(1)}`,
    ];
  });
  const widths = [0, 1, 2, 3, 4].map((i) =>
    Math.max(...rows.map((row) => (row[1] === 'WRONG' && i > 0 ? 0 : row[i]!.length))),
  );
  process.stdout.write(`${test.name}\n`);
  for (const row of rows)
    process.stdout.write(
      `${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i] ?? 0))).join('  ')}\n`,
    );
}

function report(): object {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) => (require(`${name}/package.json`) as { version: string }).version;
  return {
    date: new Date().toISOString(),
    adapter: { name: info.name, driver: info.driver, kind: info.kind },
    commit: commit(),
    versions: {
      vggpu: (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
        .version,
      node: process.versions.node,
      webgpu: versionOf('webgpu'),
      tensorflow: rival?.version ?? null,
    },
    cases: results.map(({ case: { name, kernel, dims }, entries }) => ({
      name,
      op: kernel.name,
      dims,
      ...cost(kernel, dims),
      entries: entries.map((entry) => ({ ...entry, ratio: ratio(entry, entries) })),
    })),
  };
}

/** The commit of this checkout, with a plus where files differ from it; null outside git. */
function commit(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return null;
  }
}
