// A run that is stopped and taken up again comes to the same bits as one that never stopped.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTensor } from '../../../src/autograd/tensor.js';
import { trainableTensors } from '../../../src/nn/network.js';
import type { FinetuneOptions, FitOptions } from '../../../src/vgg16/options.js';
import type { Vgg16 } from '../../../src/vgg16/vgg16.js';
import { useTinyRun } from './tiny-run.js';

const { folder, train, valid, withVgg, weights } = useTinyRun();
const EPOCHS = 3; // of 4 batches each: 18 pictures by 5

interface Case extends FitOptions, FinetuneOptions {}

const cases: [string, Case][] = [
  ['the last layer alone, behind dropout, with Adam', {}],
  [
    'a standardised head with SGD and momentum',
    { cut: { layer: 'block2_pool', head: 'gap' }, optimizer: 'sgd', momentum: 0.9 },
  ],
  [
    'a head with dropout, RMSprop and class weights',
    { cut: { layer: 'block3_pool', head: 'fc' }, optimizer: 'rmsprop', classWeights: { red: 2 } },
  ],
  ['older layers too, with augmentation', { unfreeze: 'fc1', augment: true, baseLearningRate: 0.002 }],
  ['convolutions below a standardised head', { cut: { layer: 'block2_pool', head: 'gap' }, unfreeze: 'block2_conv1' }],
];

async function start(vgg: Vgg16, options: Case) {
  const batches = await vgg.getBatches(train, { batchSize: 5 });
  const held = await vgg.getBatches(valid, { batchSize: 3, classes: batches.classes, shuffle: false });
  await vgg.finetune(batches, options);
  return () => vgg.fit(batches, held, { epochs: EPOCHS, learningRate: 0.02, ...options });
}

/** Losses, accuracies and all trained weights. */
async function outcome(vgg: Vgg16, go: Awaited<ReturnType<typeof start>>) {
  const { epochs, best, resumedFrom } = await go();
  const values = [];
  for (const tensor of trainableTensors(vgg.network)) values.push(await readTensor(vgg.network.gpu, tensor));
  return { epochs: epochs.map(({ seconds, ...numbers }) => numbers), best, values, resumedFrom };
}

/** A signal that asks to stop once `count` steps of training are done, and what to call at each progress. */
function stopAfter(count: number) {
  const controller = new AbortController();
  let steps = 0;
  return {
    signal: controller.signal,
    onProgress({ phase }: { phase: string }) {
      if (phase === 'train' && ++steps === count) controller.abort();
    },
  };
}

describe.each(cases)('%s', (name, options) => {
  it('the same losses, best epoch and weights, wherever it was stopped', async () => {
    const whole = await withVgg(async (vgg) => outcome(vgg, await start(vgg, options)));
    const checkpoint = join(folder, `${name.replaceAll(/\W+/g, '-')}.checkpoint.h5`);
    for (const stop of [1, 3, 4, 4]) {
      // In the midst of an epoch, before its last batch, between training and validation, and there again.
      await withVgg(async (vgg) => {
        const go = await start(vgg, { ...options, checkpoint, resume: true, ...stopAfter(stop) });
        await expect(go()).rejects.toMatchObject({ code: 'interrupted' });
      });
    }
    const resumed = await withVgg(async (vgg) =>
      outcome(vgg, await start(vgg, { ...options, checkpoint, resume: true })),
    );
    expect(resumed.resumedFrom).toEqual({ epochs: 2, batches: 4 });
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.best).toEqual(whole.best);
    expect(resumed.values).toEqual(whole.values);
  });
});

describe('a checkpoint', () => {
  const checkpoint = join(folder, 'kept.checkpoint.h5');
  const stopped = (options: Case = {}) =>
    withVgg(async (vgg) => {
      const go = await start(vgg, { ...options, checkpoint, ...stopAfter(5) });
      await expect(go()).rejects.toMatchObject({ code: 'interrupted' });
    });

  it('of a run under way is not overwritten by a new run, nor taken for one with other arguments', async () => {
    await stopped();
    const bytes = readFileSync(checkpoint);
    await withVgg(async (vgg) => {
      const again = await start(vgg, { checkpoint });
      await expect(again()).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/1 of 3 epochs.*--resume/),
      });
      const other = await start(vgg, { checkpoint, resume: true, learningRate: 0.03, seed: 7 });
      await expect(other()).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/seed was 42 and is 7; the learning rate was 0.02 and is 0.03/),
      });
    });
    expect(readFileSync(checkpoint).equals(bytes)).toBe(true);
  });

  it('that is damaged, or no checkpoint, says so', async () => {
    await stopped({ checkpoint, resume: true });
    const bytes = readFileSync(checkpoint);
    writeFileSync(checkpoint, bytes.subarray(0, bytes.length / 2));
    await withVgg(async (vgg) => {
      for (const file of [checkpoint, weights]) {
        const go = await start(vgg, { checkpoint: file, resume: true });
        await expect(go()).rejects.toMatchObject({ code: 'weights', message: expect.stringContaining(file) });
      }
    });
  });

  it('is named as what it is where it is taken for a model', async () => {
    const fresh = join(folder, 'fresh.checkpoint.h5');
    await withVgg(async (vgg) => (await start(vgg, { checkpoint: fresh }))());
    await expect(withVgg(async () => {}, fresh)).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringMatching(/checkpoint of a training run/),
    });
  });

  it('of a finished run is gone on with for more epochs, to the same bits as all in one go', async () => {
    const file = join(folder, 'longer.checkpoint.h5');
    const whole = await withVgg(async (vgg) => outcome(vgg, await start(vgg, {})));
    await withVgg(async (vgg) => (await start(vgg, { checkpoint: file, epochs: 1 }))());
    const longer = await withVgg(async (vgg) => outcome(vgg, await start(vgg, { checkpoint: file, resume: true })));
    expect(longer.values).toEqual(whole.values);
    expect(longer.epochs).toEqual(whole.epochs);
    expect(existsSync(file)).toBe(true);
  });
});
