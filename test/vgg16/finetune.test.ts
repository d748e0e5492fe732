// The main job, small: finetune on folders of pictures, with and without the feature cache; save, load, evaluate, predict.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Cut } from '../../src/nn/vgg16.js';
import { type Engine, startEngine } from '../../src/node/engine.js';
import type { FitOptions, TestResult } from '../../src/vgg16/options.js';
import type { EpochResult } from '../../src/vgg16/training/run-state.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import { expectClose } from '../compare.js';
import { temporaryFolder } from '../temporary-folder.js';
import { damage, writeSet, writeTinyVgg16 } from './red-and-blue.js';

const folder = temporaryFolder();
const [train, valid] = [join(folder, 'train'), join(folder, 'valid')];
const BROKEN = 'red/3.jpg';
const GAP: Cut = { layer: 'block2_pool', head: 'gap' };
const FC: Cut = { layer: 'block3_pool', head: 'fc' };
const quiet = () => {};
const oldCache = process.env.VGGPU_CACHE;
let weights: string;
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ say: quiet, debug: true });
  process.env.VGGPU_CACHE = join(folder, 'cache');
  weights = await writeTinyVgg16(join(folder, 'tiny.h5'));
  await writeSet(train, 9, 1);
  await writeSet(valid, 4, 100);
  damage(join(train, BROKEN));
});
afterAll(async () => {
  await engine?.close();
  if (oldCache === undefined) delete process.env.VGGPU_CACHE;
  else process.env.VGGPU_CACHE = oldCache;
});

/** Runs `work` on the tiny network, and checks that it leaves nothing behind on the device. */
async function withVgg<Result>(work: (vgg: Vgg16) => Promise<Result>, file = weights, on = engine): Promise<Result> {
  const live = on.gpu.pool.bytes().live;
  const vgg = await Vgg16.create({ weights: file, engine: on, say: quiet });
  try {
    return await work(vgg);
  } finally {
    await vgg.close();
    expect(on.gpu.pool.bytes().live).toBe(live);
  }
}

interface Run extends FitOptions {
  readonly cut?: Cut | undefined;
  readonly batchSize?: number;
}

/** Finetunes and fits. Losses and accuracies, without the seconds. */
async function finetune(vgg: Vgg16, { cut, batchSize = 5, ...options }: Run) {
  const batches = await vgg.getBatches(train, { batchSize });
  const held = await vgg.getBatches(valid, { batchSize, classes: batches.classes });
  await vgg.finetune(batches, { cut });
  const { epochs, skipped } = await vgg.fit(batches, held, { epochs: 2, learningRate: 0.02, ...options });
  return { epochs: epochs.map(({ seconds, ...numbers }) => numbers), skipped: skipped.map(({ file }) => file) };
}

const numbers = (epochs: readonly Omit<EpochResult, 'seconds'>[]) => epochs.flatMap((epoch) => Object.values(epoch));

