// Shards on the tiny network: the same rows for any number of shards, the same bytes after any interruption, and what is refused.
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listPictures } from '../../../src/data/pictures/image-folder.js';
import { fromFloat16, toFloat16 } from '../../../src/data/shards/float16.js';
import { mergeShards } from '../../../src/data/shards/merge.js';
import { openShards } from '../../../src/data/shards/shards.js';
import type { Network } from '../../../src/nn/network.js';
import { type ComputeShardOptions, computeShard, prepareManifest } from '../../../src/vgg16/shards/compute-shard.js';
import { testRows } from '../../../src/vgg16/test.js';
import { damage, writeSet, writeTinyVgg16 } from '../red-and-blue.js';
import { useTinyRun } from '../training/tiny-run.js';

const { folder, weights, withVgg } = useTinyRun();
const photos = join(folder, 'photos'); // 19 pictures, one of which cannot be read
const BROKEN = 'red/3.jpg';
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  await writeSet(photos, 9, 50);
  damage(join(photos, BROKEN));
  copyFileSync(join(photos, 'red/0.png'), join(photos, 'red/10.png'));
});

type Settings = Partial<Omit<ComputeShardOptions, 'withNetwork'>>;

/** Computes one shard with a network of its own. */
const compute = (out: string, settings: Settings = {}) =>
  computeShard({
    ...{ directory: photos, weights, out: at(out), shard: 0, of: 1, chunk: 2, ...settings },
    withNetwork: (use) => withVgg(({ network }) => use(network, 'test'), settings.weights),
  });

async function computeAll(out: string, of: number, settings: Settings = {}) {
  for (let shard = 0; shard < of; shard++) await compute(out, { ...settings, shard, of });
}

/** All rows by name, after a merge. */
async function rowsIn(out: string): Promise<Record<string, Float32Array>> {
  const { problems } = await mergeShards(at(out));
  expect(problems).toEqual([]);
  const shards = await openShards(at(out));
  const rows: Record<string, Float32Array> = {};
  for (const [position, name] of shards.manifest.pictures.names.entries()) {
    if (shards.has(position)) rows[name] = await shards.read([position]);
  }
  await shards.close();
  return rows;
}

/** Every file below a folder with its bytes. */
function bytesIn(out: string): Record<string, string> {
  const files = readdirSync(at(out), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(json|npy)$/.test(name),
  );
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(at(out, name), 'latin1')]));
}

describe('the rows', () => {
  it('are those of testing the pictures, in any number of shards, chunks and batches', async () => {
    const expected = await withVgg(async ({ network }) => {
      const { files } = await listPictures(photos);
      const rows: Record<string, Float32Array> = {};
      for await (const batch of testRows(network, files, { batchSize: 64, exif: true, layer: 'fc1' })) {
        for (const [i, name] of batch.fileNames.entries()) rows[name] = batch.rows.slice(16 * i, 16 * (i + 1));
      }
      return rows;
    });
    expect(Object.keys(expected)).toHaveLength(18);
    for (const [of, chunk, batchSize] of [
      [1, 100, 64],
      [3, 2, 1],
      [5, 3, 2],
    ] as const) {
      await computeAll(`n${of}`, of, { chunk, batchSize });
      expect(await rowsIn(`n${of}`), `${of} shards`).toEqual(expected);
    }
    await computeAll('half', 2, { dtype: 'float16' });
    for (const [name, row] of Object.entries(await rowsIn('half'))) {
      const rounded = new Float32Array(16);
      fromFloat16(toFloat16(expected[name]!), rounded);
      expect(row).toEqual(rounded);
    }
  });

  it('come from the layer asked for, from folders without labels too', async () => {
    await compute('pool', { layer: 'block5_pool', directory: join(photos, 'red') });
    const { manifest, index } = await mergeShards(at('pool'));
    expect(manifest.settings).toMatchObject({ layer: 'block5_pool', shape: [1, 1, 8] });
    expect(manifest.settings.classes).toBeUndefined();
    expect(manifest.pictures.labels).toBeUndefined();
    expect(index).toMatchObject({ rows: 9, pictures: 10, skipped: [{ file: '3.jpg' }] });
    const said: string[] = [];
    const list = async (directory: string, unlabelled = false) => {
      const out = at(`listed-${said.length}`);
      const say = (line: string) => said.push(line);
      const { manifest } = await prepareManifest({ directory, weights, out, of: 1, unlabelled, say });
      return manifest.pictures;
    };
    await writeSet(at('test'), 3, 70, ['unknown']);
    expect(await list(at('test'))).toMatchObject({ names: ['unknown/0.png', 'unknown/1.jpg', 'unknown/2.png'] });
    expect(said).toEqual(['Found 3 images, without labels.']);
    await writeSet(at('stray'), 1, 80);
    copyFileSync(join(photos, 'red/0.png'), at('stray', '0.png'));
    expect(await list(at('stray'))).toMatchObject({ names: ['blue/0.png', 'red/0.png'], labels: [0, 1] });
    expect(said.slice(1)).toEqual([
      'Found 2 images belonging to 2 classes.',
      expect.stringMatching(/^Left out 1 pictures beside the class folders/),
    ]);
    expect((await list(at('stray'), true)).names).toEqual(['0.png', 'blue/0.png', 'red/0.png']);
    const { manifest: flat } = await prepareManifest({
      directory: photos,
      weights,
      out: at('flat'),
      of: 1,
      unlabelled: true,
    });
    expect(flat.pictures.labels).toBeUndefined();
    expect(flat.pictures.names).toHaveLength(19);
  });

  it('tell each picture that cannot be read once, with its reason', async () => {
    const skipped: string[] = [];
    const results = [];
    for (const shard of [0, 1, 2]) {
      const onSkip = ({ file }: { file: string }) => skipped.push(file);
      results.push(await compute('skips', { shard, of: 3, onSkip }));
    }
    expect(skipped).toEqual([BROKEN]);
    expect(results.flatMap((result) => result.skipped)).toEqual([{ file: BROKEN, reason: expect.any(String) }]);
    expect(results.reduce((sum, { rows }) => sum + rows, 0)).toBe(18);
  });

  it('are there for shards of which no picture can be read, or that have none', async () => {
    const few = at('few');
    await writeSet(few, 1, 5);
    damage(join(few, 'blue/0.png'));
    await computeAll('few-out', 3, { directory: few });
    expect((await mergeShards(at('few-out'))).index).toMatchObject({ rows: 1, skipped: [{ file: 'blue/0.png' }] });
  });
});

