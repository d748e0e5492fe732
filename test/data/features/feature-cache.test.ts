// The feature cache: filled in pieces, interrupted, damaged, foreign, and pruned.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { featureCacheKey, pruneCache } from '../../../src/data/features/cache-folder.js';
import { openFeatureCache } from '../../../src/data/features/feature-cache.js';

const base = mkdtempSync(join(tmpdir(), 'vggpu-cache-'));
afterAll(() => rmSync(base, { recursive: true }));
let folder = base;
let made = 0;
beforeEach(() => {
  folder = join(base, `cache${made++}`, 'features'); // made by opening
});

const KEY = 'a1'.repeat(32);
const [COUNT, WIDTH] = [10, 5];
const DATA_START = 4096;
const open = (key = KEY, count = COUNT, width = WIDTH) => openFeatureCache({ folder, key, count, width });
const row = (i: number) => Float32Array.from({ length: WIDTH }, (_, j) => i + j / 8);
const rows = (...which: number[]) => Float32Array.from(which.flatMap((i) => [...row(i)]));

/** A cache that holds rows 0 to 9. */
async function filled(): Promise<string> {
  const cache = await open();
  const all = Array.from({ length: COUNT }, (_, i) => i);
  await cache.write(all, rows(...all));
  await cache.finish();
  await cache.close();
  return cache.path;
}

