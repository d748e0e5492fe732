// Trains every layer of a network from scratch on labelled pictures in memory, stage by stage.
import { freeTensor } from '../src/autograd/tensor.js';
import { createRandom } from '../src/data/drawings/index.js';
import { epochOrder, splitBatches } from '../src/data/pictures/batches.js';
import type { Network } from '../src/nn/network.js';
import { createAdam } from '../src/nn/optimizers.js';
import { picturesToTensor } from '../src/nn/pictures.js';
import { evaluateStep, trainStep } from '../src/nn/training.js';
import { createMeans } from '../src/vgg16/training/means.js';
import type { Samples } from './drawn-samples.js';

/** Some epochs on some of the classes. Adam's rate rises for 100 steps, then falls along a cosine from `from` to `to`. */
export interface Stage {
  readonly epochs: number;
  readonly from: number;
  readonly to: number;
  /** The first classes only. */
  readonly classes: number;
}

export interface PretrainOptions {
  readonly stages: readonly Stage[];
  readonly batchSize: number;
  /** Of the order of the pictures, of what is mirrored and of dropout. */
  readonly seed: number;
  readonly say: (line: string) => void;
}

const WARM_UP = 100;

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
  for (const stage of stages) {
    const own = ofFirstClasses(train, stage.classes);
    const checked = ofFirstClasses(valid, stage.classes);
    const steps = stage.epochs * Math.ceil(own.labels.length / batchSize);
    const optimizer = createAdam(gpu, { learningRate: (at) => rateAt(stage, at / steps) * Math.min(1, at / WARM_UP) });
    for (let i = 0; i < stage.epochs; i++) {
      epoch++;
      const started = performance.now();
      const order = epochOrder(own.labels.length, { seed, epoch, shuffle: true });
      const random = createRandom(`${seed}/flips/${epoch}`);
      const mean = createMeans();
      for (const batch of splitBatches(order, batchSize)) {
        const { pictures, labels } = pick(own, batch);
        const flips = pictures.map(() => random.chance(0.5));
        const x = picturesToTensor(gpu, spec, pictures, pictures.length, flips);
        const { loss, correct } = await trainStep(network, optimizer, { x, labels }, { from: 0, seed, step: ++step });
        freeTensor(gpu, x);
        mean.add(labels.length, loss, correct);
      }
      const [learnt, held] = [mean.values(), await validate(network, checked, batchSize)];
      const seconds = Math.round((performance.now() - started) / 1000);
      say(
        `epoch ${epoch}, ${stage.classes} classes: loss ${learnt.loss.toFixed(4)} acc ${learnt.acc.toFixed(4)} ` +
          `val_loss ${held.loss.toFixed(4)} val_acc ${held.acc.toFixed(4)} (${seconds} s)`,
      );
    }
    optimizer.free();
  }
}

function rateAt({ from, to }: Stage, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
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

function ofFirstClasses(samples: Samples, classes: number): Samples {
  return pick(
    samples,
    samples.labels.map((_, i) => i).filter((i) => samples.labels[i]! < classes),
  );
}

function pick({ pictures, labels }: Samples, positions: Uint32Array): Samples {
  return {
    pictures: Array.from(positions, (position) => pictures[position]!),
    labels: Uint32Array.from(positions, (position) => labels[position]!),
  };
}
