// Folders through a network: rows against predictions made one by one, features layer by layer, files bit by bit.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeTensor, readTensor } from '../../src/autograd/tensor.js';
import { readNpy } from '../../src/data/files/npy.js';
import { decodePicture } from '../../src/data/pictures/decode.js';
import { listPictures } from '../../src/data/pictures/image-folder.js';
import { readPredictions } from '../../src/data/submission/predictions.js';
import { featureShape } from '../../src/nn/network.js';
import { picturesToFeatures } from '../../src/nn/pictures.js';
import { type Engine, startEngine } from '../../src/node/engine.js';
import { testRows, testToFile } from '../../src/vgg16/test.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import { temporaryFolder } from '../temporary-folder.js';
import { damage, writeSet, writeTinyVgg16 } from './red-and-blue.js';

const folder = temporaryFolder();
const root = join(folder, 'test');
const [UNLABELLED, BROKEN] = ['unknown/10.png', 'unknown/3.jpg'];
const NAMES = [
  '0.png',
  'unknown/0.png',
  'unknown/1.jpg',
  'unknown/2.png',
  'unknown/4.png',
  'unknown/5.jpg',
  UNLABELLED,
];
let engine: Engine;
let vgg: Vgg16;

beforeAll(async () => {
  engine = await startEngine({ say: () => {}, debug: true });
  vgg = await Vgg16.create({ weights: await writeTinyVgg16(join(folder, 'tiny.h5')), engine, say: () => {} });
  await writeSet(root, 7, 1, ['unknown']);
  renameSync(join(root, 'unknown/6.png'), join(root, UNLABELLED));
  damage(join(root, BROKEN));
  await writeSet(folder, 1, 2, ['flat']);
  renameSync(join(folder, 'flat/0.png'), join(root, '0.png'));
});
afterAll(async () => {
  await vgg?.close();
  expect(engine?.gpu.pool.bytes().live).toBe(0);
  await engine?.close();
});

/** All rows of the folder as one array. */
async function rows(batchSize: number, layer?: string) {
  const { files } = await listPictures(root);
  const [fileNames, skipped, values]: [string[], string[], number[]] = [[], [], []];
  const onSkip = ({ file }: { file: string }) => skipped.push(file);
  for await (const batch of testRows(vgg.network, files, { batchSize, exif: true, layer, onSkip })) {
    fileNames.push(...batch.fileNames);
    values.push(...batch.rows);
  }
  return { fileNames, skipped, values: Float32Array.from(values) };
}

describe('testRows', () => {
  it('gives a row a picture in natural order, from any folders, to the same bits for any batch size', async () => {
    const all = await rows(64);
    expect(all.fileNames).toEqual(NAMES);
    expect(all.skipped).toEqual([BROKEN]);
    for (const batchSize of [1, 3, 7]) expect(await rows(batchSize)).toEqual(all);
    const alone = await vgg.predict(NAMES.map((name) => join(root, name)));
    expect(all.values).toEqual(Float32Array.from(alone.outputs.flatMap(({ probabilities }) => [...probabilities])));
  });

  it('gives the output of every layer, in inference mode', async () => {
    const pictures = await Promise.all(NAMES.map((name) => decodePicture(join(root, name), { exif: true })));
    const { gpu } = engine;
    for (const [i, { name }] of vgg.spec.layers.entries()) {
      const y = picturesToFeatures(vgg.network, pictures, i + 1);
      expect((await rows(3, name)).values, name).toEqual(await readTensor(gpu, y));
      freeTensor(gpu, y);
    }
    const dropped = await rows(7, 'dropout1');
    expect(dropped.values).toEqual((await rows(7, 'fc1')).values);
    expect(dropped.values.some((value) => value !== 0)).toBe(true);
  });

  it('runs fewer at a time than asked for where the device binds less, to the same bits', async () => {
    const all = await rows(7);
    // block1 takes 36 KiB a picture with what Winograd adds, so one at a time
    const small = await startEngine({ say: () => {}, limits: { maxStorageBufferBindingSize: 48 * 1024 } });
    const other = await Vgg16.create({ weights: join(folder, 'tiny.h5'), engine: small, say: () => {} });
    try {
      const { fileNames, predictions } = await other.test(root, { batchSize: 7 });
      expect(fileNames).toEqual(NAMES);
      expect(Float32Array.from(predictions.flatMap((row) => [...row]))).toEqual(all.values);
    } finally {
      await other.close();
      await small.close();
    }
  });

  it('says which layers there are, what a batch size is, and when nothing can be read', async () => {
    await expect(rows(1, 'fc9')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/no layer 'fc9': these weights have block1_conv1, .*, dropout2, predictions\./),
    });
    await expect(rows(0)).rejects.toMatchObject({ code: 'usage' });
    await expect(rows(1.5)).rejects.toMatchObject({ code: 'usage' });
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, '1.jpg'), 'no picture');
    await expect(vgg.test(broken)).rejects.toMatchObject({
      code: 'pictures',
      message: expect.stringMatching(/None of the 1 pictures/),
    });
    await expect(vgg.test(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'pictures' });
  });
});

