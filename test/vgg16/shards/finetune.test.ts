// Training and testing from merged features: the same losses, weights and rows as from the pictures, to the last bit.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTensor } from '../../../src/autograd/tensor.js';
import { mergeShards } from '../../../src/data/shards/merge.js';
import { openShards, type Shards } from '../../../src/data/shards/shards.js';
import { tensorsOf } from '../../../src/nn/parameters.js';
import type { Batches } from '../../../src/vgg16/batches.js';
import type { FinetuneOptions, FitOptions } from '../../../src/vgg16/options.js';
import { computeShard } from '../../../src/vgg16/shards/compute-shard.js';
import { featureBatches } from '../../../src/vgg16/shards/feature-batches.js';
import { testShardsToFile } from '../../../src/vgg16/shards/test-shards.js';
import type { Vgg16 } from '../../../src/vgg16/vgg16.js';
import { damage } from '../red-and-blue.js';
import { useTinyRun } from '../training/tiny-run.js';

const { folder, train, valid, withVgg, weights } = useTinyRun();
const at = (...names: string[]) => join(folder, ...names);

/** Computes and merges the features of a folder. */
async function features(directory: string, layer: string, of = 3, file = weights): Promise<string> {
  const out = at(`${directory.split('/').at(-1)}-${layer}-${of}`);
  if (existsSync(join(out, 'index.json'))) return out;
  for (let shard = 0; shard < of; shard++) {
    await computeShard({
      ...{ directory, weights: file, out, layer, shard, of, chunk: 4 },
      withNetwork: (use) => withVgg(({ network }) => use(network, 'test'), file),
    });
  }
  expect((await mergeShards(out)).problems).toEqual([]);
  return out;
}

async function withShards<Result>(folders: readonly string[], use: (...shards: Shards[]) => Promise<Result>) {
  const open = await Promise.all(folders.map((path) => openShards(path)));
  try {
    return await use(...open);
  } finally {
    for (const shards of open) await shards.close();
  }
}

beforeAll(() => damage(join(train, 'red', '3.jpg')));

const weightsOf = async ({ network }: Vgg16) => {
  const tensors = network.layers.flatMap(({ parameters }) => (parameters ? tensorsOf(parameters) : []));
  const values = [];
  for (const tensor of tensors) values.push(await readTensor(network.gpu, tensor));
  return values;
};

interface Case extends FitOptions, FinetuneOptions {}

async function outcome(vgg: Vgg16, batches: Batches, held: Batches, options: Case) {
  await vgg.finetune(batches, options);
  const { epochs, best, skipped } = await vgg.fit(batches, held, { epochs: 3, learningRate: 0.02, ...options });
  return { epochs: epochs.map(({ seconds, ...numbers }) => numbers), best, skipped, values: await weightsOf(vgg) };
}

const fromPictures = (options: Case) =>
  withVgg(async (vgg) => {
    const batches = await vgg.getBatches(train, { batchSize: 5 });
    const held = await vgg.getBatches(valid, { batchSize: 3, classes: batches.classes, shuffle: false });
    return outcome(vgg, batches, held, options);
  });

const setsOf = (shards: Shards, held: Shards) => {
  const batches = featureBatches(shards, { batchSize: 5 });
  return [batches, featureBatches(held, { batchSize: 3, classes: batches.classes, shuffle: false })] as const;
};

const fromFeatures = async (layer: string, options: Case) =>
  withShards([await features(train, layer), await features(valid, layer, 2)], (shards, held) =>
    withVgg((vgg) => outcome(vgg, ...setsOf(shards, held), options)),
  );

