// Sequential as Keras has it: built layer by layer, trained on arrays, asked; weights stay with their layers.
import { describe, expect, it } from 'vitest';
import { readTensor } from '../../src/autograd/tensor.js';
import { csvLogger, earlyStopping, modelCheckpoint } from '../../src/nn/callbacks.js';
import type { PixelArray } from '../../src/nn/inputs.js';
import { Conv2D, Dense, Dropout, Flatten, Lambda, MaxPooling2D, ZeroPadding2D } from '../../src/nn/keras-layers.js';
import { tensorsOf } from '../../src/nn/parameters.js';
import type { Picture } from '../../src/nn/pictures.js';
import { Sequential } from '../../src/nn/sequential.js';
import type { SequentialOptions } from '../../src/nn/sequential-options.js';
import { addVgg16, convBlock, fcBlock, VGG16 } from '../../src/nn/vgg16.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';

const gpu = useGpu({ debug: true });
const SIDE = 8;
const usage = (message: RegExp) => expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) });
const shape = (message: RegExp) => expect.objectContaining({ code: 'shape', message: expect.stringMatching(message) });

/** Pictures that are mostly red (0) or mostly blue (1). */
function redAndBlue(count: number, seed = 1): { x: PixelArray; classes: number[] } {
  const random = seeded(seed);
  const classes = Array.from({ length: count }, (_, i) => i % 2);
  const data = random.floats(count * SIDE * SIDE * 3).map((value, i) => {
    const bright = i % 3 === (classes[Math.floor(i / (SIDE * SIDE * 3))] ? 2 : 0);
    return Math.round(60 + 50 * value + (bright ? 120 : 0));
  });
  return { x: { data, shape: [count, SIDE, SIDE, 3] }, classes };
}

const oneHot = (classes: readonly number[]) => classes.map((label) => [1 - label, label]);

function small(options: SequentialOptions = {}, last = Dense(2, { activation: 'softmax' })): Sequential {
  const model = new Sequential({ gpu: gpu(), ...options });
  model.add(Lambda('rescale', { inputShape: [SIDE, SIDE, 3] }));
  model.add(ZeroPadding2D([1, 1]));
  model.add(Conv2D(4, [3, 3], { activation: 'relu', kernelInitializer: 'he_normal' }));
  model.add(MaxPooling2D([2, 2]));
  model.add(Flatten());
  model.add(Dense(8, { activation: 'relu' }));
  model.add(Dropout(0.25));
  model.add(last);
  return model;
}

const live = () => gpu().pool.bytes().live;

