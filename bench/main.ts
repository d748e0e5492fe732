// npm run bench -- [--filter TEXT]... [--targets] [--json FILE] [--adapter NAME] [--time SECONDS]: --help has them all.
//
// - Results are compared before anything is timed: kernels by elements against float64, jobs against each other. One that is wrong is
//   named and not timed.
// - What is timed: wall clock from the first call to the device having finished (onSubmittedWorkDone). Nothing is read back; reading
//   back is timed apart. Ops shorter than 20 ms run several times in one sample. Compilation and first runs are not timed.
// - Entrants take turns (A B C, A B C, ...), so that a busy machine slows all of them; the median and the middle half are given. A
//   slow one makes fewer samples.
// - Beside the wall clock, the device's own (timestamp queries, not quantized) gives the time that kernels ran.
// - `ratio` is the peer's median over the variant's: 3 means three times as fast. `*` marks what the engine itself chooses.
// - `share` holds the speed against the ceilings of this device, measured in the same run: multiply-adds from registers, and a copy.
import { writeFileSync } from 'node:fs';
import { VggpuError } from '../src/errors.js';
import { readOptions, USAGE } from './options.js';
import type { Report } from './report.js';
import { listCases, runBench } from './run-bench.js';
import { caseLines } from './table.js';
import { judgeTargets, targetLines } from './targets.js';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const print = (lines: readonly string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  if (options.help) {
    print([USAGE]);
    return 0;
  }
  if (options.list) {
    print(await listCases(options));
    return 0;
  }
  const save = (report: Report) => options.json && writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  const report = await runBench(options, {
    say: (line) => void process.stderr.write(`${line}\n`),
    show(rows, soFar) {
      print(['', ...caseLines(rows)]);
      save(soFar); // hours are not lost with a run that is stopped
    },
  });
  save(report);
  const broken = report.failed || report.rows.some(({ error }) => error !== undefined);
  if (!options.targets) return broken ? 1 : 0;
  const outcomes = judgeTargets(report);
  print(['', ...targetLines(outcomes)]);
  return outcomes.every(({ pass }) => pass) ? 0 : 1;
}

main().then(
  (code) => process.exit(code), // TensorFlow.js keeps timers
  (error: unknown) => {
    if (!(error instanceof VggpuError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.code === 'usage' ? 2 : 1);
  },
);