describe.each<[string, Cut | undefined]>([
  ['the last layer alone, as lesson 1', undefined],
  ['--cut block2_pool --head gap', GAP],
  ['--cut block3_pool --head fc', FC],
])('finetune: %s', (name, cut) => {
  const saved = join(folder, `${name.replaceAll(/\W+/g, '-')}.h5`);
  const pictures = ['blue/0.png', 'red/1.jpg'].map((file) => join(valid, file));

  it('learns, names what it skips, and keeps all of it in the saved file', async () => {
    const told: string[] = [];
    const before = await withVgg(async (vgg) => {
      const outcome = await finetune(vgg, { cut, epochs: 12, onSkip: ({ file }) => told.push(file) });
      expect(outcome.epochs.at(-1)!.valAcc).toBe(1);
      expect(outcome.epochs.at(-1)!.loss).toBeLessThan(outcome.epochs[0]!.loss);
      expect(outcome.skipped).toEqual([BROKEN]);
      expect(told).toEqual([BROKEN]);
      expect(vgg.classes).toEqual(['blue', 'red']);
      await vgg.saveWeights(saved);
      return { predicted: await vgg.predict(pictures), evaluated: await vgg.evaluate(valid) };
    });
    expect(before.predicted.classes).toEqual(['blue', 'red']);
    await withVgg(async (vgg) => {
      expect(vgg.classes).toEqual(['blue', 'red']);
      const after = await vgg.predict(pictures);
      expect(after.classes).toEqual(before.predicted.classes);
      for (const [i, { probabilities }] of after.outputs.entries()) {
        const absolute = cut ? 1e-5 : 0; // a folded standardisation rounds elsewhere
        expectClose(probabilities, before.predicted.outputs[i]!.probabilities, { absolute, relative: 0 });
      }
      const { confusion, accuracy, loss } = await vgg.evaluate(valid);
      expect({ confusion, accuracy }).toEqual({
        confusion: before.evaluated.confusion,
        accuracy: before.evaluated.accuracy,
      });
      expect(loss).toBeCloseTo(before.evaluated.loss, 4);
    }, saved);
  });

  it('has the same losses with the feature cache and without, and for the same seed', async () => {
    const run = (options: Run) => withVgg((vgg) => finetune(vgg, { cut, ...options }));
    const plain = await run({ cache: false });
    expect(await run({ cache: true })).toEqual(plain);
    expect(await run({ cache: true }), 'from the cache of the run before').toEqual(plain);
    expect(numbers((await run({ seed: 7 })).epochs)).not.toEqual(numbers(plain.epochs));
  });
});

describe('the feature cache', () => {
  it('spares later epochs, and later runs, every frozen layer', async () => {
    const cache = join(folder, 'another cache');
    process.env.VGGPU_CACHE = cache;
    const spy = vi.spyOn(engine.gpu, 'dispatch');
    const convolutions = () => spy.mock.calls.filter(([{ pipeline }]) => pipeline.label.startsWith('conv3x3')).length;
    const counts: number[] = [];
    const onEpoch = () => {
      counts.push(convolutions());
      spy.mockClear();
    };
    try {
      await withVgg(async (vgg) => {
        await finetune(vgg, { epochs: 3, onEpoch });
        expect(counts[0]).toBeGreaterThan(0);
        expect(counts.slice(1)).toEqual([0, 0]);
        const batches = await vgg.getBatches(train, { batchSize: 5 });
        await vgg.fit(batches, undefined, { onEpoch });
        expect(counts[3], 'a second call of fit').toBe(0);
        await finetune(vgg, { epochs: 2, onEpoch, cache: false });
        expect(counts[5]).toBeGreaterThan(0);
      });
      expect(readdirSync(join(cache, 'features')).length).toBe(2);
    } finally {
      spy.mockRestore();
      process.env.VGGPU_CACHE = join(folder, 'cache');
    }
  });
});

describe('evaluate and test', () => {
  it('count what is confused, and skip what cannot be read', async () => {
    await withVgg(async (vgg) => {
      await finetune(vgg, { cut: GAP, epochs: 12 });
      const progress: number[] = [];
      const { confusion, accuracy, skipped, loss } = await vgg.evaluate(train, {
        batchSize: 4,
        onProgress: (done) => progress.push(done),
      });
      expect(confusion).toEqual({
        classes: ['blue', 'red'],
        matrix: [
          [9, 0],
          [0, 8],
        ],
      });
      expect(accuracy).toBe(1);
      expect(loss).toBeGreaterThan(0);
      expect(skipped.map(({ file }) => file)).toEqual([BROKEN]);
      expect(progress.at(-1)).toBe(17);

      const all: TestResult = await vgg.test(train, { batchSize: 4 });
      expect(all.fileNames.length).toBe(17);
      expect(all.skipped.map(({ file }) => file)).toEqual([BROKEN]);
      for (const [i, file] of all.fileNames.entries()) {
        const [blue = 0, red = 0] = all.predictions[i]!;
        expect(blue + red).toBeCloseTo(1, 5);
        expect(file.startsWith(blue > red ? 'blue' : 'red')).toBe(true);
      }
    });
  });

  it('match classes by name: one without pictures is empty, an unknown one is refused', async () => {
    const onlyRed = await writeSet(join(folder, 'only red'), 2, 300, ['red']);
    const others = await writeSet(join(folder, 'others'), 1, 400, ['blue', 'green', 'red']);
    await withVgg(async (vgg) => {
      await finetune(vgg, { cut: GAP, epochs: 12 });
      expect((await vgg.evaluate(onlyRed)).confusion.matrix).toEqual([
        [0, 0],
        [0, 2],
      ]);
      await expect(vgg.evaluate(others)).rejects.toMatchObject({
        code: 'pictures',
        message: expect.stringMatching(/green/),
      });
      const [batches, wrong] = [await vgg.getBatches(train), await vgg.getBatches(others)];
      await expect(vgg.fit(batches, wrong)).rejects.toMatchObject({
        code: 'pictures',
        message: expect.stringMatching(/blue, green, red; the network was made for blue, red/),
      });
    });
  });
});