describe('from features comes the same as from pictures', () => {
  const cases: [string, string, Case][] = [
    ['the last layer behind dropout', 'fc1', { classWeights: 'balanced' }],
    [
      'a standardised head, whose pooling runs on the features',
      'block2_pool',
      { cut: { layer: 'block2_pool', head: 'gap' } },
    ],
    [
      'a head with dropout, with SGD',
      'block3_pool',
      { cut: { layer: 'block3_pool', head: 'fc' }, optimizer: 'sgd', momentum: 0.9 },
    ],
    ['an older layer behind the features too', 'block5_pool', { unfreeze: 'fc1' }],
  ];
  it.each(cases)('%s', async (_, layer, options) => {
    const expected = await fromPictures(options);
    const found = await fromFeatures(layer, options);
    expect(found.epochs).toEqual(expected.epochs);
    expect(found).toEqual(expected);
    expect(found.skipped).toEqual([{ file: 'red/3.jpg', reason: expect.any(String) }]);
  });

  it('also where it was stopped in between, and with all files of a run', async () => {
    const expected = await fromPictures({});
    const files = { checkpoint: at('run.checkpoint.h5'), best: at('run.best.h5'), log: at('run.csv') };
    const controller = new AbortController();
    let steps = 0;
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === 'train' && ++steps === 6) controller.abort();
    };
    await expect(fromFeatures('fc1', { ...files, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(await fromFeatures('fc1', { ...files, resume: true })).toEqual(expected);
    expect(readFileSync(files.log, 'utf8').trimEnd().split('\n')).toHaveLength(4);
    await withVgg(async (vgg) => {
      expect((await vgg.evaluate(valid, { batchSize: 3 })).loss).toBeCloseTo(expected.best!.value, 6);
    }, files.best);
  });

  it('the learning-rate range test', async () => {
    const find = (vgg: Vgg16, batches: Batches) =>
      vgg.finetune(batches).then(() => vgg.findLearningRate(batches, { steps: 20 }));
    const expected = await withVgg(async (vgg) => find(vgg, await vgg.getBatches(train, { batchSize: 5 })));
    const found = await withShards([await features(train, 'fc1')], (shards) =>
      withVgg((vgg) => find(vgg, featureBatches(shards, { batchSize: 5 }))),
    );
    expect(found).toEqual(expected);
  });
});

describe('what does not go with features', () => {
  const refused = async (layer: string, options: Case, code: string, says: RegExp) =>
    expect(fromFeatures(layer, options)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });

  it('is refused with what serves instead', async () => {
    await refused('fc1', { augment: true }, 'usage', /Augmentation.*vggpu finetune --train DIR --augment/);
    await refused('fc1', { unfreeze: 'block5_conv1' }, 'usage', /behind block4_pool.*--layer block4_pool.*--train DIR/);
    await refused('fc1', { unfreeze: 'block1_conv1' }, 'usage', /begins at the first layer.*--train DIR/);
    await refused('fc1', { cut: { layer: 'block2_pool', head: 'gap' } }, 'usage', /needs the features of block2_pool/);
    await refused('fc2', {}, 'usage', /features of fc2: .*behind fc1.*--layer fc1/);
  });

  it('other weights, another resize, and layers that a fit has changed since', async () => {
    const changed = at('changed.h5');
    await withVgg(async (vgg) => {
      const { bias } = vgg.network.layers[0]!.parameters!.panels[0]!;
      vgg.engine.gpu.write(bias, Float32Array.of(0.5));
      await vgg.saveWeights(changed);
    });
    await withShards([await features(train, 'fc1')], async (shards) => {
      const batches = featureBatches(shards, { batchSize: 5 });
      await withVgg(async (vgg) => {
        await vgg.finetune(batches);
        await expect(vgg.fit(batches)).rejects.toMatchObject({
          code: 'weights',
          message: expect.stringMatching(/changed\.h5 has other weights up to fc1 .*tiny\.h5/),
        });
      }, changed);
      await withVgg(async (vgg) => {
        const pictures = await vgg.getBatches(train, { batchSize: 5 });
        await vgg.finetune(pictures, { unfreeze: 'fc1' });
        await vgg.fit(pictures);
        await vgg.finetune(batches);
        await expect(vgg.fit(batches)).rejects.toThrow(/earlier fit has changed layers below fc1/);
        await vgg.loadWeights(weights);
        await vgg.finetune(batches);
        expect((await vgg.fit(batches)).epochs).toHaveLength(1);
      });
    });
  });

  it('pictures without classes, classes that the model has not, loops over pictures', async () => {
    const flat = await features(join(train, 'blue'), 'fc1', 1);
    await withShards([flat, await features(train, 'fc1')], async (unlabelled, labelled) => {
      expect(() => featureBatches(unlabelled)).toThrow(/without classes/);
      expect(() => featureBatches(labelled, { classes: ['blue', 'green'] })).toThrow(/features of red.*blue, green/);
      expect(() => featureBatches(labelled, { batchSize: 0 })).toThrow(/batch size/);
      expect(() => featureBatches(labelled)[Symbol.asyncIterator]()).toThrow(/no pictures to loop over/);
      const turned = featureBatches(labelled, { classes: ['red', 'green', 'blue'] });
      expect(turned.folder.files.map(({ label }) => label)).toEqual([...Array(9).fill(0), ...Array(9).fill(2)]);
      expect(turned.fileNames.slice(0, 2)).toEqual(['red/0.png', 'red/1.jpg']);
      expect([...turned.positions.slice(0, 2)]).toEqual([9, 10]);
    });
  });
});

describe('testing from features', () => {
  it('writes the same file as testing the pictures, with weights trained on them or not', async () => {
    const model = at('trained.h5');
    await withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train, { batchSize: 5 });
      await vgg.finetune(batches);
      await vgg.fit(batches);
      await vgg.saveWeights(model);
    });
    for (const layer of ['fc1', 'block5_pool']) {
      const merged = await features(train, layer);
      await withVgg(async (vgg) => {
        const { fileNames, predictions } = await vgg.test(train);
        const csv = at(`${layer}.csv`);
        const { classes } = vgg;
        await withShards([merged], async (shards) => {
          const settings = { batchSize: 4, classes, weights: model };
          const result = await testShardsToFile(vgg.network, shards, csv, settings);
          expect(result).toEqual({
            out: csv,
            pictures: 17,
            skipped: [{ file: 'red/3.jpg', reason: expect.any(String) }],
          });
        });
        const lines = readFileSync(csv, 'utf8').trimEnd().split('\n').slice(1);
        expect(lines.map((line) => line.split(',')[0])).toEqual(fileNames);
        const values = lines.map((line) => Float32Array.from(line.split(',').slice(1).map(Number)));
        expect(values).toEqual(predictions);
      }, model);
    }
  });

  it('refuses the features of another network', async () => {
    await withShards([await features(train, 'block2_pool')], (shards) =>
      withVgg(async (vgg) => {
        const batches = await vgg.getBatches(train);
        await vgg.finetune(batches, { cut: { layer: 'block1_pool', head: 'gap' } });
        const settings = { batchSize: 4, classes: vgg.classes, weights };
        await expect(testShardsToFile(vgg.network, shards, at('no.csv'), settings)).rejects.toThrow(
          /have other layers/,
        );
        expect(existsSync(at('no.csv'))).toBe(false);
      }),
    );
  });
});
