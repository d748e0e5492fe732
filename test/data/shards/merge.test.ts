// Merged shards: every row found again, and everything that can be wrong with a folder of them named.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { mergeShards } from '../../../src/data/shards/merge.js';
import { indexPath } from '../../../src/data/shards/shard-index.js';
import { openShards } from '../../../src/data/shards/shards.js';
import { itWith, python, runPython } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { featureOf, type SyntheticOptions, writeSynthetic, writeSyntheticChunk } from './synthetic.js';

const root = temporaryFolder();
const options: SyntheticOptions = {
  pictures: 23,
  shards: 3,
  chunk: 3,
  width: 5,
  dtype: 'float32',
  skipped: [4, 6, 7, 10, 13],
};
let folder: string;
let number = 0;
beforeEach(() => {
  folder = join(root, String(number++));
});
const at = (...names: string[]) => join(folder, ...names);

describe.each(['float32', 'float16'] as const)('%s', (dtype) => {
  it('merges any number of shards to the same rows', async () => {
    for (const [shards, chunk] of [
      [1, 1024],
      [3, 3],
      [5, 2],
    ] as const) {
      folder = join(root, `${dtype}-${shards}`);
      await writeSynthetic(folder, { ...options, dtype, shards, chunk });
      const { index, problems } = await mergeShards(folder);
      expect(problems).toEqual([]);
      expect(index).toMatchObject({
        rows: 18,
        pictures: 23,
        classes: [
          { name: 'c0', rows: 8 },
          { name: 'c1', rows: 10 },
        ],
      });
      expect(index!.skipped.map(({ position }) => position)).toEqual(options.skipped);
      let rows = 0;
      for (const entry of index!.chunks) {
        expect(entry.offset).toBe(rows);
        rows += entry.rows;
      }
      expect(rows).toBe(18);
      const opened = await openShards(folder);
      const places = Array.from({ length: 23 }, (_, i) => (i * 5) % 23);
      const there = places.filter((position) => opened.has(position));
      expect(places.filter((position) => !opened.has(position)).sort((a, b) => a - b)).toEqual(options.skipped);
      expect(await opened.read(there)).toEqual(
        Float32Array.from(there.flatMap((position) => [0, 1, 2, 3, 4].map((column) => featureOf(position, column)))),
      );
      await expect(opened.read([4])).rejects.toMatchObject({ code: 'output' });
      expect([-1, 23, 0.5].some((position) => opened.has(position))).toBe(false);
      await opened.close();
    }
  });

  itWith(python !== undefined, 'a Python with numpy')('is read by NumPy', async () => {
    await writeSynthetic(folder, { ...options, dtype });
    const script = 'import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a[1].tolist())';
    const row = [0, 1, 2, 3, 4].map((column) =>
      featureOf(3, column)
        .toFixed(10)
        .replace(/(\.\d+?)0*$/, '$1'),
    );
    expect(runPython('-c', script, at('shard-00000-of-00003/chunk-00000.npy')).trim()).toBe(
      `${dtype} (2, 5) [${row.join(', ')}]`,
    );
  });
});

it('reads more chunks than it keeps open', async () => {
  await writeSynthetic(folder, { ...options, pictures: 40, shards: 2, chunk: 1, width: 1, skipped: [] });
  await mergeShards(folder);
  const opened = await openShards(folder, { mostOpen: 3 });
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const before = process.platform === 'linux' ? openFiles() : 0;
  for (let round = 0; round < 3; round++) {
    const places = Array.from({ length: 80 }, (_, i) => (i * 37 + round) % 40);
    expect(await opened.read(places)).toEqual(Float32Array.from(places, (position) => featureOf(position, 0)));
    if (process.platform === 'linux') expect(openFiles()).toBeLessThanOrEqual(before + 3);
  }
  await opened.close();
});

it('reads with fewer files where the system grants fewer', async () => {
  await writeSynthetic(folder, { ...options, pictures: 60, shards: 1, chunk: 1, width: 1, skipped: [] });
  await mergeShards(folder);
  const script = `
    import { openShards } from './src/data/shards/shards.ts';
    const shards = await openShards(process.argv[1]);
    const places = Array.from({ length: 240 }, (_, i) => (i * 37) % 60);
    console.log(JSON.stringify([...(await shards.read(places))]));
    await shards.close();`;
  const limited = `ulimit -n 60; exec "$0" --import tsx --input-type=module -e "$1" "$2"`;
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, script, folder], {
    cwd: join(import.meta.dirname, '../../..'),
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const expected = Array.from({ length: 240 }, (_, i) => featureOf((i * 37) % 60, 0));
  expect(stdout, stderr).toBe(`${JSON.stringify(expected)}\n`);
});

it('has shards without pictures where there are more shards', async () => {
  await writeSynthetic(folder, { ...options, pictures: 2, shards: 4, skipped: [] });
  expect((await mergeShards(folder)).index).toMatchObject({ rows: 2, chunks: [{ shard: 0 }, { shard: 1 }] });
});

