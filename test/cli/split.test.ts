// The split command: what it prints, real photos, and that a process killed at any moment loses nothing.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { countTable } from '../../src/cli/split.js';
import { forEachInFlight } from '../../src/data/split/in-flight.js';
import { splitPictures } from '../../src/data/split/split-pictures.js';
import { catsAndDogs, options, tree, writeFiles } from '../data/split/folders.js';
import { zipOf } from '../data/split/zip-writer.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';

const base = temporaryFolder();
let made = 0;
const fresh = (name: string) => join(base, `${made++}`, name);

function start(parameters: readonly string[]): ChildProcessWithoutNullStreams {
  const script = fileURLToPath(new URL('split-child.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', script, 'split', ...parameters], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

/** Runs the command to its end. */
function run(parameters: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(parameters);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (bytes: Buffer) => {
      said[stream] += bytes;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

const few = ['--valid', '6', '--sample-train', '4', '--sample-valid', '2'];

describe('vggpu split', () => {
  it('prints a table of counts, and says on stderr what it left out', async () => {
    const source = writeFiles(fresh('train'), [...catsAndDogs(15), 'read.me', '.hidden']);
    const test = writeFiles(fresh('test'), ['1.jpg', '2.jpg']);
    const out = fresh('data');
    const { code, stdout, stderr } = await run([source, test, '--out', out, ...few]);
    expect(stdout).toBe(
      [
        '              cats  dogs  unknown  total',
        'train           12    12              24',
        'valid            3     3               6',
        'sample/train     2     2               4',
        'sample/valid     1     1               2',
        'test                            2      2\n',
      ].join('\n'),
    );
    expect(stderr).toBe(
      [
        `Splitting 32 pictures into ${out}`,
        `Left out 1 files that are no pictures by their names, or links that lead nowhere: ${join(source, 'read.me')}`,
        'Passed over 1 hidden files and folders\n',
      ].join('\n'),
    );
    expect(code).toBe(0);
    const again = await run([source, test, '--out', out, ...few, '--json']);
    expect(JSON.parse(again.stdout)).toEqual({
      train: { cats: 12, dogs: 12 },
      valid: { cats: 3, dogs: 3 },
      'sample/train': { cats: 2, dogs: 2 },
      'sample/valid': { cats: 1, dogs: 1 },
      test: { unknown: 2 },
      leftOut: [join(source, 'read.me')],
      hidden: 1,
    });
    expect(again.stderr).toContain('32 were there already');
  });

  it('refuses two ways at once, and no way to write', async () => {
    const source = writeFiles(fresh('train'), ['cat.1.jpg']);
    const both = await run([source, '--out', fresh('data'), '--link', '--move']);
    expect(both).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/'--link' cannot be used with option '--move'/),
    });
    expect((await run([source])).stderr).toMatch(/required option '--out <dir>' not specified/);
  });

  it('has columns for classes that JavaScript knows otherwise', () => {
    const train = Object.fromEntries([['__proto__', 2]]);
    const counts = { train, valid: { constructor: 1 }, 'sample/train': {}, 'sample/valid': {}, test: {} };
    expect(countTable(counts)).toBe(
      [
        '       __proto__  constructor  total',
        'train          2                   2',
        'valid                       1      1',
      ].join('\n'),
    );
  });
});

describe('killed at ten moments, each time run again', () => {
  const names = catsAndDogs(200);
  const pictures = Object.fromEntries(
    names.map((name, i) => [name, `picture ${name}`.repeat(i % 10 === 0 ? 6000 : 1)]),
  );
  const archive = join(writeFiles(fresh('zip'), []), 'train.zip');
  writeFileSync(archive, zipOf(Object.entries(pictures).map(([name, data]) => ({ name, data }))));
  const settings = { valid: 100, sampleTrain: 50, sampleValid: 25 };
  const flags = ['--valid', '100', '--sample-train', '50', '--sample-valid', '25'];

  /** Kills a child a while after its start, or when it has written so many files. */
  const killed = (parameters: readonly string[], out: string, when: { milliseconds: number } | { files: number }) =>
    new Promise((resolve) => {
      const child = start(parameters);
      const kill = () => child.kill('SIGKILL');
      const written = () => (existsSync(out) ? readdirSync(out, { recursive: true }).length : 0);
      const timer =
        'files' in when ? setInterval(() => written() >= when.files && kill(), 2) : setTimeout(kill, when.milliseconds);
      child.on('close', (code) => {
        clearInterval(timer);
        resolve(code);
      });
    });

  it.each(['folder --copy', 'folder --move', 'zip'] as const)('%s', async (what) => {
    const placing = what === 'folder --move' ? 'move' : 'copy';
    const makeSource = () => (what === 'zip' ? archive : writeFiles(fresh('photos'), pictures));
    const reference = fresh('data');
    await splitPictures(options([makeSource()], reference, { ...settings, placing }));
    const expected = tree(reference);
    expect(Object.keys(expected)).toHaveLength(names.length + 75);

    const random = xoroshiro128plus(2016);
    const moments = Array.from({ length: 10 }, (_, kill) => {
      const share = uniformInt(random, 0, 1000) / 1000;
      return kill < 2 ? { milliseconds: 800 * share } : { files: Math.floor(share * Object.keys(expected).length) };
    });
    let stoppedHalfway = 0;
    await forEachInFlight(moments, 2, async (when) => {
      const [source, out] = [makeSource(), fresh('data')];
      await killed([source, '--out', out, `--${placing}`, ...flags], out, when);
      const partial = tree(out);
      const finished = Object.keys(partial).filter((path) => !path.endsWith('.tmp'));
      if (finished.length > 0 && finished.length < Object.keys(expected).length) stoppedHalfway++;
      expect(finished.filter((path) => partial[path] !== expected[path])).toEqual([]); // whole, or not there
      await splitPictures(options([source], out, { ...settings, placing }));
      expect(tree(out)).toEqual(expected);
      if (what !== 'zip') expect(Object.keys(tree(source))).toHaveLength(placing === 'move' ? 0 : names.length);
      rmSync(join(out, '..'), { recursive: true });
    });
    expect(stoppedHalfway).toBeGreaterThan(0);
  });
});

const photos = 'data/photos/dogscats/train';
itWith(hasShared(photos), photos)('splits real photos, linked, and none is lost', async () => {
  const out = fresh('data');
  const source = join(SHARED, photos);
  const { stdout, stderr } = await run([source, '--out', out, '--valid', '400', '--link', '--json']);
  expect(JSON.parse(stdout), stderr).toMatchObject({
    train: { cats: 400, dogs: 400 },
    valid: { cats: 200, dogs: 200 },
    'sample/train': { cats: 100, dogs: 100 },
    'sample/valid': { cats: 25, dogs: 25 },
  });
  const files = Object.keys(tree(out)).filter((path) => !path.startsWith('sample/'));
  const there = Object.keys(tree(source));
  expect(files.map((path) => path.replace(/^\w+\//, '')).sort()).toEqual(there.sort());
  const one = files[0]!;
  expect(readFileSync(join(out, one))).toEqual(readFileSync(join(source, one.replace(/^\w+\//, ''))));
});