describe('a model', () => {
  it('is described as Keras does', () => {
    const lines = small({ gpu: undefined, name: 'red_or_blue' }).summary().split('\n');
    expect(lines[0]).toBe('Model: "red_or_blue"');
    expect(lines.find((line) => line.startsWith('zero_padding2d_1'))).toMatch(
      /\(ZeroPadding2D\) +\(None, 10, 10, 3\) +0$/,
    );
    expect(lines.find((line) => line.startsWith('conv2d_1'))).toMatch(/\(Conv2D\) +\(None, 8, 8, 4\) +112$/);
    expect(lines.find((line) => line.startsWith('dense_1'))).toMatch(/\(Dense\) +\(None, 8\) +520$/);
    expect(lines).toContain('Total params: 650');
  });

  it('counts what is frozen', () => {
    const model = small();
    model.layers[2]!.trainable = false;
    expect(model.summary()).toMatch(/Trainable params: 538\nNon-trainable params: 112/);
  });

  it('learns two colours, the same for the same seed, and gives its memory back', async () => {
    const before = live();
    const { x, classes } = redAndBlue(24);
    const held = redAndBlue(10, 2);
    const train = async (seed: number) => {
      const model = small({ seed });
      model.compile({
        optimizer: { name: 'adam', learningRate: 0.01 },
        loss: 'categorical_crossentropy',
        metrics: ['accuracy'],
      });
      const result = await model.fit(x, oneHot(classes), {
        ...{ batchSize: 7, epochs: 6 },
        validationData: [held.x, oneHot(held.classes)],
      });
      const measured = await model.evaluate(held.x, oneHot(held.classes), { batchSize: 3 });
      const { data, shape } = await model.predict(held.x, { batchSize: 4 });
      model.close();
      return { ...result, measured, data, shape };
    };
    const first = await train(3);
    expect(first.epoch).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Object.keys(first.history).sort()).toEqual(['acc', 'loss', 'val_acc', 'val_loss']);
    expect(first.history.loss.at(-1)!).toBeLessThan(0.5 * first.history.loss[0]!);
    expect(first.history.val_acc!.at(-1)).toBe(1);
    expect(first.measured.loss).toBeCloseTo(first.history.val_loss!.at(-1)!, 5);
    expect(first.measured.acc).toBe(1);
    expect(first.shape).toEqual([10, 2]);
    held.classes.forEach((label, i) => {
      expect(first.data[2 * i]! + first.data[2 * i + 1]!).toBeCloseTo(1, 5);
      expect(first.data[2 * i + label]!).toBeGreaterThan(0.5);
    });
    expect(await train(3)).toEqual(first);
    expect((await train(4)).history.loss).not.toEqual(first.history.loss);
    expect(live()).toBe(before);
  });

  it('learns with one sigmoid unit what it does with two of softmax that stand for it', async () => {
    const { x, classes } = redAndBlue(12);
    const one = small({}, Dense(1, { activation: 'sigmoid' }));
    one.compile({ optimizer: 'sgd', loss: 'binary_crossentropy', metrics: ['acc'] });
    const weights = await one.getWeights();
    const last = weights.at(-2)!.data;
    const two = small();
    await two.setWeights([
      ...weights.slice(0, -2),
      { shape: [8, 2], data: Float32Array.from({ length: 16 }, (_, i) => (i % 2 ? last[(i - 1) / 2]! : 0)) },
      { shape: [2], data: new Float32Array(2) },
    ]);
    two.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const before = await two.predict(x);
    const probabilities = await one.predict(x);
    expect(probabilities.shape).toEqual([12, 1]);
    expectClose(
      probabilities.data,
      before.data.filter((_, i) => i % 2),
      { absolute: 1e-6, relative: 0 },
    );
    const found = await one.evaluate(x, classes);
    const expected = await two.evaluate(x, { data: Float32Array.from(classes), shape: [12, 1] });
    expect(found.loss).toBeCloseTo(expected.loss, 5);
    expect(found.acc).toBe(expected.acc);
    const mean = classes.reduce((sum, label, i) => {
      const p = probabilities.data[i]!;
      return sum - Math.log(label ? p : 1 - p) / classes.length;
    }, 0);
    expect(found.loss, 'binary cross-entropy').toBeCloseTo(mean, 5);
    const { history } = await one.fit(x, classes, { epochs: 4, batchSize: 4 });
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
    one.close();
    two.close();
  });

  it('takes decoded pictures of any size, to the same as an array of its own size', async () => {
    const { x } = redAndBlue(3);
    const pictures = Array.from({ length: 3 }, (_, n): Picture => {
      const data = new Uint8Array(4 * 16 * 16);
      for (let i = 0; i < 16 * 16; i++) {
        const from = ((n * SIDE + Math.floor(i / 32)) * SIDE + (Math.floor(i / 2) % SIDE)) * 3;
        data.set([...x.data.subarray(from, from + 3), 255], 4 * i);
      }
      return { width: 16, height: 16, data };
    });
    for (const which of ['rescale', 'vgg', 'none'] as const) {
      const model = new Sequential({ gpu: gpu() });
      model.add(Lambda(which, { inputShape: [SIDE, SIDE, 3] }));
      model.add(MaxPooling2D(2));
      const bytes = { data: Uint8Array.from(x.data), shape: x.shape };
      const [fromPictures, fromFloats, fromBytes] = await Promise.all(
        [pictures, x, bytes].map((p) => model.predict(p)),
      );
      expect(fromPictures!.shape).toEqual([3, 4, 4, 3]);
      expectClose(fromFloats!.data, fromPictures!.data, { absolute: 1e-6, relative: 1e-6 }, which);
      expect(fromBytes).toEqual(fromFloats);
      if (which === 'vgg') expect(fromFloats!.data[0], 'blue first').toBeCloseTo(maxOf(x, 2) - 103.939, 4);
      model.close();
    }
  });

  it('runs in pieces where a batch does not fit one binding', async () => {
    const { x, classes } = redAndBlue(9);
    const model = small();
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    const whole = await model.trainOnBatch(x, classes);
    expect(Object.keys(whole), 'no metrics asked for').toEqual(['loss']);
    const tiny = small({ gpu: cut() });
    tiny.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    expect((await tiny.trainOnBatch(x, classes)).loss).toBeCloseTo(whole.loss, 5);
    const [expected, found] = [await model.getWeights(), await tiny.getWeights()];
    found.forEach(({ data }, i) => {
      expectClose(data, expected[i]!.data, { absolute: 1e-5, relative: 1e-5 }, `weights ${i}`);
    });
    model.close();
    tiny.close();
  });
});

