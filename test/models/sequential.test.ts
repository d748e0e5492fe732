// Sequential with folders and files: trained on a folder, saved, loaded again here, and read by h5py.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHdf5 } from '../../src/data/keras/hdf5.js';
import { loadModel } from '../../src/models/load-model.js';
import { Sequential } from '../../src/models/sequential.js';
import { Conv2D, Dense, Dropout, Flatten, Lambda, MaxPooling2D, ZeroPadding2D } from '../../src/nn/keras-layers.js';
import { type Engine, startEngine } from '../../src/node/engine.js';
import { readBatches } from '../../src/vgg16/batches.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { writeSet } from '../vgg16/red-and-blue.js';

const folder = temporaryFolder();
const [train, valid] = [join(folder, 'train'), join(folder, 'valid')];
let engine: Engine;
const quiet = () => {};

beforeAll(async () => {
  engine = await startEngine({ say: quiet, debug: true });
  await writeSet(train, 9, 1);
  await writeSet(valid, 4, 100);
});
afterAll(async () => {
  await engine?.close();
});

/** A small network in VGG's style, ending in a softmax or in one sigmoid unit. */
function small(output: 'softmax' | 'sigmoid', lambda: 'vgg' | 'rescale' = 'rescale'): Sequential {
  const model = new Sequential({ engine, say: quiet });
  model.add(Lambda(lambda, { inputShape: [16, 16, 3] }));
  model.add(ZeroPadding2D([1, 1]));
  model.add(Conv2D(6, [3, 3], { activation: 'relu' }));
  model.add(MaxPooling2D([2, 2]));
  model.add(Conv2D(4, [3, 3], { activation: 'relu', padding: 'same' }));
  model.add(Flatten());
  model.add(Dropout(0.2));
  model.add(output === 'softmax' ? Dense(2, { activation: 'softmax' }) : Dense(1, { activation: 'sigmoid' }));
  const loss = output === 'softmax' ? 'categorical_crossentropy' : 'binary_crossentropy';
  model.compile({ optimizer: { name: 'adam', learningRate: 0.01 }, loss, metrics: ['accuracy'] });
  return model;
}

const batchesOf = (root: string) => readBatches(root, { batchSize: 6, shuffle: root === train });

describe.each(['softmax', 'sigmoid'] as const)('a network that ends in %s', (output) => {
  it('learns from a folder, and is the same after saving and loading it whole', async () => {
    const live = engine.gpu.pool.bytes().live;
    const model = small(output);
    const held = await batchesOf(valid);
    const { history } = await model.fitGenerator(await batchesOf(train), { epochs: 12, validationData: held });
    expect(history.val_acc!.at(-1)).toBe(1);
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
    const before = await model.evaluateGenerator(held);
    const file = join(folder, `${output}.h5`);
    await model.saveModel(file);
    await model.close();

    const again = await loadModel(file, { engine, say: quiet });
    again.compile({
      optimizer: 'sgd',
      loss: output === 'softmax' ? 'categorical_crossentropy' : 'binary_crossentropy',
      metrics: ['accuracy'],
    });
    expect(again.classes).toEqual(['blue', 'red']);
    expect(await again.evaluateGenerator(held)).toEqual(before);
    await again.close();

    const vgg = await Vgg16.create({ weights: file, whole: true, engine, say: quiet });
    const { loss, accuracy } = await vgg.evaluate(valid, { batchSize: 6 });
    expect(accuracy).toBe(before.acc);
    expect(loss).toBeCloseTo(before.loss!, 5);
    await vgg.close();
    expect(engine.gpu.pool.bytes().live).toBe(live);
  });

  it('loads weights alone into layers that were built anew', async () => {
    const model = small(output);
    await model.fitGenerator(await batchesOf(train), { epochs: 2 });
    const file = join(folder, `${output}-weights.h5`);
    await model.saveWeights(file);
    const other = small(output);
    await other.loadWeights(file);
    const held = await batchesOf(valid);
    expect(await other.evaluateGenerator(held)).toEqual(await model.evaluateGenerator(held));
    const { fileNames, outputs } = await other.predictGenerator(await readBatches(valid, { shuffle: false }));
    expect(fileNames.length).toBe(8);
    for (const row of outputs) expect(row.length).toBe(output === 'softmax' ? 2 : 1);
    await model.close();
    await other.close();
  });
});

describe('a whole model', () => {
  it("tells Keras of a factor, and keeps VGG's preprocessing for itself", async () => {
    for (const lambda of ['rescale', 'vgg'] as const) {
      const model = small('softmax', lambda);
      const file = join(folder, `${lambda}.h5`);
      await model.saveModel(file);
      const hdf5 = await openHdf5(file);
      const config = JSON.parse(hdf5.attribute('', 'model_config')!);
      hdf5.close();
      const kinds = config.config.layers.map(({ class_name }: { class_name: string }) => class_name);
      expect(kinds.includes('Rescaling')).toBe(lambda === 'rescale');
      expect(kinds).toEqual(
        expect.arrayContaining(['ZeroPadding2D', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Dropout', 'Dense']),
      );
      const again = await loadModel(file, { engine, say: quiet });
      expect(again.spec.preprocessing).toEqual(model.spec.preprocessing);
      await model.close();
      await again.close();
    }
  });

  it('takes folders of its own number of classes only', async () => {
    const three = join(folder, 'three');
    await writeSet(three, 2, 5, ['blue', 'green', 'red']);
    const model = small('sigmoid');
    await expect(model.fitGenerator(await batchesOf(three))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/3 classes \(blue, green, red\); the model tells 2 classes apart/),
    });
    await model.close();
  });

  it('that is weights alone says what to give', async () => {
    const model = small('softmax');
    const file = join(folder, 'alone.weights-only.h5');
    await model.saveWeights(file);
    await model.close();
    expect(existsSync(file)).toBe(true);
    const published = join(SHARED, 'data/keras-files/keras2.2-weights-cats-dogs-64px.h5');
    if (!existsSync(published)) return;
    await expect(loadModel(published, { engine, say: quiet })).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringMatching(/holds weights and no architecture.*--architecture/),
    });
  });
});

describe('the published 64x64 net', () => {
  const published = 'data/keras-files/keras2.2-weights-cats-dogs-64px.h5';
  const photos = 'data/photos/dogscats/valid';
  const present = hasShared(published) && hasShared(photos);

  itWith(present, '../shared/data')(
    'reaches the accuracy that its author published, 0.785, within 3 points',
    async () => {
      const model = new Sequential({ engine, say: quiet });
      model.add(Lambda('rescale', { inputShape: [64, 64, 3] }));
      for (const filters of [32, 32, 64]) {
        model.add(Conv2D(filters, [3, 3], { activation: 'relu' }));
        model.add(MaxPooling2D([2, 2]));
      }
      model.add(Flatten());
      model.add(Dense(64, { activation: 'relu' }));
      model.add(Dense(1, { activation: 'sigmoid' }));
      await model.loadWeights(join(SHARED, published));
      model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
      const { acc } = await model.evaluateGenerator(
        await readBatches(join(SHARED, photos), { batchSize: 50, shuffle: false }),
      );
      expect(Math.abs(acc! - 0.7851)).toBeLessThan(0.03);
      await model.close();
    },
  );
});