describe('a shard run again', () => {
  const settings = { shard: 1, of: 2, chunk: 3 }; // 9 pictures in 3 chunks
  const [json, npy] = [
    (chunk: number) => `shard-00001-of-00002/chunk-0000${chunk}.json`,
    (chunk: number) => `shard-00001-of-00002/chunk-0000${chunk}.npy`,
  ];
  const unused: ComputeShardOptions['withNetwork'] = async () => {
    throw new Error('a finished shard needs no network');
  };

  it('computes nothing where it was finished, and looks at no weights', async () => {
    const first = await compute('again', settings);
    expect(first).toMatchObject({ computed: 3, chunks: 3, rows: 9 });
    const before = bytesIn('again');
    const again = { ...settings, directory: 'nowhere', weights: 'nowhere.h5', out: at('again'), withNetwork: unused };
    expect(await computeShard(again)).toEqual({ ...first, computed: 0 });
    rmSync(at('again/shard-00001-of-00002/done.json'));
    expect(await computeShard({ ...again, chunk: undefined })).toMatchObject({ computed: 0 });
    expect(bytesIn('again')).toEqual(before);
  });

  const harms: [string, (out: string) => void, number][] = [
    ['a JSON is gone', (out) => rmSync(at(out, json(1))), 1],
    ['an array is gone', (out) => rmSync(at(out, npy(0))), 1],
    ['an array is cut short', (out) => truncateSync(at(out, npy(2)), 200), 1],
    ['a JSON is cut short', (out) => truncateSync(at(out, json(0)), 30), 1],
    [
      'another chunk is in its place',
      (out) => {
        copyFileSync(at(out, json(0)), at(out, json(1)));
        copyFileSync(at(out, npy(0)), at(out, npy(1)));
      },
      1,
    ],
    ['the shard is gone', (out) => rmSync(at(out, 'shard-00001-of-00002'), { recursive: true }), 3],
  ];
  it.each(harms)('computes what it owes where %s, to the same bytes', async (_, harm, owed) => {
    await compute('whole', settings);
    const whole = bytesIn('whole');
    rmSync(at('harmed'), { recursive: true, force: true });
    cpSync(at('whole'), at('harmed'), { recursive: true });
    harm('harmed');
    expect(await compute('harmed', settings)).toMatchObject({ computed: owed, rows: 9 });
    expect(bytesIn('harmed')).toEqual(whole);
  });

  it('finds a changed bit where it is asked to check, and takes the index away', async () => {
    await computeAll('checked', 2, { chunk: 3 });
    await mergeShards(at('checked'));
    const whole = bytesIn('checked');
    const bytes = readFileSync(at('checked', npy(1)));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(at('checked', npy(1)), bytes);
    expect((await mergeShards(at('checked'))).problems).toMatchObject([{ kind: 'torn', shard: 1 }]);
    expect(await compute('checked', settings)).toMatchObject({ computed: 0 });
    expect(await compute('checked', { ...settings, check: true })).toMatchObject({ computed: 1 });
    await expect(openShards(at('checked'))).rejects.toThrow(/index\.json is missing/);
    await mergeShards(at('checked'));
    expect(bytesIn('checked')).toEqual(whole);
  });
});

