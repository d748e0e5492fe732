// Whole jobs in float16 beside float32: predictions, cached features, checkpoints, shards; and that the two never mix.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Precision } from '../../src/autograd/tensor.js';
import { VGG_MINI } from '../../src/cli/demo.js';
import { drawSet, PRETRAINING_CLASSES } from '../../src/data/drawings/index.js';
import { listPictures } from '../../src/data/pictures/image-folder.js';
import { mergeShards } from '../../src/data/shards/merge.js';
import { openShards } from '../../src/data/shards/shards.js';
import type { FitOptions } from '../../src/vgg16/options.js';
import { computeShard } from '../../src/vgg16/shards/compute-shard.js';
import { featureBatches } from '../../src/vgg16/shards/feature-batches.js';
import { testRows } from '../../src/vgg16/test.js';
import type { Vgg16 } from '../../src/vgg16/vgg16.js';
import { expectClose } from '../compare.js';
import { type SampleLayer, writeSample } from '../data/keras/samples.js';
import { hasFloat16, itWithFloat16 } from '../float16.js';
import { randomWeights } from '../nn/small-network.js';
import { tinySpec } from './red-and-blue.js';
import { useTinyRun } from './training/tiny-run.js';

const { folder, train, valid, weights, withVgg } = useTinyRun({ float16: hasFloat16 });
const inPrecision = <Result>(precision: Precision, use: (vgg: Vgg16) => Promise<Result>, file = weights) =>
  withVgg((vgg) => use(vgg), file, precision);
const both = async <Result>(use: (vgg: Vgg16, precision: Precision) => Promise<Result>, file = weights) => ({
  f32: await inPrecision('f32', (vgg) => use(vgg, 'f32'), file),
  f16: await inPrecision('f16', (vgg) => use(vgg, 'f16'), file),
});
const files = async () => (await listPictures(valid)).files;

/** Trains a new last layer for two epochs. */
async function finetune(vgg: Vgg16, options: FitOptions = {}) {
  const batches = await vgg.getBatches(train, { batchSize: 6 });
  const held = await vgg.getBatches(valid, { batchSize: 4, classes: batches.classes, shuffle: false });
  await vgg.finetune(batches);
  const { epochs } = await vgg.fit(batches, held, { epochs: 2, learningRate: 0.01, ...options });
  return epochs.flatMap(({ loss, valLoss = 0 }) => [loss, valLoss]);
}

describe('a network in float16', () => {
  itWithFloat16('predicts the same classes, to 5e-3 in probability', async () => {
    const pictures = (await files()).map(({ path }) => path);
    const { f32, f16 } = await both((vgg) => vgg.predict(pictures));
    expect(f16.indices).toEqual(f32.indices);
    const flat = ({ outputs }: typeof f32) => outputs.flatMap(({ probabilities }) => [...probabilities]);
    expectClose(flat(f16), flat(f32), { absolute: 5e-3, relative: 0 }, 'probabilities');
    expect(flat(f16)).not.toEqual(flat(f32));
  });

  itWithFloat16('sees the same in the drawings that vgg-mini was trained on', async () => {
    const drawings = join(folder, 'drawings');
    await drawSet(drawings, { classes: PRETRAINING_CLASSES, perClass: 1, seed: 5 });
    const { f32, f16 } = await both((vgg) => vgg.test(drawings), VGG_MINI);
    const flat = ({ predictions }: typeof f32) => predictions.flatMap((row) => [...row]);
    const best = ({ predictions }: typeof f32) => predictions.map((row) => row.indexOf(Math.max(...row)));
    expect(f32.predictions).toHaveLength(PRETRAINING_CLASSES.length);
    expectClose(flat(f16), flat(f32), { absolute: 5e-3, relative: 0 }, 'probabilities');
    expect(best(f16)).toEqual(best(f32));
    expect(flat(f16)).not.toEqual(flat(f32));
  });

  itWithFloat16('gives the same rows whatever they are batched with', async () => {
    const rows = await inPrecision('f16', async ({ network }) => {
      const found: number[][] = [];
      for (const batchSize of [1, 3, 8]) {
        const values: number[] = [];
        for await (const batch of testRows(network, await files(), { batchSize, exif: true }))
          values.push(...batch.rows);
        found.push(values);
      }
      return found;
    });
    expect(rows[1]).toEqual(rows[0]);
    expect(rows[2]).toEqual(rows[0]);
  });

  itWithFloat16('trains to about the same losses, with a cache of its own', async () => {
    const { f32, f16 } = await both((vgg) => finetune(vgg));
    expectClose(f16, f32, { absolute: 5e-3, relative: 5e-3 }, 'losses');
    expect(f16).not.toEqual(f32);
    const caches = readdirSync(join(folder, 'cache/features'));
    expect(caches, 'training and validation, in each precision').toHaveLength(4);
    expect(await inPrecision('f16', (vgg) => finetune(vgg)), 'from the cache').toEqual(f16);
    expect(await inPrecision('f16', (vgg) => finetune(vgg, { cache: false })), 'without it').toEqual(f16);
    expect(readdirSync(join(folder, 'cache/features'))).toEqual(caches);
  });

  itWithFloat16('is part of what makes two runs the same', async () => {
    const checkpoint = join(folder, 'run.checkpoint.h5');
    await inPrecision('f16', (vgg) => finetune(vgg, { checkpoint }));
    await expect(
      inPrecision('f32', (vgg) => finetune(vgg, { checkpoint, resume: true, epochs: 3 })),
    ).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/the precision was f16 and is not given/),
    });
    const resumed = await inPrecision('f16', (vgg) => finetune(vgg, { checkpoint, resume: true, epochs: 3 }));
    expect(resumed).toHaveLength(6);
  });
});