const cut = useGpu({ debug: true, limits: { maxStorageBufferBindingSize: 4096 } });

/** The largest value of the first picture's first 2x2 pixels. */
function maxOf({ data }: PixelArray, channel: number): number {
  return Math.max(...[0, 1, SIDE, SIDE + 1].map((pixel) => data[pixel * 3 + channel]!));
}

describe('layers', () => {
  it('get names as Keras gives them, and keep their own', () => {
    const model = small();
    expect(model.layers.map(({ name }) => name)).toEqual([
      ...[
        'lambda_1',
        'zero_padding2d_1',
        'conv2d_1',
        'max_pooling2d_1',
        'flatten_1',
        'dense_1',
        'dropout_1',
        'dense_2',
      ],
    ]);
    model.pop();
    model.add(Dense(3, { name: 'dense_3' }));
    model.add(Dense(3));
    expect(model.layers.slice(-2).map(({ name }) => name)).toEqual(['dense_3', 'dense_4']);
    expect(() => model.add(Dense(3, { name: 'conv2d_1' }))).toThrowError(usage(/has a layer 'conv2d_1' already/));
    expect(() => new Sequential().pop()).toThrowError(usage(/no layer to take away/));
  });

  it('that stay keep their weights when others come and go: lesson 1, by hand', async () => {
    const before = live();
    const model = new Sequential({ gpu: gpu() });
    addVgg16(model, { inputSize: 32, filters: VGG16.filters.map((count) => count / 32), units: [8, 8, 5] });
    const old = await model.getWeights();
    model.pop();
    for (const layer of model.layers) layer.trainable = false;
    model.add(Dense(2, { activation: 'softmax' }));
    model.compile({
      optimizer: { name: 'adam', learningRate: 0.1 },
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    });
    const random = seeded(5);
    const x = { data: random.floats(2 * 32 * 32 * 3).map((value) => 127.5 * (value + 1)), shape: [2, 32, 32, 3] };
    const start = await model.getWeights();
    expect(start.slice(0, -2)).toEqual(old.slice(0, -2));
    const allocated = gpu().pool.bytes().live;
    await model.trainOnBatch(x, [
      [0, 1],
      [1, 0],
    ]);
    const network = await model.network();
    const trained = network.layers.filter(({ parameters }) => parameters && tensorsOf(parameters)[0]!.requiresGrad);
    expect(
      trained.map(({ spec }) => spec.name),
      'the others record nothing',
    ).toEqual(['dense_3']);
    gpu().prepared.forgetAll(); // the frozen convolutions' filters, transformed
    expect(gpu().pool.bytes().live, "only the last layer's running averages").toBe(allocated + 2 * 2 * 256);
    const end = await model.getWeights();
    expect(end.slice(0, -2)).toEqual(old.slice(0, -2));
    expect(end.at(-1)).not.toEqual(start.at(-1));
    model.close();
    expect(live()).toBe(before);
  });

  it('are frozen from compile on', async () => {
    const { x, classes } = redAndBlue(4);
    const model = small();
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    for (const layer of model.layers) layer.trainable = false;
    const start = await model.getWeights();
    await model.trainOnBatch(x, classes);
    const middle = await model.getWeights();
    expect(middle[0], 'compiled before').not.toEqual(start[0]);
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    await expect(model.trainOnBatch(x, classes)).rejects.toThrowError(
      expect.objectContaining({ code: 'training', message: expect.stringMatching(/Nothing to train/) }),
    );
    expect(await model.getWeights()).toEqual(middle);
    model.close();
  });

  it('begin with Glorot or He, and no bias', async () => {
    const model = new Sequential({ gpu: gpu() });
    model.add(Conv2D(64, 3, { inputShape: [4, 4, 3], kernelInitializer: 'he_normal' }));
    model.add(Conv2D(64, 3, { padding: 'same' }));
    const [he, heBias, glorot] = await model.getWeights();
    const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    expect(deviation(he!.data) / Math.sqrt(2 / 27)).toBeCloseTo(1, 1);
    expect(Math.max(...glorot!.data) / Math.sqrt(6 / (2 * 9 * 64))).toBeCloseTo(1, 2);
    expect(Math.max(...heBias!.data.map(Math.abs))).toBe(0);
    model.close();
  });

  it('of blocks are named by their place', () => {
    const model = new Sequential();
    model.add(Lambda('vgg', { inputShape: [16, 16, 3] }));
    convBlock(model, 2, 4);
    convBlock(model, 3, [5, 6, 7]);
    convBlock(model, 2, [8]);
    model.add(Flatten());
    fcBlock(model, 9);
    fcBlock(model);
    expect(
      model.spec.layers.map((layer) => [layer.name, 'filters' in layer ? layer.filters : ''].join(' ').trim()),
    ).toEqual([
      ...['block1_conv1 4', 'block1_conv2 4', 'block1_pool'],
      ...['block2_conv1 5', 'block2_conv2 6', 'block2_conv3 7', 'block2_pool', 'block3_conv1 8'],
      ...['flatten_1', 'fc1', 'dropout1', 'fc2', 'dropout2'],
    ]);
    expect(model.spec.layers.at(-2)).toMatchObject({ units: 4096 });
  });
});