describe('a shard that sees something else', () => {
  const refused = async (settings: Settings, code: string, says: RegExp) => {
    const before = bytesIn('seen');
    await expect(compute('seen', { shard: 1, of: 2, chunk: undefined, ...settings })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(says),
    });
    expect(bytesIn('seen')).toEqual(before);
  };
  const photosOf = join(folder, 'seen-photos');
  beforeAll(async () => {
    cpSync(photos, photosOf, { recursive: true });
    await compute('seen', { of: 2, directory: photosOf });
  });

  it('in its options refuses', async () => {
    await refused({ of: 3 }, 'usage', /number of shards \(2 there, 3 here\)/);
    await refused({ chunk: 3, dtype: 'float16' }, 'usage', /--chunk \(2 there, 3 here\); --dtype/);
    await refused({ hash: 'size' }, 'usage', /--hash \(content there, size here\)/);
    await refused({ exif: false }, 'usage', /EXIF/);
    await refused({ layer: 'fc2' }, 'usage', /layer \(fc1 there, fc2 here\)/);
    await refused({ resize: 'area' }, 'usage', /preprocessing/);
  });

  it('in the weights refuses, and takes the same weights from another file', async () => {
    const other = at('other.h5');
    await writeTinyVgg16(other);
    const changed = at('changed.h5');
    await withVgg(async (vgg) => {
      const { kernel } = vgg.network.layers[0]!.parameters!.panels[0]!;
      vgg.engine.gpu.write(kernel, Float32Array.of(0.125));
      await vgg.saveWeights(changed);
    });
    await refused({ weights: changed, directory: photosOf }, 'weights', /the weights \(\w{12} there, \w{12} here\)/);
    await compute('seen-copy', { of: 2, directory: photosOf });
    expect(await compute('seen-copy', { shard: 1, of: 2, directory: photosOf, weights: other })).toMatchObject({
      rows: 9,
    });
  });

  it('in the pictures refuses, and names them', async () => {
    const [old, aside] = [join(photosOf, 'blue/1.jpg'), join(photosOf, 'aside')];
    const directory = photosOf;
    renameSync(old, aside);
    await refused({ directory }, 'pictures', /1 are gone \(blue\/1\.jpg\)/);
    copyFileSync(join(photosOf, 'blue/5.jpg'), old);
    await refused({ directory }, 'pictures', /another size: blue\/1\.jpg/);
    const bytes = readFileSync(aside);
    bytes[bytes.length - 1]! ^= 1; // the same size; the last byte of a JPEG is not looked at
    writeFileSync(old, bytes);
    const before = bytesIn('seen');
    await expect(compute('seen', { shard: 1, of: 2, directory })).rejects.toMatchObject({
      code: 'pictures',
      message: expect.stringMatching(/another content: blue\/1\.jpg/),
    });
    const after = Object.keys(bytesIn('seen')).filter((name) => name.endsWith('.json') && !(name in before));
    const listed = after.flatMap((name) => JSON.parse(readFileSync(at('seen', name), 'utf8')).names ?? []);
    expect(listed).not.toContain('blue/1.jpg');
    rmSync(old);
    renameSync(aside, old);
    expect(await compute('seen', { shard: 1, of: 2, directory })).toMatchObject({ rows: 9 });
  });

  it('in the contents alone goes on where sizes are what pictures are known by', async () => {
    const directory = at('sized');
    await writeSet(directory, 2, 30);
    await compute('sized-out', { of: 2, directory, hash: 'size' });
    const file = join(directory, 'blue/1.jpg');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    expect(await compute('sized-out', { shard: 1, of: 2, directory, chunk: undefined })).toMatchObject({ rows: 2 });
    expect((await mergeShards(at('sized-out'))).manifest.pictures.hashes).toBeUndefined();
  });

  it('that has no pictures, or no such layer, says so', async () => {
    mkdirSync(at('empty'), { recursive: true });
    await expect(compute('none', { directory: at('empty') })).rejects.toMatchObject({ code: 'pictures' });
    await expect(compute('none', { layer: 'fc9' })).rejects.toThrow(/no layer 'fc9'.*block1_conv1.*predictions/);
    await expect(compute('none', { weights: at('no.h5') })).rejects.toMatchObject({ code: 'weights' });
  });
});

it('a network that gives no numbers, or more than float16 holds, is refused with the picture', async () => {
  const broken = (value: number) => ({
    ...{ directory: photos, weights, shard: 0, of: 1, chunk: 100 },
    withNetwork: (use: (network: Network, adapter: string) => Promise<void>) =>
      withVgg(async ({ network }) => {
        const { gpu } = network;
        const { bias } = network.layers.find(({ spec }) => spec.name === 'fc1')!.parameters!.panels[0]!;
        gpu.write(bias, Float32Array.of(value));
        await use(network, 'test');
      }),
  });
  await expect(computeShard({ ...broken(1e5), out: at('large'), dtype: 'float16' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/A feature of blue\/0\.png is [\d.]+, .*65504.*--dtype float32/),
  });
  await expect(computeShard({ ...broken(Number.NaN), out: at('nan') })).rejects.toMatchObject({
    code: 'weights',
    message: expect.stringMatching(/gives NaN for blue\/0\.png/),
  });
  expect(readdirSync(at('nan', 'shard-00000-of-00001'))).toEqual([]);
});
