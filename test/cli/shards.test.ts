// `vggpu features`, `merge`, and `finetune` and `test` from them: words, bad input, environments, and a shard that is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { VGG_MINI } from '../../src/cli/demo.js';
import { addFeatures } from '../../src/cli/features.js';
import { addFinetune } from '../../src/cli/finetune.js';
import { addMerge } from '../../src/cli/merge.js';
import { addTest } from '../../src/cli/test.js';
import { writeSynthetic } from '../data/shards/synthetic.js';
import { seeded } from '../random.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runCommand } from './in-process.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const features = (out: string, ...more: string[]) =>
  runCommand(addFeatures, 'features', at('train'), '--weights', VGG_MINI, '--out', at(out), ...more);
const merge = (out: string, ...more: string[]) => runCommand(addMerge, 'merge', at(out), ...more);
const run = (add: (program: Command) => void, name: string, ...more: string[]) =>
  runCommand(add, name, ...more, '--weights', VGG_MINI);

beforeAll(async () => {
  await writeColours(at('train'), 8, 1);
  await writeColours(at('valid'), 4, 2);
  writeFileSync(at('train', 'red', 'broken.jpg'), 'no picture');
  vi.stubEnv('VGGPU_CACHE', at('cache'));
});
afterEach(() => {
  process.exitCode = 0;
  for (const name of [
    'SLURM_ARRAY_TASK_ID',
    'SLURM_ARRAY_TASK_COUNT',
    'SLURM_ARRAY_TASK_MIN',
    'JOB_COMPLETION_INDEX',
  ]) {
    vi.stubEnv(name, undefined);
  }
});

