// Runs the archive's tests on this machine's adapter, each file in a process of its own, and ends with a line of counts.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { VggpuError } from '../../src/errors.js';
import { openDevice } from '../../src/node/open-device.js';
import type { Outcome } from './vitest.js';

/** What the process of one test file sends. */
export interface FileResult {
  readonly outcomes: readonly Outcome[];
}

const ROOT = resolve(import.meta.dirname, '../..');
const PATIENCE = 15 * 60_000; // milliseconds a file may take; a driver that hangs is ended then
const SHOWN = 20; // last lines of what a file printed, where not all of it passed

const USAGE = `./vggpu test [PART OF A FILE'S NAME]... [options]

Runs the tests of the files whose names contain one of the words, or all. Exit code 1 where one failed.

  -t, --test-name PATTERN  only tests whose names match this regular expression
  --adapter NAME           gpu, lavapipe, swiftshader, or part of an adapter's name (default: the best there is)
  --list                   prints the files' names and runs none`;

interface Options {
  readonly files: readonly string[];
  /** What the names of the tests match. */
  readonly pattern: string | undefined;
  readonly adapter: string | undefined;
  readonly list: boolean;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (!(error instanceof VggpuError)) throw error;
    console.error(`${pc.red('error:')} ${error.message}`);
    process.exit(error.code === 'usage' ? 2 : 1);
  },
);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === 'help' || options.list) {
    console.log(options === 'help' ? USAGE : options.files.join('\n'));
    return 0;
  }
  const { files, pattern, adapter } = options;
  if (adapter !== undefined) process.env.VGGPU_ADAPTER = adapter;
  await (await openDevice({ say: console.log })).close();
  const started = performance.now();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    const own = await runAndPrint(file, pattern);
    for (const state of ['passed', 'failed', 'skipped'] as const) total[state] += own[state];
  }
  console.log(`${counts(total)} in ${since(started)}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** @throws VggpuError 'usage' */
function readOptions(): Options | 'help' {
  const all = JSON.parse(readFileSync(join(ROOT, 'test/portable.json'), 'utf8')) as string[];
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...{ 'test-name': { type: 'string', short: 't' }, adapter: { type: 'string' } },
        ...{ list: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
      },
    });
    if (values.help) return 'help';
    const files = all.filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
    if (files.length === 0) {
      const there = all.map((file) => `\n  ${file}`).join('');
      throw new Error(`No test file's name contains ${positionals.join(' or ')}. There are:${there}`);
    }
    const { 'test-name': pattern, adapter, list } = values;
    if (pattern !== undefined) new RegExp(pattern);
    return { files, pattern, adapter, list };
  } catch (error) {
    throw new VggpuError('usage', `${(error as Error).message}\n'./vggpu test --help' lists the options.`);
  }
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

async function runAndPrint(file: string, pattern: string | undefined): Promise<Counts> {
  const begun = performance.now();
  const { outcomes, printed } = await runApart(file, pattern);
  const count = (state: Outcome['state']) => outcomes.filter((outcome) => outcome.state === state).length;
  const own = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  console.log(`${own.failed > 0 ? pc.red('x') : pc.green('-')} ${file}: ${counts(own)}, ${since(begun)}`);
  for (const { name, errors } of outcomes.filter(({ state }) => state === 'failed'))
    console.log(`\n  ${pc.red(name || file)}\n${indented(errors.join('\n'))}\n`);
  const skippedUnasked = own.skipped > 0 && pattern === undefined;
  if (printed && (own.failed > 0 || skippedUnasked)) console.log(indented(`It printed:\n${printed}`));
  return own;
}

/** Never rejects: a process that ends without a result is a failure of the file. */
function runApart(file: string, pattern = ''): Promise<FileResult & { readonly printed: string }> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'run-test-file.js'), [join(ROOT, file), pattern], {
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

function counts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function since(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
