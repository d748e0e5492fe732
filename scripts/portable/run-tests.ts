// ./vggpu test [PART OF A FILE NAME]... [-t PART OF A TEST'S NAME] [--adapter NAME]
//
// Runs the archive's tests on this machine's adapter, file after file, and ends with a line of counts; exit code 1 where one failed.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { openDevice } from '../../src/node/open-device.js';
import type { Outcome } from './vitest.js';

/** What the process of one test file sends. */
export interface FileResult {
  readonly outcomes: readonly Outcome[];
}

const ROOT = resolve(import.meta.dirname, '../..');
const PATIENCE = 15 * 60_000; // milliseconds a file may take; a driver that hangs is ended then
const SHOWN = 20; // last lines of what a file printed, where not all of it passed

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { adapter: { type: 'string' }, 'test-name': { type: 'string', short: 't' } },
});
const all = JSON.parse(readFileSync(join(ROOT, 'test/portable.json'), 'utf8')) as string[];
const chosen = all.filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
if (chosen.length === 0) {
  console.error(`No test file's name contains ${positionals.join(' or ')}. There are:\n  ${all.join('\n  ')}`);
  process.exit(2);
}
if (values.adapter !== undefined) process.env.VGGPU_ADAPTER = values.adapter;
await (await openDevice({ say: console.log })).close();

const started = performance.now();
const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of chosen) {
  const begun = performance.now();
  const { outcomes, printed } = await runApart(file);
  const count = (state: Outcome['state']) => outcomes.filter((outcome) => outcome.state === state).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(
    `${failed > 0 ? pc.red('x') : pc.green('-')} ${file}: ${counts({ passed, failed, skipped })}, ${since(begun)}`,
  );
  for (const { name, errors } of outcomes.filter(({ state }) => state === 'failed'))
    console.log(`\n  ${pc.red(name || file)}\n${indented(errors.join('\n'))}\n`);
  if (failed + skipped > 0 && printed) console.log(indented(`It printed:\n${printed}`));
}
console.log(`${counts(total)} in ${since(started)}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** Never rejects: a process that ends without a result is a failure of the file. */
function runApart(file: string): Promise<FileResult & { readonly printed: string }> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'run-test-file.js'), [join(ROOT, file), values['test-name'] ?? ''], {
      ...{ timeout: PATIENCE, silent: true },
      env: pc.isColorSupported ? process.env : { ...process.env, NO_COLOR: '1' },
    });
    let result: FileResult | undefined;
    let printed = '';
    const collect = (chunk: Buffer) => {
      printed = `${printed}${chunk}`.split('\n').slice(-SHOWN).join('\n');
    };
    child.stdout!.on('data', collect);
    child.stderr!.on('data', collect);
    child.on('message', (message) => {
      result = message as FileResult;
    });
    child.on('close', (code, signal) => {
      const error = `Its process ended with ${signal ?? `exit code ${code}`} before all of its tests were done.`;
      resolve({
        ...(result ?? { outcomes: [{ name: '', state: 'failed', errors: [error] }] }),
        printed: printed.trim(),
      });
    });
  });
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ');
}

function counts({ passed, failed, skipped }: typeof total): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function since(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