describe('shards', () => {
  const shard = (vgg: Vgg16, out: string, precision: Precision, directory = train) =>
    computeShard({
      ...{ directory, weights, out, shard: 0, of: 1, precision },
      withNetwork: (use) => use(vgg.network, 'test'),
    });

  itWithFloat16('say their precision, train to the same bits as pictures, and go with no other', async () => {
    const out = join(folder, 'half');
    const expected = await inPrecision('f16', (vgg) => finetune(vgg));
    await inPrecision('f16', async (vgg) => {
      for (const [name, directory] of [
        ['train', train],
        ['valid', valid],
      ] as const) {
        await shard(vgg, `${out}-${name}`, 'f16', directory);
        const { manifest } = await mergeShards(`${out}-${name}`);
        expect(manifest.settings.precision).toBe('f16');
      }
    });
    await expect(inPrecision('f32', (vgg) => shard(vgg, `${out}-train`, 'f32'))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/--precision \(f16 there, f32 here\)/),
    });
    const [own, held] = [await openShards(`${out}-train`), await openShards(`${out}-valid`)];
    const fit = async (vgg: Vgg16) => {
      const batches = featureBatches(own, { batchSize: 6 });
      const validation = featureBatches(held, { batchSize: 4, classes: batches.classes, shuffle: false });
      await vgg.finetune(batches);
      const { epochs } = await vgg.fit(batches, validation, { epochs: 2, learningRate: 0.01 });
      return epochs.flatMap(({ loss, valLoss = 0 }) => [loss, valLoss]);
    };
    try {
      expect(await inPrecision('f16', fit)).toEqual(expected);
      await expect(inPrecision('f32', fit)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/computed in f16, and this network runs in f32. Add --precision f16/),
      });
    } finally {
      await own.close();
      await held.close();
    }
  });
});

describe('a network that overflows', () => {
  const large = join(folder, 'large.h5');
  beforeAll(async () => {
    const values = randomWeights(tinySpec, 1, 0.2, 0.1);
    const layers = tinySpec.layers.filter(({ kind }) => kind === 'conv3x3' || kind === 'dense');
    const samples = layers.map(({ name }, i): SampleLayer => {
      const layer = values[i]!;
      return { name, ...layer, kernel: name === 'block1_conv2' ? layer.kernel.map((v) => 1e5 * v) : layer.kernel };
    });
    await writeSample(large, samples, {});
  });
  const message = expect.stringMatching(/NaN for .*: float16 overflowed .*use --precision f32/);

  itWithFloat16('is an error in every use, and none in float32', async () => {
    const [picture] = (await files()).map(({ path }) => path);
    const uses: Record<string, (vgg: Vgg16) => Promise<unknown>> = {
      predict: (vgg) => vgg.predict([picture!]),
      test: (vgg) => vgg.test(valid),
      finetune: (vgg) => finetune(vgg),
      features: (vgg) =>
        computeShard({
          ...{ directory: valid, weights: large, out: join(folder, `large-${vgg.network.precision}`), shard: 0, of: 1 },
          precision: vgg.network.precision,
          withNetwork: (use) => use(vgg.network, 'test'),
        }),
    };
    for (const [name, use] of Object.entries(uses)) {
      await inPrecision('f32', use, large);
      await expect(inPrecision('f16', use, large), name).rejects.toMatchObject({ message });
    }
    const trained = join(folder, 'large-trained.h5');
    await inPrecision(
      'f32',
      async (vgg) => {
        await finetune(vgg);
        await vgg.saveWeights(trained);
      },
      large,
    );
    await inPrecision('f32', (vgg) => vgg.evaluate(valid), trained);
    await expect(inPrecision('f16', (vgg) => vgg.evaluate(valid), trained)).rejects.toMatchObject({
      message: expect.stringMatching(/loss of the pictures is NaN: float16 overflowed/),
    });
    await expect(inPrecision('f16', (vgg) => finetune(vgg, { cache: false }), large)).rejects.toMatchObject({
      code: 'training',
      message: expect.stringMatching(/loss is NaN .*float16 may have overflowed/),
    });
  });
});

it.skipIf(hasFloat16)('a device without float16 is refused, in words', async () => {
  await expect(inPrecision('f16', (vgg) => vgg.predict([]))).rejects.toMatchObject({
    code: 'device',
    message: expect.stringMatching(/no float16/),
  });
});