describe('callbacks', () => {
  it('are told of everything in order, and may stop the run', async () => {
    const { x, classes } = redAndBlue(5);
    const model = small();
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['acc'] });
    const told: string[] = [];
    const { history, epoch } = await model.fit(x, classes, {
      ...{ epochs: 9, initialEpoch: 2, batchSize: 3 },
      callbacks: [
        {
          onTrainBegin: () => void told.push('begin'),
          onEpochBegin: (number) => void told.push(`epoch ${number}`),
          onBatchEnd: (batch, logs) => void told.push(`batch ${batch} ${Object.keys(logs)}`),
          onEpochEnd: (number, logs, trained) => {
            told.push(`end ${number} ${Object.keys(logs)}`);
            if (number === 3) trained.stopTraining = true;
          },
          onTrainEnd: () => void told.push('over'),
        },
      ],
    });
    const one = (number: number) => [
      ...[`epoch ${number}`, 'batch 0 loss,acc', 'batch 1 loss,acc', `end ${number} loss,acc`],
    ];
    expect(told).toEqual(['begin', ...one(2), ...one(3), 'over']);
    expect(epoch).toEqual([2, 3]);
    expect(history.acc).toHaveLength(2);
    model.close();
  });

  const model = { stopTraining: false, getWeights: async () => [], setWeights: async () => {} };

  /** How many of these epochs run. */
  async function epochsUntilStop(
    options: Parameters<typeof earlyStopping>[0],
    values: readonly number[],
  ): Promise<number> {
    const callback = earlyStopping(options);
    model.stopTraining = false;
    await callback.onTrainBegin?.(model);
    for (const [i, value] of values.entries()) {
      await callback.onEpochEnd?.(i, { loss: value, acc: value, val_loss: value }, model);
      if (model.stopTraining) return i + 1;
    }
    return values.length;
  }

  it('early stopping waits as Keras does', async () => {
    expect(await epochsUntilStop({}, [3, 2, 2, 1])).toBe(3);
    expect(await epochsUntilStop({ patience: 2 }, [3, 2, 4, 1, 2, 2, 0])).toBe(6);
    expect(await epochsUntilStop({ monitor: 'acc', patience: 1 }, [0.1, 0.2, 0.2])).toBe(3);
    expect(await epochsUntilStop({ monitor: 'acc' }, [0.2, 0.1, 0.3])).toBe(2);
    expect(await epochsUntilStop({ monitor: 'loss', minDelta: 0.5 }, [3, 2.6, 1])).toBe(2);
    expect(await epochsUntilStop({ monitor: 'loss' }, [3, Number.NaN, 1])).toBe(2);
    await expect(epochsUntilStop({ monitor: 'val_acc' }, [1])).rejects.toThrowError(
      usage(/watches val_acc, which this run does not measure \(it has loss, acc, val_loss\)/),
    );
  });

  it('early stopping gives the best weights back', async () => {
    const weights = [{ shape: [1], data: Float32Array.of(1) }];
    const given: unknown[] = [];
    const callback = earlyStopping({ monitor: 'loss', restoreBestWeights: true });
    const remembering = {
      ...model,
      getWeights: async () => weights,
      setWeights: async (w: unknown) => void given.push(w),
    };
    for (const [i, loss] of [2, 3].entries()) await callback.onEpochEnd?.(i, { loss }, remembering);
    expect(given).toEqual([weights]);
  });

  it('a checkpoint is asked for after each epoch, or after the best', async () => {
    const saved: number[] = [];
    const save = (_: unknown, epoch: number) => void saved.push(epoch);
    for (const saveBestOnly of [false, true]) {
      const callback = modelCheckpoint({ save, saveBestOnly });
      for (const [i, val_loss] of [3, 4, 2].entries()) await callback.onEpochEnd?.(i, { loss: 0, val_loss }, model);
    }
    expect(saved).toEqual([0, 1, 2, 0, 2]);
  });

  it('a table has a line an epoch', async () => {
    let text = '';
    const callback = csvLogger((line) => {
      text += line;
    });
    await callback.onEpochEnd?.(0, { loss: 1.5, acc: 0.5, val_loss: 2, val_acc: 0.25 }, model);
    await callback.onEpochEnd?.(1, { loss: 1, acc: 0.75, val_loss: 1, val_acc: 0.5 }, model);
    expect(text).toBe('epoch,acc,loss,val_acc,val_loss\n0,0.5,1.5,0.25,2\n1,0.75,1,0.5,1\n');
  });
});