describe('from shards to a model', () => {
  it('as an array of Slurm and as an Indexed Job, with what is missing said and mended', async () => {
    const made = await features('merged', '--manifest-only', '--of', '3', '--chunk', '2', '--json');
    expect(JSON.parse(made.stdout)).toEqual({
      ...{ out: at('merged'), manifest: at('merged', 'manifest.json'), made: true, pictures: 17 },
      ...{ shards: 3, layer: 'fc1', classes: ['blue', 'red'] },
    });
    expect((await features('merged', '--manifest-only', '--of', '3')).stdout).toMatch(/is there, and the same/);
    vi.stubEnv('SLURM_ARRAY_TASK_ID', '12');
    vi.stubEnv('SLURM_ARRAY_TASK_MIN', '10');
    vi.stubEnv('SLURM_ARRAY_TASK_COUNT', '3');
    const first = await features('merged', '--json');
    expect(JSON.parse(first.stdout)).toEqual({
      ...{ out: at('merged'), shard: 2, of: 3, layer: 'fc1', rows: 4, chunks: 3, computed: 3 },
      skipped: [{ file: 'red/broken.jpg', reason: expect.any(String) }],
    });
    expect((await features('merged')).stdout).toBe('Shard 2 of 3 was finished before: 4 rows of fc1, 1 skipped.\n');
    vi.stubEnv('SLURM_ARRAY_TASK_ID', undefined);
    vi.stubEnv('JOB_COMPLETION_INDEX', '0');
    await features('merged', '--of', '3');

    const missing = await merge('merged');
    expect(process.exitCode).toBe(1);
    expect(missing.stdout).toBe('');
    expect(missing.stderr).toMatch(/missing: shard-00001-of-00003\/chunk-00000\.json is missing; shard 1 owes it/);
    const command = /^ {2}vggpu (features .*)$/m.exec(missing.stderr)![1]!;
    expect(command).toBe(`features ${at('train')} --weights ${VGG_MINI} --out ${at('merged')} --shard 1 --of 3`);
    const mended = await runCommand(addFeatures, ...command.split(' '));
    expect(mended.stderr).toMatch(/Found 17 images belonging to 2 classes\.\n/);
    expect(mended.stdout).toBe('Shard 1 of 3 is finished: 6 rows of fc1.\n');
    process.exitCode = 0;
    const whole = await merge('merged');
    expect(whole.stdout).toMatch(
      /16 rows of 17 pictures \(blue 8, red 8\) in 9 chunks\. Skipped: red\/broken\.jpg\.\n$/,
    );
    expect(process.exitCode).toBe(0);
    expect(JSON.parse((await merge('merged', '--json')).stdout)).toMatchObject({
      ...{ folder: at('merged'), index: at('merged', 'index.json'), rows: 16, pictures: 17, chunks: 9 },
      ...{ problems: [], commands: [], skipped: [{ file: 'red/broken.jpg', position: 8 }] },
    });
  });

  it('which is that of the pictures, and predicts from features as from pictures', async () => {
    await runCommand(addFeatures, 'features', at('valid'), '--weights', VGG_MINI, '--out', at('held'));
    await merge('held');
    const settings = ['--epochs', '2', '--batch-size', '5', '--json'];
    const pictures = ['--train', at('train'), '--valid', at('valid'), '--out', at('a.h5')];
    const rows = ['--features', at('merged'), '--valid-features', at('held'), '--out', at('b.h5')];
    const one = await run(addFinetune, 'finetune', ...pictures, ...settings);
    const other = await run(addFinetune, 'finetune', ...rows, ...settings);
    const numbers = (text: string) => JSON.parse(text).epochs.map(({ seconds, ...rest }: { seconds: number }) => rest);
    expect(numbers(other.stdout)).toEqual(numbers(one.stdout));
    expect(JSON.parse(other.stdout).skipped).toEqual(JSON.parse(one.stdout).skipped);
    expect(other.stderr).toMatch(
      /Skipped in .*merged, .*: red\/broken\.jpg\.\nTraining: Found 17 .*\nValidation: Found 8 /s,
    );

    const test = (model: string, out: string, ...from: string[]) =>
      runCommand(addTest, 'test', ...from, '--weights', at(model), '--out', at(out));
    await test('a.h5', 'a.csv', at('train'));
    const { stdout, stderr } = await test('b.h5', 'b.csv', '--from-features', at('merged'));
    expect(stdout).toMatch(/b\.csv: 16 pictures, 2 classes, 1 skipped\./);
    expect(stderr).toMatch(/Skipped red\/broken\.jpg: /);
    expect(readFileSync(at('b.csv'), 'utf8')).toBe(readFileSync(at('a.csv'), 'utf8'));
  });

  it('a changed bit is mended by the command that is said', async () => {
    const file = at('held', 'shard-00000-of-00001', 'chunk-00000.npy');
    const bytes = readFileSync(file);
    bytes[200]! ^= 1;
    writeFileSync(file, bytes);
    copyFileSync(file, at('held', 'shard-00000-of-00001', 'mine.npy'));
    const { problems, commands } = JSON.parse((await merge('held', '--json')).stdout);
    expect(problems.map(({ kind }: { kind: string }) => kind)).toEqual(['foreign', 'torn']);
    expect(commands).toEqual([expect.stringMatching(/--shard 0 --of 1 --check$/)]);
    await runCommand(addFeatures, ...commands[0].split(' ').slice(1));
    expect((await merge('held')).stderr).toMatch(/foreign: .*mine\.npy is no chunk of this shard; remove it\n?$/);
    rmSync(at('held', 'shard-00000-of-00001', 'mine.npy'));
    expect((await merge('held')).stdout).toMatch(/8 rows of 8 pictures/);
  });
});

it('the commands that are said have every option that a shard needs, and words as a shell takes them', async () => {
  const settings = { pictures: 9, shards: 3, chunk: 2, width: 1, dtype: 'float32' } as const;
  await writeSynthetic(at('synthetic'), settings);
  truncateSync(at('synthetic', 'shard-00002-of-00003', 'chunk-00001.npy'), 130);
  rmSync(at('synthetic', 'shard-00000-of-00003', 'chunk-00000.json'));
  const options = `'my photos' --weights vgg16.h5 --resize area --out ${at('synthetic')}`;
  expect(JSON.parse((await merge('synthetic', '--json')).stdout).commands).toEqual([
    `vggpu features ${options} --shard 0 --of 3`,
    `vggpu features ${options} --shard 2 --of 3 --check`,
  ]);
  await features('words', '--no-exif', '--unlabelled', '--resize', 'bilinear', '--manifest-only');
  expect((await merge('words')).stderr).toMatch(
    /--resize bilinear --no-exif --unlabelled --out \S+ --shard 0 --of 1\n$/,
  );
});

