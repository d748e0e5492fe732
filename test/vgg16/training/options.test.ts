// What a training run can be asked for: an early end, the best model, a log, class weights, older layers, other learning rates.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTensor } from '../../../src/autograd/tensor.js';
import { tensorsOf } from '../../../src/nn/parameters.js';
import { holdBack } from '../../../src/vgg16/batches.js';
import type { FinetuneOptions, FitOptions } from '../../../src/vgg16/options.js';
import { classWeightsOf } from '../../../src/vgg16/training/class-weights.js';
import type { Vgg16 } from '../../../src/vgg16/vgg16.js';
import { writeSet } from '../red-and-blue.js';
import { useTinyRun } from './tiny-run.js';

const { folder, train, valid, withVgg } = useTinyRun();

async function finetune(vgg: Vgg16, options: FitOptions & FinetuneOptions = {}) {
  const batches = await vgg.getBatches(train, { batchSize: 5 });
  const held = await vgg.getBatches(valid, { batchSize: 5, classes: batches.classes });
  await vgg.finetune(batches, options);
  return vgg.fit(batches, held, { learningRate: 0.02, ...options });
}

/** The weights of each layer that has some, by name. */
async function weightsOf({ network }: Vgg16): Promise<Record<string, Float32Array>> {
  const all: Record<string, Float32Array> = {};
  for (const { spec, parameters } of network.layers) {
    if (parameters) all[spec.name] = await readTensor(network.gpu, tensorsOf(parameters)[0]!);
  }
  return all;
}

describe('early stopping', () => {
  it('ends the run when the best epoch lies far enough back', () =>
    withVgg(async (vgg) => {
      // A rate at which the validation loss only grows: the first epoch stays the best.
      const { epochs, best } = await finetune(vgg, { epochs: 20, earlyStop: 2, learningRate: 30 });
      expect(best!.value).toBe(Math.min(...epochs.map(({ valLoss }) => valLoss!)));
      expect(epochs.length).toBe(best!.epoch + 2);
    }));
});

describe('the best model', () => {
  const best = join(folder, 'run.best.h5');

  it('is that of the epoch with the least validation loss, not of the last', async () => {
    const outcome = await withVgg((vgg) => finetune(vgg, { epochs: 6, learningRate: 3, best }));
    expect(outcome.best!.epoch, 'the last epoch must not be the best for this to show').toBeLessThan(6);
    await withVgg(async (vgg) => {
      const { loss, accuracy } = await vgg.evaluate(valid, { batchSize: 5 });
      expect(loss).toBeCloseTo(outcome.epochs[outcome.best!.epoch - 1]!.valLoss!, 5);
      expect(accuracy).toBe(outcome.epochs[outcome.best!.epoch - 1]!.valAcc);
    }, best);
  });

  it('is replaced by a better one, and never by a worse', async () => {
    const file = join(folder, 'kept.best.h5');
    const good = await withVgg((vgg) => finetune(vgg, { epochs: 10, best: file }));
    const bytes = readFileSync(file);
    await withVgg(async (vgg, said) => {
      const worse = await finetune(vgg, { epochs: 1, learningRate: 0.0001, best: file });
      expect(worse.best!.value).toBeGreaterThan(good.best!.value);
      expect(said.some((line) => line.startsWith(`${file} stays`))).toBe(true);
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    const poor = join(folder, 'poor.best.h5');
    await withVgg((vgg) => finetune(vgg, { epochs: 1, learningRate: 0.0001, best: poor }));
    copyFileSync(poor, file);
    await withVgg((vgg) => finetune(vgg, { epochs: 10, best: file }));
    await withVgg(async (vgg) => {
      expect((await vgg.evaluate(valid)).loss).toBeCloseTo(good.best!.value, 5);
    }, file);
  });
});

describe('the log', () => {
  it('has a line an epoch, also after a second run in the same file', async () => {
    const log = join(folder, 'run.csv');
    for (let run = 0; run < 2; run++) {
      const { epochs } = await withVgg((vgg) => finetune(vgg, { epochs: 2, log }));
      const [header, ...lines] = readFileSync(log, 'utf8').trimEnd().split('\n');
      expect(header).toBe('epoch,loss,acc,val_loss,val_acc,seconds,learning_rate');
      expect(lines.map((line) => line.split(',').map(Number))).toEqual(
        epochs.map(({ loss, acc, valLoss, valAcc, seconds }, i) => [
          ...[i + 1, loss, acc, valLoss, valAcc],
          Number(seconds.toFixed(3)),
          0.02,
        ]),
      );
    }
  });

  it('leaves what was not measured empty', async () => {
    const log = join(folder, 'no-validation.csv');
    await withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train);
      await vgg.finetune(batches);
      const { epochs, best } = await vgg.fit(batches, undefined, { log });
      expect(best).toEqual({ epoch: 1, value: epochs[0]!.loss });
    });
    expect(readFileSync(log, 'utf8').split('\n')[1]).toMatch(/^1,[\d.]+,[\d.]+,,,[\d.]+,0\.001$/);
  });
});

describe('class weights', () => {
  it('balanced ones average to 1 over the pictures', async () => {
    const uneven = join(folder, 'uneven');
    await writeSet(uneven, 6, 700, ['blue']);
    await writeSet(uneven, 2, 800, ['red']);
    await withVgg(async (vgg) => {
      const batches = await vgg.getBatches(uneven);
      expect([...classWeightsOf('balanced', batches)]).toEqual([8 / (2 * 6), 8 / (2 * 2)].map(Math.fround));
      expect([...classWeightsOf({ red: 3 }, batches)]).toEqual([1, 3]);
      expect(() => classWeightsOf({ green: 1 }, batches)).toThrow(/green.*blue, red/);
      expect(() => classWeightsOf({ red: 0 }, batches)).toThrow(/above 0/);
    });
  });

  it('move the boundary towards the class that counts less', async () => {
    const meanOfRed = (classWeights: Record<string, number>) =>
      withVgg(async (vgg) => {
        await finetune(vgg, { epochs: 1, classWeights });
        const { predictions } = await vgg.test(valid);
        return predictions.reduce((sum, [, red]) => sum + red!, 0) / predictions.length;
      });
    expect(await meanOfRed({ red: 20 })).toBeGreaterThan((await meanOfRed({ blue: 20 })) + 0.1);
  });
});