it('vgg.test gives the same, and tells how far it is', async () => {
  const progress: number[] = [];
  const told: string[] = [];
  const { fileNames, predictions, skipped } = await vgg.test(root, {
    batchSize: 4,
    onProgress: (done, total) => progress.push(done, total),
    onSkip: ({ file }) => told.push(file),
  });
  expect(fileNames).toEqual(NAMES);
  expect(Float32Array.from(predictions.flatMap((row) => [...row]))).toEqual((await rows(64)).values);
  expect(skipped).toEqual([{ file: BROKEN, reason: expect.any(String) }]);
  expect(told).toEqual([BROKEN]);
  expect(progress).toEqual([4, 8, 8, 8]);
});

describe('testToFile', () => {
  const write = async (out: string, layer?: string, on = vgg) => {
    const { files } = await listPictures(root);
    const settings = { batchSize: 3, exif: true, layer, classes: on.classes, weights: 'tiny.h5' };
    return testToFile(on.network, files, join(folder, out), settings);
  };
  const skipped = [{ file: BROKEN, reason: expect.any(String) }];

  it('writes .csv and .npy with the same numbers', async () => {
    const out = join(folder, 'preds.csv');
    expect(await write('preds.csv')).toEqual({ out, pictures: 7, skipped });
    const csv = await readPredictions(out);
    const all = await rows(64);
    expect({ ...csv, path: '' }).toEqual({
      ...{ path: '', classes: vgg.classes, fileNames: NAMES, probabilities: all.values, skipped: [] },
    });
    const names = join(folder, 'preds.json');
    expect(await write('preds.npy')).toEqual({ out: join(folder, 'preds.npy'), names, pictures: 7, skipped });
    expect(await readPredictions(join(folder, 'preds.npy'))).toMatchObject({
      ...csv,
      path: expect.stringMatching(/npy$/),
      skipped: [BROKEN],
    });
    expect(JSON.parse(readFileSync(names, 'utf8')).weights).toBe('tiny.h5');
  });

  it('writes a layer as .npy, with the names, layer and shape beside it', async () => {
    const shape = featureShape(vgg.network, 3);
    await write('pool.npy', 'block1_pool');
    expect(await readNpy(join(folder, 'pool.npy'))).toEqual({
      ...{ shape: [7, ...shape], data: (await rows(64, 'block1_pool')).values },
    });
    expect(JSON.parse(readFileSync(join(folder, 'pool.json'), 'utf8'))).toEqual({
      ...{ fileNames: NAMES, layer: 'block1_pool', shape, skipped, weights: 'tiny.h5' },
    });
    await expect(readPredictions(join(folder, 'pool.npy'))).rejects.toThrow(/features of layer block1_pool/);
  });

  it('refuses a layer as .csv, another extension, a broken network; and leaves no file', async () => {
    const before = readdirSync(folder);
    await expect(write('fc1.csv', 'fc1')).rejects.toMatchObject({ code: 'usage' });
    await expect(write('fc1.txt')).rejects.toMatchObject({ code: 'usage' });
    await expect(write('fc9.npy', 'fc9')).rejects.toMatchObject({ code: 'usage' });
    const broken = await Vgg16.create({ weights: join(folder, 'tiny.h5'), engine, say: () => {} });
    const { kernel } = broken.network.layers[0]!.parameters!.panels[0]!;
    engine.gpu.write(kernel, Float32Array.of(Number.NaN));
    await expect(write('nan.csv', undefined, broken)).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringMatching(/gives NaN for 0\.png/),
    });
    await broken.close();
    expect(readdirSync(folder)).toEqual(before);
  });
});