describe('bad input', () => {
  const wrong: [string, () => Promise<unknown>, RegExp][] = [
    ['half a task', () => features('bad', '--shard', '1'), /--shard 1 needs --of/],
    ['a shard past the last', () => features('bad', '--shard', '3', '--of', '3'), /numbered from 0/],
    ['no count', () => features('bad', '--of', '0'), /--of must be a whole number from 1/],
    ['an unknown layer', () => features('bad', '--layer', 'fc9'), /no layer 'fc9'/],
    ['an unknown type', () => features('bad', '--dtype', 'float8'), /float32, float16/],
    ['no batch', () => features('bad', '--batch-size', '0'), /--batch-size must be/],
    ['a folder without shards', () => merge('train'), /no .*manifest\.json/],
    [
      'features that are not merged',
      () => run(addFinetune, 'finetune', '--features', at('train'), '--out', at('no.h5')),
      /no .*manifest\.json/,
    ],
  ];
  it.each(wrong)('%s: one sentence, and nothing written', async (_, work, says) => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await expect(work()).rejects.toThrow(says);
    stderr.mockRestore();
    expect(existsSync(at('bad'))).toBe(false);
  });

  const mixed: [string, string[], RegExp][] = [
    ['nothing to learn from', [], /'--train <dir>' not specified \(or --features <folder>\)/],
    ['pictures and features', ['--features', 'merged', '--train', 'train'], /--train does not go with --features/],
    ['pictures held back', ['--features', 'merged', '--valid', 'valid'], /--valid does not .*--valid-features/],
    ['a share held back', ['--features', 'merged', '--valid-fraction', '0.1'], /--valid-fraction does not/],
    ['features held back from pictures', ['--train', 'train', '--valid-features', 'held'], /goes with --features/],
    ['no cache', ['--features', 'merged', '--no-cache'], /--no-cache does not go with --features/],
    ['no orientation', ['--features', 'merged', '--no-exif'], /--no-exif does not go with --features/],
    ['augmentation', ['--features', 'merged', '--augment'], /Augmentation.*--train DIR --augment/],
    ['another resize', ['--features', 'merged', '--resize', 'area'], /made of pictures in another way.*--resize/],
    ['a cut elsewhere', ['--features', 'merged', '--cut', 'block2_pool', '--head', 'gap'], /--layer block2_pool/],
  ];
  it.each(mixed)('finetune with %s is refused', async (_, more, says) => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const paths = more.map((word) => (existsSync(at(word)) ? at(word) : word));
    await expect(run(addFinetune, 'finetune', ...paths, '--out', at('no.h5'))).rejects.toThrow(says);
    stderr.mockRestore();
    expect(readdirSync(folder).filter((name) => name.startsWith('no.'))).toEqual([]);
  });

  it('test with features takes neither a folder nor a layer', async () => {
    const test = (...more: string[]) => run(addTest, 'test', '--out', at('no.npy'), ...more);
    await expect(test(at('train'), '--from-features', at('merged'))).rejects.toThrow(/train does not go with/);
    await expect(test('--features', 'fc1', '--from-features', at('merged'))).rejects.toThrow(/--features fc1 does not/);
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await expect(test()).rejects.toThrow(/missing required argument 'dir'/);
    stderr.mockRestore();
  });
});

it('killed at ten random moments, a shard comes to the bytes of one that was never killed', async () => {
  const bytesIn = (out: string) => {
    const names = readdirSync(at(out), { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
    return Object.fromEntries(names.sort().map((name) => [name, readFileSync(at(out, name), 'latin1')]));
  };
  const random = seeded(3);
  /** Runs the shard to its end, or kills it some milliseconds after it has begun to write a file. */
  const child = async (out: string, kill = false) => {
    const parameters = ['features', at('train'), '--weights', VGG_MINI, '--out', at(out), '--chunk', '1'];
    const file = join(import.meta.dirname, 'shards-child.ts');
    const started = spawn(process.execPath, ['--import', 'tsx', file, ...parameters], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: 'ignore',
    });
    const ended = once(started, 'exit');
    const files = () => (existsSync(at(out)) ? readdirSync(at(out), { recursive: true }).length : 0);
    const before = files();
    while (kill && started.exitCode === null && files() <= before) await wait(1);
    if (kill) {
      await wait(random.uniform(0, 40));
      started.kill('SIGKILL');
    }
    await ended;
    return started.signalCode ?? started.exitCode;
  };
  expect(await child('unkilled')).toBe(0);
  const ends = [];
  for (let i = 0; i < 10; i++) ends.push(await child('killed', true));
  expect(ends.filter((end) => end === 'SIGKILL').length).toBeGreaterThan(3);
  expect(await child('killed')).toBe(0);
  expect(bytesIn('killed')).toEqual(bytesIn('unkilled'));
});