describe('openFeatureCache', () => {
  it('is filled in pieces and survives being closed in between', async () => {
    const first = await open();
    expect([first.present(), first.has(0), first.notes]).toEqual([0, false, []]);
    await first.write([7, 2], rows(7, 2));
    expect(await first.read([2, 7, 2])).toEqual(rows(2, 7, 2));
    await first.close(); // without finish, as an interruption leaves it
    const second = await open();
    expect([second.present(), second.has(7), second.has(3), second.notes]).toEqual([2, true, false, []]);
    await second.write([3], rows(3));
    expect(await second.read([7, 3])).toEqual(rows(7, 3));
    await expect(second.read([0])).rejects.toThrow('has no row 0 yet');
    await second.close();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('keeps every bit of a float', async () => {
    const values = Float32Array.of(-0, 1e-45, -3.4e38, 0.1, 0);
    const cache = await open();
    await cache.write([0], values);
    expect(Buffer.from((await cache.read([0])).buffer)).toEqual(Buffer.from(values.buffer));
    await cache.close();
  });

  it('forgets torn and swapped rows, keeps the others, and says so', async () => {
    const path = await filled();
    const bytes = readFileSync(path);
    bytes.fill(0, DATA_START + 4 * WIDTH * 4, DATA_START + 4 * WIDTH * 4 + 8); // row 4: half of it never reached the disk
    const [six, seven] = [bytes.subarray(128 + 8 * 6, 128 + 8 * 7), bytes.subarray(128 + 8 * 7, 128 + 8 * 8)];
    const held = Buffer.from(six);
    six.set(seven);
    seven.set(held);
    writeFileSync(path, bytes);
    const cache = await open();
    expect([4, 6, 7].map(cache.has)).toEqual([false, false, false]);
    expect(cache.present()).toBe(7);
    expect(cache.notes).toEqual([expect.stringContaining('3 damaged rows of 10')]);
    await cache.write([4], rows(4));
    expect(await cache.read([3, 4, 5])).toEqual(rows(3, 4, 5));
    await cache.close();
  });

  it('notices a row that changes while it is open', async () => {
    const path = await filled();
    const cache = await open();
    const bytes = readFileSync(path);
    bytes[DATA_START] = bytes[DATA_START]! ^ 1;
    writeFileSync(path, bytes);
    await expect(cache.read([0])).rejects.toMatchObject({
      code: 'output',
      message: expect.stringContaining('damaged'),
    });
    await cache.close();
  });

  it('keeps what is left of a file that was cut short', async () => {
    const path = await filled();
    truncateSync(path, DATA_START + 4 * WIDTH * 3 + 5);
    const cache = await open();
    expect([cache.present(), cache.has(2), cache.has(3)]).toEqual([3, true, false]);
    await cache.write([9], rows(9));
    expect(await cache.read([2, 9])).toEqual(rows(2, 9));
    await cache.close();
  });

  it.each<[string, (path: string) => void]>([
    ['a foreign file', (path) => writeFileSync(path, 'something else, and long enough to be a header '.repeat(5))],
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a header cut short', (path) => truncateSync(path, 60)],
    ['a damaged header', (path) => writeFileSync(path, readFileSync(path).fill(1, 20, 21))],
  ])('replaces %s with an empty cache and a note', async (_, damage) => {
    damage(await filled());
    const cache = await open();
    expect(cache.present()).toBe(0);
    expect(cache.notes).toEqual([expect.stringContaining('made anew')]);
    await cache.write([1], rows(1));
    expect(await cache.read([1])).toEqual(rows(1));
    await cache.close();
  });

  it('replaces a cache of another size, and of a key with the same name', async () => {
    for (const [key, count, width] of [
      [KEY, 9, 5],
      [KEY, 10, 4],
      [`${KEY.slice(0, 32)}${'0'.repeat(32)}`, 10, 5],
    ] as const) {
      await filled();
      const other = await open(key, count, width);
      expect(other.present()).toBe(0);
      expect(other.notes).toHaveLength(1);
      await other.close();
    }
  });

  it('refuses rows that do not fit, and features that are not finite', async () => {
    const cache = await open();
    await expect(cache.write([0, 1], row(0))).rejects.toThrow('2 rows of 5 features are 10 floats, not 5');
    await expect(cache.write([10], row(0))).rejects.toThrow('no row 10');
    await expect(cache.write([3, 6], rows(0, Number.NaN))).rejects.toThrow('gave NaN for feature 0 of row 6');
    expect(cache.present()).toBe(0);
    await cache.close();
  });

  it('says what is wrong with the folder', async () => {
    writeFileSync(join(base, 'plain'), '');
    folder = join(base, 'plain', 'features');
    await expect(open()).rejects.toMatchObject({ code: 'output' });
  });

  it('takes many concurrent writes and rows larger than a check', async () => {
    const wide = 300_000;
    const cache = await open(KEY, 20, wide);
    const value = (i: number) => new Float32Array(wide).fill(i + 1);
    await Promise.all(Array.from({ length: 20 }, (_, i) => cache.write([i], value(i))));
    await cache.close();
    const again = await open(KEY, 20, wide);
    expect([again.present(), again.notes]).toEqual([20, []]);
    expect((await again.read([13])).every((x) => x === 14)).toBe(true);
    await again.close();
  });
});

describe('featureCacheKey', () => {
  it('changes with everything that a row depends on, and with nothing else', async () => {
    const path = join(base, 'picture.jpg');
    writeFileSync(path, 'abc');
    const parts = { weights: 'w', preprocessing: 'p', engine: 'e', pictures: [{ path, name: 'picture.jpg' }] };
    const key = await featureCacheKey(parts);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(await featureCacheKey({ ...parts })).toBe(key);
    const others = [
      ...[{ weights: 'x' }, { preprocessing: 'x' }, { engine: 'x' }, { pictures: [] }],
      { pictures: [{ path, name: 'other.jpg' }] },
      { pictures: [{ path: `${path}.missing`, name: 'picture.jpg' }] },
    ];
    const keys = await Promise.all(others.map((other) => featureCacheKey({ ...parts, ...other })));
    const { atime, mtime } = statSync(path);
    writeFileSync(path, 'abcd');
    utimesSync(path, atime, mtime);
    keys.push(await featureCacheKey(parts));
    writeFileSync(path, 'abc');
    utimesSync(path, atime, new Date(mtime.getTime() + 2));
    keys.push(await featureCacheKey(parts));
    expect(new Set([key, ...keys]).size).toBe(keys.length + 1);
  });
});

describe('pruneCache', () => {
  it('removes what was not used for longest, leftovers, and nothing else', async () => {
    const paths: string[] = [];
    for (const [age, digit] of ['1', '2', '3'].entries()) {
      const cache = await open(digit.repeat(64), 100, 4096);
      for (let i = 0; i < 100; i++) await cache.write([i], new Float32Array(4096).fill(i));
      await cache.finish();
      await cache.close();
      utimesSync(cache.path, 1000 + age, 1000 + age);
      paths.push(cache.path);
    }
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const leftover = join(folder, '.0.features.abcdef.tmp');
    writeFileSync(leftover, '');
    expect((await pruneCache(folder, 1e9)).removed).toBe(0);
    utimesSync(leftover, 1000, 1000);
    await (await open('1'.repeat(64), 100, 4096)).close(); // used just now
    const { removed, bytes } = await pruneCache(folder, 4e6);
    expect([removed, paths.map((path) => existsSync(path))]).toEqual([2, [true, false, true]]);
    expect(bytes).toBeLessThanOrEqual(4e6);
    await pruneCache(folder, 0, [paths[2]!]);
    expect(readdirSync(folder).sort()).toEqual([basename(paths[2]!), 'notes.txt'].sort());
    expect(await pruneCache(join(folder, 'none'), 0)).toEqual({ removed: 0, bytes: 0 });
  });
});