describe('what cannot be', () => {
  it('no pictures to predict are no predictions; one that cannot be read is named', async () => {
    await withVgg(async (vgg) => {
      expect(await vgg.predict([])).toEqual({ probabilities: [], indices: [], classes: [], outputs: [] });
      await expect(vgg.predict([join(train, BROKEN)])).rejects.toMatchObject({
        code: 'pictures',
        message: expect.stringMatching(/red.3\.jpg/),
      });
    });
  });

  it('fit before finetune; a head saved before it was trained; a layer to cut at that is not there', async () => {
    await withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train);
      await expect(vgg.fit(batches)).rejects.toMatchObject({ code: 'usage' });
      await expect(vgg.finetune(batches, { cut: { layer: 'conv9', head: 'gap' } })).rejects.toMatchObject({
        code: 'usage',
      });
      await vgg.finetune(batches, { cut: GAP });
      const file = join(folder, 'untrained.h5');
      await expect(vgg.saveWeights(file)).rejects.toMatchObject({ code: 'training' });
      expect(existsSync(file)).toBe(false);
    });
  });

  it('a loss that is no number stops the run, and the last good weights stay', async () => {
    await withVgg(async (vgg) => {
      await finetune(vgg, { epochs: 1 });
      const picture = join(valid, 'blue/0.png');
      const before = await vgg.predict([picture]);
      const batches = await vgg.getBatches(train, { batchSize: 5 });
      await expect(vgg.fit(batches, undefined, { learningRate: 1e38 })).rejects.toMatchObject({
        code: 'training',
        message: expect.stringMatching(/The loss is (NaN|Infinity) at step \d+\. .* No epoch was finished\./),
      });
      expect(await vgg.predict([picture])).toEqual(before);
    });
  });

  it('a batch larger than the device can bind in one piece', async () => {
    // block1_pool gives 4 KiB a picture, and this device binds 48 KiB: 12 of the batch's 16
    const small = await startEngine({ say: quiet, debug: true, limits: { maxStorageBufferBindingSize: 48 * 1024 } });
    const run = (cache: boolean, on: Engine) =>
      withVgg(
        (vgg) => finetune(vgg, { cut: { layer: 'block1_pool', head: 'fc' }, batchSize: 16, epochs: 4, cache }),
        weights,
        on,
      );
    try {
      const cached = await run(true, small);
      expect(cached).toEqual(await run(false, small));
      expect(cached.epochs.at(-1)!.valAcc).toBe(1);
    } finally {
      await small.close();
    }
  });
});

it('goes on from weights saved after an earlier fit', () =>
  withVgg(async (vgg) => {
    const saved = join(folder, 'go-on.h5');
    const batches = await vgg.getBatches(train, { batchSize: 5 });
    await expect(vgg.fit(batches)).rejects.toMatchObject({ code: 'usage' });
    await vgg.finetune(batches);
    const [first] = (await vgg.fit(batches, undefined, { learningRate: 0.02 })).epochs;
    await vgg.saveWeights(saved);
    await vgg.loadWeights(saved);
    const { epochs } = await vgg.fit(batches, undefined, { epochs: 2, learningRate: 0.02 });
    expect(epochs.at(-1)!.loss).toBeLessThan(first!.loss);
    await vgg.loadWeights(weights); // the published file again: its last layer has other classes
    await expect(vgg.fit(batches)).rejects.toMatchObject({ code: 'pictures' });
  }));
