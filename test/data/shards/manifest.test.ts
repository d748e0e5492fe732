// The manifest: read as it was written, made once by many, and nothing else taken for it.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { assertSameContents, assertSamePictures, assertSameSettings } from '../../../src/data/shards/differences.js';
import {
  type Manifest,
  manifestPath,
  readManifest,
  type ShardView,
  writeManifest,
} from '../../../src/data/shards/manifest.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { syntheticView } from './synthetic.js';

const root = temporaryFolder();
let folder: string;
let number = 0;
beforeEach(() => {
  folder = join(root, String(number++));
  mkdirSync(folder);
});

const view = syntheticView({ pictures: 5, shards: 2, chunk: 2, width: 3, dtype: 'float16' });
const strange = ['a "b".jpg', 'line\u2028separator.jpg', 'new\nline.jpg', 'grün/😀.jpg'];

it('is read as it was written, one picture a line, whatever the names', async () => {
  const pictures = { ...view.pictures, names: [...view.pictures.names.slice(0, 1), ...strange] };
  const written: ShardView = {
    ...view,
    pictures: { ...pictures, sizes: [1, null, 3, 4, 5], hashes: ['a', null, 'c', 'd', 'e'] },
  };
  expect(await readManifest(folder)).toBeUndefined();
  expect(await writeManifest(folder, written)).toBe(true);
  const { digest, ...read } = (await readManifest(folder))!;
  expect(read).toEqual(written);
  const text = readFileSync(manifestPath(folder), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: 1, settings: written.settings, pictures: expect.anything() });
  const counted = text.split('\n').filter((line) => !line.startsWith('"madeFrom"'));
  expect(digest).toBe(createHash('sha256').update(counted.join('\n')).digest('hex'));
  expect((await readManifest(folder, 'names'))!.digest).toBe(digest);
});

it('without labels and hashes has none', async () => {
  const { hashes, labels, ...pictures } = view.pictures;
  const { classes, ...settings } = view.settings;
  await writeManifest(folder, { ...view, settings: { ...settings, hash: 'size' }, pictures });
  expect((await readManifest(folder))!.pictures).toEqual(pictures);
});

it('is made by one of many, whole, and leaves nothing beside it', async () => {
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      writeManifest(folder, { ...view, madeFrom: { ...view.madeFrom, directory: String(i) } }),
    ),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
  expect((await readManifest(folder))!.madeFrom.directory).toBe(String(made.indexOf(true)));
  expect(readdirSync(folder)).toEqual(['manifest.json']);
});

const damage: [string, (text: string) => string, RegExp][] = [
  ['cut short', (text) => text.slice(0, -12), /ends (early|within a line)/],
  ['of another version', (text) => text.replace('"version":1', '"version":2'), /another version/],
  [
    'written anew by something else',
    (text) => JSON.stringify(JSON.parse(text), undefined, 2),
    /another version|expected/,
  ],
  ['with a picture that is none', (text) => text.replace('1000,', '"1000",'), /manifest as this version writes it/],
  ['with a label beyond the classes', (text) => text.replace(/,1\]\n\]/, ',7]\n]'), /labels do not fit/],
  ['with settings of another kind', (text) => text.replace('"float16"', '"float8"'), /manifest as this version/],
];
it.each(damage)('%s is refused', async (_, change, says) => {
  await writeManifest(folder, view);
  const text = readFileSync(manifestPath(folder), 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(manifestPath(folder), change(text));
  await expect(readManifest(folder)).rejects.toMatchObject({ code: 'output', message: expect.stringMatching(says) });
});

describe('another view', () => {
  const manifest: Manifest = { ...view, digest: '' };
  const { settings, pictures } = view;

  it('is none where all is the same, or not said', () => {
    assertSameSettings(folder, manifest, structuredClone(settings));
    assertSameSettings(folder, manifest, { shards: 2 });
    assertSamePictures(folder, manifest, structuredClone(pictures));
    assertSameContents(folder, manifest, [1, 3], [pictures.hashes![1]!, pictures.hashes![3]!]);
  });

  it('has its settings named', () => {
    const other = { shards: 3, chunk: 5, dtype: 'float32', layer: 'fc2', exif: false, classes: ['c0', 'd'] } as const;
    expect(() => assertSameSettings(folder, manifest, other)).toThrow(
      /layer \(fc1 there, fc2 here\); the number of shards \(2 there, 3 here\); --chunk \(2 there, 5 here\); --dtype \(float16 there, float32 here\).*EXIF.*\(true there, false here\); the classes \(c0, c1 there, c0, d here\)/,
    );
    expect(() => assertSameSettings(folder, manifest, { weights: 'other' })).toThrow(
      expect.objectContaining({
        code: 'weights',
        message: expect.stringMatching(/the weights \(w there, other here\)/),
      }),
    );
    const resized = { ...manifest, settings: { ...settings, network: { preprocessing: { resize: 'area' } } } };
    expect(() => assertSameSettings(folder, resized, { network: { preprocessing: { resize: 'nearest' } } })).toThrow(
      /preprocessing .*area.*nearest.*--resize/,
    );
  });

  it('has its pictures named', () => {
    const sees = (change: Partial<typeof pictures>) => () =>
      assertSamePictures(folder, manifest, { ...pictures, ...change });
    const names = [...pictures.names.slice(0, 4), 'c1/new.jpg'];
    expect(sees({ names })).toThrow(/1 are new \(c1\/new\.jpg\); 1 are gone \(c1\/4\.jpg\)/);
    expect(sees({ sizes: [1000, 7, 1002, 1003, null] })).toThrow(
      /2 have another size: c0\/1\.jpg \(1001 bytes there, 7 bytes here\), c1\/4\.jpg \(1004 bytes there, unreadable here\)/,
    );
    expect(sees({ labels: [0, 0, 1, 1, 1] })).toThrow(/c0\/2\.jpg stands in another place or class/);
    expect(() => assertSameContents(folder, manifest, [1, 3], [pictures.hashes![1]!, null])).toThrow(
      expect.objectContaining({ code: 'pictures', message: expect.stringMatching(/another content: c1\/3\.jpg/) }),
    );
  });
});
