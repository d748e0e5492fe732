// `vggpu test`: files and words, bad input before any work, and a run that is killed and started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { VGG_MINI } from '../../src/cli/demo.js';
import { addSubmission } from '../../src/cli/submission.js';
import { addTest } from '../../src/cli/test.js';
import { readNpy } from '../../src/data/files/npy.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runCommand } from './in-process.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const test = (...more: string[]) => runCommand(addTest, 'test', at('test'), '--weights', VGG_MINI, ...more);

beforeAll(async () => {
  await writeColours(at('colours'), 6, 1);
  mkdirSync(at('test', 'unknown'), { recursive: true });
  for (let id = 1; id <= 12; id++) {
    const colour = id > 6 ? 'red' : 'blue';
    copyFileSync(at('colours', colour, `${colour}.${(id - 1) % 6}.jpg`), at('test', 'unknown', `${id}.jpg`));
  }
  writeFileSync(at('test', 'unknown', '13.jpg'), 'no picture');
});

describe('vggpu test', () => {
  it('writes a .csv, says what it skipped, and hands on to vggpu submission', async () => {
    const { stdout, stderr } = await test('--out', at('preds.csv'), '--batch-size', '5', '--json');
    const result = JSON.parse(stdout);
    const classes: string[] = result.classes;
    expect(result).toEqual({
      ...{ out: at('preds.csv'), pictures: 12, classes: expect.any(Array) },
      skipped: [{ file: 'unknown/13.jpg', reason: expect.any(String) }],
    });
    expect(stderr).toMatch(/Found 13 images\./);
    expect(stderr).toMatch(/Skipped unknown\/13\.jpg: /);
    const [header, ...lines] = readFileSync(at('preds.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe(['file', ...classes].join(','));
    expect(lines.map((line) => line.split(',')[0])).toEqual(
      Array.from({ length: 12 }, (_, i) => `unknown/${i + 1}.jpg`),
    );

    const columns = ['--class', classes[0]!, '--no-clip', '--out', at('submission.csv')];
    await runCommand(addSubmission, 'submission', at('preds.csv'), ...columns);
    const first = Number(lines[0]!.split(',')[1]);
    const submitted = readFileSync(at('submission.csv'), 'utf8').split('\n');
    expect(submitted).toHaveLength(14);
    expect(Number(submitted[1]!.split(',')[1])).toBeCloseTo(first, 5);
  });

  it('writes the same numbers as .npy, from which the skipped id is known to be missing', async () => {
    const { stdout } = await test('--out', at('preds.npy'));
    expect(stdout).toMatch(/^Wrote .*preds\.npy: 12 pictures, 70 classes, 1 skipped\. .* in .*preds\.json\.\n$/);
    const { shape, data } = await readNpy(at('preds.npy'));
    const lines = readFileSync(at('preds.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(shape).toEqual([12, 70]);
    expect(data).toEqual(Float32Array.from(lines.flatMap((line) => line.split(',').slice(1).map(Number))));
    const { classes } = JSON.parse(readFileSync(at('preds.json'), 'utf8'));
    const columns = ['--class', classes[0], '--out', at('submission.csv')];
    const run = runCommand(addSubmission, 'submission', at('preds.npy'), ...columns);
    await expect(run).rejects.toThrow(/1 id is missing .*: 13 \(its picture could not be read\)/);
  });

  it('writes the features of a layer', async () => {
    const { stdout } = await test('--features', 'fc1', '--out', at('fc1.npy'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ out: at('fc1.npy'), names: at('fc1.json'), pictures: 12, layer: 'fc1' });
    expect((await readNpy(at('fc1.npy'))).shape).toEqual([12, 512]);
    expect(JSON.parse(readFileSync(at('fc1.json'), 'utf8'))).toMatchObject({ layer: 'fc1', shape: [512] });
  });
});

describe('bad input', () => {
  const wrong: [string, string[], string, RegExp][] = [
    ['another extension', ['--out', at('preds.txt')], 'usage', /preds\.txt must end in \.csv or \.npy/],
    ['features as .csv', ['--out', at('f.csv'), '--features', 'fc1'], 'usage', /written as \.npy/],
    ['an unknown layer', ['--out', at('f.npy'), '--features', 'fc9'], 'usage', /no layer 'fc9': .*block5_pool/],
    ['a folder that is not there', ['--out', at('none', 'p.csv')], 'output', /the folder .*none does not exist/],
    ['no batch', ['--out', at('p.csv'), '--batch-size', '0'], 'usage', /--batch-size must be a whole number/],
  ];
  it.each(wrong)('%s: one sentence, and no file', async (_, parameters, code, says) => {
    const before = readdirSync(folder);
    await expect(test(...parameters)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(readdirSync(folder)).toEqual(before);
  });
});

/** The command in a process of its own, to be killed. */
const PROGRAM = `
import { Command } from 'commander';
import { addTest } from './src/cli/test.ts';
const program = new Command('vggpu');
addTest(program);
await program.parseAsync(['node', 'vggpu', ...process.argv.slice(1)]);`;

it('killed while it writes: no file, and the next run gives the same as one that was never killed', async () => {
  const inner = temporaryFolder();
  const out = join(inner, 'preds.npy');
  const parameters = ['test', at('test'), '--weights', VGG_MINI, '--out', out, '--batch-size', '1'];
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, ...parameters], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  // The header is written before the first kernel is compiled; the file that only tries the folder out stays empty.
  const size = () => {
    const sizes = readdirSync(inner).map((name) => statSync(join(inner, name), { throwIfNoEntry: false })?.size ?? 0);
    return Math.max(0, ...sizes);
  };
  while (size() === 0 && child.exitCode === null) await wait(5);
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode, 'killed before it was done').toBe('SIGKILL');
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(inner)).toEqual([expect.stringMatching(/^\.preds\.npy\..*\.tmp$/)]);

  await test('--out', out, '--batch-size', '1');
  expect(readdirSync(inner).sort()).toEqual(['preds.json', 'preds.npy']);
  await test('--out', at('whole.npy'));
  expect(readFileSync(out).equals(readFileSync(at('whole.npy')))).toBe(true);
});