describe('older layers', () => {
  it('stay as they are up to the one that is unfrozen', async () => {
    const before = await withVgg((vgg) => weightsOf(vgg));
    await withVgg(async (vgg) => {
      await finetune(vgg, { unfreeze: 'block5_conv2' });
      const after = await weightsOf(vgg);
      const names = Object.keys(before).filter((name) => name !== 'predictions');
      const changed = names.filter(
        (name) => !Buffer.from(after[name]!.buffer).equals(Buffer.from(before[name]!.buffer)),
      );
      expect(changed).toEqual(['block5_conv2', 'block5_conv3', 'fc1', 'fc2']);
    });
  });

  it('learn at their own rate', async () => {
    const moved = async (baseLearningRate: number) =>
      withVgg(async (vgg) => {
        const before = await weightsOf(vgg);
        await finetune(vgg, { unfreeze: 'fc2', optimizer: 'sgd', learningRate: 0.01, baseLearningRate, epochs: 1 });
        const { fc2 } = await weightsOf(vgg);
        return Math.max(...fc2!.map((value, i) => Math.abs(value - before.fc2![i]!)));
      });
    const [slow, fast] = [await moved(1e-6), await moved(1e-3)];
    expect(fast / slow).toBeGreaterThan(300);
    expect(slow).toBeGreaterThan(0);
  });

  it('of no such name are refused, with the names there are', () =>
    withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train);
      for (const unfreeze of ['block9', 'predictions', 'block1_pool']) {
        await expect(vgg.finetune(batches, { unfreeze })).rejects.toMatchObject({
          code: 'usage',
          message: expect.stringMatching(/block1_conv1, .*fc2/),
        });
      }
    }));
});

describe('augmentation', () => {
  it('says that nothing of the training set is cached, repeats for a seed, and changes the losses', async () => {
    const cache = join(folder, 'cache of augmentation');
    const old = process.env.VGGPU_CACHE;
    process.env.VGGPU_CACHE = cache;
    try {
      const losses = (options: FitOptions) =>
        withVgg(async (vgg, said) => {
          const { epochs } = await finetune(vgg, { epochs: 2, ...options });
          expect(said.some((line) => /not cached/.test(line))).toBe(options.augment !== undefined);
          return epochs.map(({ loss }) => loss);
        });
      const moved = await losses({ augment: true });
      expect(readdirSync(join(cache, 'features')).length, 'the validation set alone').toBe(1);
      expect(await losses({ augment: true })).toEqual(moved);
      expect(await losses({})).not.toEqual(moved);
    } finally {
      process.env.VGGPU_CACHE = old;
    }
  });
});

describe('holding back a share for validation', () => {
  it('takes the same share of each class, every picture once, by seed', () =>
    withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train);
      const [rest, held] = holdBack(batches, 0.3, 1);
      expect([...rest.fileNames, ...held.fileNames].sort()).toEqual([...batches.fileNames].sort());
      expect(held.folder.files.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1]);
      expect(rest.classes).toEqual(batches.classes);
      expect(holdBack(batches, 0.3, 1)[1].fileNames).toEqual(held.fileNames);
      expect(holdBack(batches, 0.3, 2)[1].fileNames).not.toEqual(held.fileNames);
      expect(holdBack(batches, 0.999, 1)[0].count, 'one of each class stays').toBe(2);
      expect(holdBack(batches, 0.001, 1)[1].count).toBe(2);
      expect(() => holdBack(batches, 1, 1)).toThrow(/between 0 and 1/);
      expect(() => holdBack(holdBack(batches, 0.999, 1)[0], 0.5, 1)).toThrow(/1 pictures of blue/);
    }));
});

describe('finding a learning rate', () => {
  it('suggests one that learns, and leaves the weights as they were', () =>
    withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train, { batchSize: 5 });
      await vgg.finetune(batches, { cut: { layer: 'block2_pool', head: 'gap' } });
      const before = await weightsOf(vgg);
      const { points, suggestion } = await vgg.findLearningRate(batches, { from: 1e-5, to: 100, steps: 60 });
      expect(await weightsOf(vgg)).toEqual(before);
      expect(points.length).toBeGreaterThan(20);
      for (const [i, [rate, loss]] of points.entries()) {
        expect(rate).toBeCloseTo(1e-5 * 1e7 ** (i / 59), 10);
        expect(Number.isFinite(loss)).toBe(true);
      }
      expect(suggestion).toBeGreaterThan(1e-4);
      expect(suggestion).toBeLessThan(1);
      const { epochs } = await vgg.fit(batches, undefined, { epochs: 8, learningRate: suggestion });
      expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
    }));

  it('refuses rates that do not grow, and too few steps', () =>
    withVgg(async (vgg) => {
      const batches = await vgg.getBatches(train);
      await expect(vgg.findLearningRate(batches)).rejects.toMatchObject({ code: 'usage' });
      await vgg.finetune(batches);
      await expect(vgg.findLearningRate(batches, { from: 1, to: 0.1 })).rejects.toThrow(/must grow/);
      await expect(vgg.findLearningRate(batches, { steps: 2 })).rejects.toThrow(/at least 5 steps/);
      expect(existsSync(train)).toBe(true);
    }));
});
