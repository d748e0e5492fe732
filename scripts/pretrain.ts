// Trains every layer of a network from scratch on labelled pictures in memory, in stages of falling learning rates.
import { freeTensor } from '../src/autograd/tensor.js';
import { epochOrder, splitBatches } from '../src/data/batches.js';
import { createRandom } from '../src/data/drawings/index.js';
import type { Network } from '../src/nn/network.js';
import { createAdam } from '../src/nn/optimizers.js';
import { picturesToTensor } from '../src/nn/pictures.js';
import { evaluateStep, trainStep } from '../src/nn/training.js';
import { createMeans } from '../src/vgg16/fit.js';
import type { Samples } from './drawn-samples.js';

/** Some epochs at one learning rate of Adam. */
export interface Stage {
  readonly epochs: number;
  readonly learningRate: number;
}

export interface PretrainOptions {
  readonly stages: readonly Stage[];
  readonly batchSize: number;
  /** Of the order of the pictures, of what is mirrored and of dropout. */
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Trains on batches in a new order each epoch, half of the pictures mirrored, and validates after every epoch. */
export async function pretrain(
  network: Network,
  train: Samples,
  valid: Samples,
  { stages, batchSize, seed, say }: PretrainOptions,
): Promise<void> {
  const { gpu, spec } = network;
  let epoch = 0;
  let step = 0;
  for (const { epochs, learningRate } of stages) {
    const optimizer = createAdam(gpu, { learningRate });
    for (let i = 0; i < epochs; i++) {
      epoch++;
      const started = performance.now();
      const order = epochOrder(train.labels.length, { seed, epoch, shuffle: true });
      const random = createRandom(`${seed}/flips/${epoch}`);
      const mean = createMeans();
      for (const batch of splitBatches(order, batchSize)) {
        const { pictures, labels } = pick(train, batch);
        const flips = pictures.map(() => random.chance(0.5));
        const x = picturesToTensor(gpu, spec, pictures, pictures.length, flips);
        const { loss, correct } = await trainStep(network, optimizer, { x, labels }, { from: 0, seed, step: ++step });
        freeTensor(gpu, x);
        mean.add(labels.length, loss, correct);
      }
      const [learnt, checked] = [mean.values(), await validate(network, valid, batchSize)];
      const seconds = Math.round((performance.now() - started) / 1000);
      say(
        `epoch ${epoch} at ${learningRate}: loss ${learnt.loss.toFixed(4)} acc ${learnt.acc.toFixed(4)} ` +
          `val_loss ${checked.loss.toFixed(4)} val_acc ${checked.acc.toFixed(4)} (${seconds} s)`,
      );
    }
    optimizer.free();
  }
}

/** Mean loss and accuracy on pictures as they are. */
async function validate(network: Network, samples: Samples, batchSize: number) {
  const order = epochOrder(samples.labels.length, { seed: 0, epoch: 0, shuffle: false });
  const mean = createMeans();
  for (const batch of splitBatches(order, batchSize)) {
    const { pictures, labels } = pick(samples, batch);
    const x = picturesToTensor(network.gpu, network.spec, pictures);
    const { loss, correct } = await evaluateStep(network, { x, labels }, { from: 0 });
    freeTensor(network.gpu, x);
    mean.add(labels.length, loss, correct);
  }
  return mean.values();
}

function pick({ pictures, labels }: Samples, positions: Uint32Array): Samples {
  return {
    pictures: Array.from(positions, (position) => pictures[position]!),
    labels: Uint32Array.from(positions, (position) => labels[position]!),
  };
}