describe('what does not fit', () => {
  const { x, classes } = redAndBlue(4);
  const compiled = (
    loss: 'categorical_crossentropy' | 'sparse_categorical_crossentropy' = 'categorical_crossentropy',
  ) => {
    const model = small();
    model.compile({ optimizer: 'adam', loss });
    return model;
  };

  it.each<[string, () => Promise<unknown> | unknown, ReturnType<typeof usage>]>([
    [
      'no device',
      () => small({ gpu: undefined }).predict(x),
      usage(/no device to run on: new Sequential\(\{ gpu \}\)/),
    ],
    ['not compiled', () => small().fit(x, oneHot(classes)), usage(/Compile the model first/)],
    [
      'changed since',
      () => {
        const model = compiled();
        model.add(Dropout(0.5));
        return model.fit(x, oneHot(classes));
      },
      usage(/Compile the model first, and again where its layers changed/),
    ],
    [
      'soft labels',
      () => compiled().fit(x, [...oneHot(classes.slice(1)), [0.5, 0.5]]),
      usage(/target of picture 3 is \(0\.5, 0\.5\); categorical_crossentropy takes a row of 2 with a single 1/),
    ],
    ['two ones', () => compiled().evaluate(x, [...oneHot(classes.slice(1)), [1, 1]]), usage(/picture 3 is \(1, 1\)/)],
    ['indices for rows', () => compiled().fit(x, classes), usage(/picture 0 is \(0\)/)],
    [
      'a class too many',
      () => compiled('sparse_categorical_crossentropy').fit(x, [0, 1, 2, 0]),
      usage(/picture 2 is \(2\); .* a whole number from 0 to 1/),
    ],
    ['too few targets', () => compiled().trainOnBatch(x, oneHot(classes.slice(1))), usage(/4 pictures and 3 targets/)],
    [
      'targets of another shape',
      () => compiled().fit(x, { data: [1, 0, 1], shape: [4, 2] }),
      shape(/Targets of \(4, 2\) have 8 values; found 3/),
    ],
    [
      'pictures of another size',
      () => compiled().fit({ data: new Float32Array(48), shape: [1, 4, 4, 3] }, [[0, 1]]),
      shape(/\(1, 4, 4, 3\); this network takes \(N, 8, 8, 3\)/),
    ],
    [
      'values missing',
      () => small().predict({ data: new Float32Array(5), shape: x.shape }),
      shape(/have 768 values; found 5/),
    ],
    ['no pictures', () => compiled().fit([], []), usage(/no pictures to train or measure with/)],
    ['a batch size', () => compiled().fit(x, oneHot(classes), { batchSize: 0 }), usage(/batch size is 0/)],
    ['epochs', () => compiled().fit(x, oneHot(classes), { epochs: -1 }), usage(/epochs is -1/)],
    [
      'labels of a stream',
      () => compiled().evaluateBatches([{ x, labels: Uint32Array.of(0, 1, 7, 0) }]),
      usage(/has the label 7; the network has classes 0 to 1/),
    ],
    [
      'a stream without labels',
      () => compiled().fitBatches(() => [{ x, labels: Uint32Array.of(0) }]),
      usage(/4 pictures and 1 labels/),
    ],
    ['too few weights', () => small().setWeights([]), shape(/has 6 arrays of weights; found 0/)],
  ])('%s', async (_, call, error) => {
    await expect((async () => call())()).rejects.toThrowError(error);
  });

  it.each<[string, () => Sequential, Parameters<Sequential['compile']>[0], RegExp]>([
    [
      'an unknown loss',
      () => small(),
      { optimizer: 'sgd', loss: 'mse' as 'binary_crossentropy' },
      /no loss 'mse'; there are categorical/,
    ],
    [
      'an unknown optimizer',
      () => small(),
      { optimizer: 'nadam' as 'adam', loss: 'categorical_crossentropy' },
      /no optimizer 'nadam'/,
    ],
    [
      'an unknown metric',
      () => small(),
      { optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['auc' as 'acc'] },
      /no metric 'auc'/,
    ],
    [
      'a learning rate',
      () => small(),
      { optimizer: { name: 'adam', learningRate: -1 }, loss: 'categorical_crossentropy' },
      /learning rate is -1/,
    ],
    [
      'binary for two',
      () => small(),
      { optimizer: 'sgd', loss: 'binary_crossentropy' },
      /takes a network that ends in one sigmoid unit/,
    ],
    [
      'categorical for one',
      () => small({}, Dense(1, { activation: 'sigmoid' })),
      { optimizer: 'sgd', loss: 'categorical_crossentropy' },
      /takes binary_crossentropy, not categorical/,
    ],
    [
      'one unit of softmax',
      () => small({}, Dense(1, { activation: 'softmax' })),
      { optimizer: 'sgd', loss: 'categorical_crossentropy' },
      /needs two outputs or more; this network has 1/,
    ],
    [
      'no classes',
      () => small({}, Dropout(0.5)),
      { optimizer: 'sgd', loss: 'categorical_crossentropy' },
      /ends at dropout_2, without classes/,
    ],
  ])('compile: %s', (_, model, options, message) => {
    expect(() => model().compile(options)).toThrowError(usage(message));
  });

  it('leaves the weights alone where one array is of another shape', async () => {
    const model = small();
    const before = await model.getWeights();
    const wrong = before.map(({ data, shape }) => ({ data: data.map(() => 7), shape }));
    wrong[5] = { data: new Float32Array(3), shape: [3] };
    await expect(model.setWeights(wrong)).rejects.toThrowError(
      shape(/The bias of dense_2 has the shape \(2\); found \(3\) with 3 values/),
    );
    expect(await model.getWeights()).toEqual(before);
    const { layers } = await model.network();
    expect(await readTensor(gpu(), layers[0]!.parameters!.panels[0]!.bias)).toEqual(before[1]!.data);
    model.close();
  });
});