describe('a folder with', () => {
  const [first, second] = ['shard-00001-of-00003/chunk-00000', 'shard-00001-of-00003/chunk-00001'];
  const swap = (a: string, b: string) => {
    renameSync(at(a), at('aside'));
    renameSync(at(b), at(a));
    renameSync(at('aside'), at(b));
  };
  const flip = (file: string) => {
    const bytes = readFileSync(at(file));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(at(file), bytes);
  };
  const problem = (kind: string, file: string, what: RegExp, shard?: number) => ({
    ...{ kind, file, what: expect.stringMatching(what) },
    ...(shard === undefined ? {} : { shard }),
  });
  const cases: [string, () => void, ReturnType<typeof problem>[]][] = [
    ['a missing JSON', () => rmSync(at(`${first}.json`)), [problem('missing', `${first}.json`, /missing/, 1)]],
    ['a missing array', () => rmSync(at(`${first}.npy`)), [problem('missing', `${first}.npy`, /missing/, 1)]],
    ['a torn array', () => truncateSync(at(`${second}.npy`), 140), [problem('torn', `${second}.npy`, /140 bytes/, 1)]],
    ['a torn JSON', () => truncateSync(at(`${second}.json`), 40), [problem('torn', `${second}.json`, /damaged/, 1)]],
    ['a changed bit', () => flip(`${second}.npy`), [problem('torn', `${second}.npy`, /another content/, 1)]],
    [
      'a shard that is not there',
      () => rmSync(at('shard-00002-of-00003'), { recursive: true }),
      [0, 1, 2].map((chunk) => problem('missing', `shard-00002-of-00003/chunk-0000${chunk}.json`, /missing/, 2)),
    ],
    [
      'one chunk in the place of another',
      () => {
        for (const end of ['npy', 'json']) copyFileSync(at(`${first}.${end}`), at(`${second}.${end}`));
      },
      [problem('duplicated', `${second}.json`, /a copy of .*chunk-00000\.json/, 1)],
    ],
    [
      'a chunk that is there twice',
      () => {
        for (const end of ['npy', 'json']) copyFileSync(at(`${first}.${end}`), at(`${first} (copy).${end}`));
      },
      ['json', 'npy'].map((end) => problem('duplicated', `${first} (copy).${end}`, /a copy of .*chunk-00000/)),
    ],
    [
      'a shard of another number of shards',
      () => mkdirSync(at('shard-00000-of-00004')),
      [problem('foreign', 'shard-00000-of-00004', /none of the 3 shards/)],
    ],
    [
      'a file that is no chunk',
      () => writeFileSync(at('shard-00000-of-00003', 'chunk-00009.npy'), ''),
      [problem('foreign', 'shard-00000-of-00003/chunk-00009.npy', /no chunk of this shard/)],
    ],
    [
      'the JSONs of two chunks exchanged',
      () => swap(`${first}.json`, `${second}.json`),
      [problem('duplicated', `${first}.json`, /copy of/, 1), problem('duplicated', `${second}.json`, /copy of/, 1)],
    ],
    [
      'a JSON that names other pictures',
      () => {
        const text = readFileSync(at(`${first}.json`), 'utf8');
        writeFileSync(at(`${first}.json`), text.replace('c0/1.jpg', 'c0/2.jpg'));
      },
      [problem('torn', `${first}.json`, /does not name the pictures/, 1)],
    ],
  ];
  it.each(cases)('%s is not merged, and nothing is lost', async (_, harm, problems) => {
    await writeSynthetic(folder, options);
    harm();
    const before = readdirSync(folder, { recursive: true });
    const result = await mergeShards(folder);
    expect(result.index).toBeUndefined();
    expect(result.problems).toEqual(problems);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it('a chunk of another manifest is not merged', async () => {
    const manifest = await writeSynthetic(folder, options);
    await writeSyntheticChunk(folder, { ...manifest, digest: 'other' }, { shard: 1, chunk: 0 }, options);
    expect((await mergeShards(folder)).problems).toEqual([problem('foreign', `${first}.json`, /another manifest/, 1)]);
  });

  it('what killed runs leave is merged all the same', async () => {
    await writeSynthetic(folder, options);
    writeFileSync(at('shard-00000-of-00003', '.chunk-00001.npy.abcdef-1-0123456789ab.tmp'), 'half');
    expect((await mergeShards(folder)).problems).toEqual([]);
  });
});

describe('opening', () => {
  it('says what is missing', async () => {
    await expect(openShards(root)).rejects.toThrow(/no .*manifest\.json/);
    await expect(mergeShards(root)).rejects.toMatchObject({ code: 'output' });
    await writeSynthetic(folder, options);
    await expect(openShards(folder)).rejects.toThrow(/index\.json is missing.*vggpu merge/);
    await mergeShards(folder);
    const text = readFileSync(indexPath(folder), 'utf8');
    writeFileSync(indexPath(folder), text.replace(/"manifest": "..../, '"manifest": "0000'));
    await expect(openShards(folder)).rejects.toThrow(/made for another manifest/);
    writeFileSync(indexPath(folder), text.slice(0, 50));
    await expect(openShards(folder)).rejects.toThrow(/cannot be read, or another version/);
  });

  it('a chunk that changed after the merge is named when it is read', async () => {
    await writeSynthetic(folder, options);
    await mergeShards(folder);
    truncateSync(at('shard-00001-of-00003/chunk-00000.npy'), 140);
    rmSync(at('shard-00002-of-00003/chunk-00000.npy'));
    const opened = await openShards(folder);
    await expect(opened.read([1])).rejects.toThrow(/shard-00001-of-00003\/chunk-00000\.npy has 140 bytes.*vggpu merge/);
    await expect(opened.read([2])).rejects.toThrow(/shard-00002-of-00003\/chunk-00000\.npy is missing/);
    expect((await opened.read([0])).length).toBe(5);
    await opened.close();
  });
});
