// A finetune in the page: the last layer makes way for one of the new classes, which alone learns from what the layers before it make.

import { elementsOf } from '../../../src/autograd/tensor.js';
import {
  createAdam,
  createNetwork,
  createTensor,
  evaluateStep,
  finetuned,
  freeNetwork,
  freeTensor,
  initialize,
  type Network,
  type Picture,
  picturesToFeatures,
  type Tensor,
  trainFrom,
  trainStep,
} from '../../../src/engine.js';
import { shuffled } from '../../../src/nn/epochs.js';
import { frozenDepth } from '../../../src/nn/network.js';
import { observe } from '../../../src/nn/standardization.js';

/** Pictures with the number of their class. */
export interface LearningSet {
  readonly pictures: readonly Picture[];
  readonly labels: readonly number[];
}

export interface LearningOptions {
  readonly classes: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed?: number;
  /** Told of each epoch. */
  readonly onEpoch: (epoch: EpochFigures) => void;
  /** Told how many pictures have gone through the frozen layers. */
  readonly onFeatures: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** What an epoch came to: mean losses in nats, and shares of right predictions. */
export interface EpochFigures {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly heldLoss: number | undefined;
  readonly heldAccuracy: number | undefined;
}

const BATCH = 16;

/**
 * Trains a new last layer and predicts the pictures that were held back.
 * @returns probabilities (held pictures, classes), row-major
 * @throws VggpuError 'training' where the loss is no number any more
 */
export async function learn(
  base: Network,
  train: LearningSet,
  held: LearningSet,
  options: LearningOptions,
): Promise<Float32Array<ArrayBuffer>> {
  const { gpu } = base;
  const { classes, epochs, seed = 42, signal } = options;
  const pool = base.spec.layers.findLast(({ kind }) => kind === 'maxPool' || kind === 'conv3x3');
  const whole = base.spec.layers.at(-1)?.kind === 'dense';
  const { spec, kept } = finetuned(base.spec, classes, whole ? undefined : { layer: pool!.name, head: 'gap' });
  const keep = base.layers.slice(0, kept);
  const network = createNetwork(gpu, spec, { keep });
  const optimizer = createAdam(gpu, { learningRate: options.learningRate });
  const made: Tensor[] = [];
  try {
    network.layers.forEach(({ parameters }, i) => {
      if (i < kept || !parameters) return;
      initialize(gpu, parameters, { method: whole ? 'glorot' : 'zero', seed, stream: i });
    });
    trainFrom(network, kept);
    const from = frozenDepth(network);
    const total = train.pictures.length + held.pictures.length;
    const features = async (set: LearningSet, before: number) => {
      const batches: Tensor[] = [];
      for (let first = 0; first < set.pictures.length; first += BATCH) {
        const pictures = set.pictures.slice(first, first + BATCH);
        batches.push(picturesToFeatures(network, pictures, from));
        await gpu.finish();
        options.onFeatures(before + first + pictures.length, total);
      }
      made.push(...batches);
      return batches;
    };
    const trained = await features(train, 0);
    const valid = await features(held, train.pictures.length);
    const { standardization } = network.layers[from] ?? {};
    if (standardization) for (const batch of trained) observe(gpu, standardization, batch);

    const heldLabels = Uint32Array.from(held.labels);
    const probabilities = new Float32Array(held.labels.length * classes);
    const evaluate = () =>
      evaluateStep(network, { x: valid, labels: heldLabels }, { from }, (rows, first) =>
        probabilities.set(rows, first * classes),
      );
    for (let epoch = 0, step = 0; epoch < epochs && !signal.aborted; epoch++) {
      let [loss, correct] = [0, 0];
      const order = shuffled(train.labels.length, seed, epoch);
      for (let first = 0; first < order.length; first += BATCH) {
        const places = order.slice(first, first + BATCH);
        const x = rowsAt(network, trained, places);
        const labels = Uint32Array.from(places, (place) => train.labels[place]!);
        const result = await trainStep(network, optimizer, { x, labels }, { from, seed, step: ++step });
        freeTensor(gpu, x);
        loss += result.loss * places.length;
        correct += result.correct;
      }
      const found = heldLabels.length > 0 ? await evaluate() : undefined;
      options.onEpoch({
        epoch: epoch + 1,
        loss: loss / order.length,
        accuracy: correct / order.length,
        heldLoss: found?.loss,
        heldAccuracy: found && found.correct / heldLabels.length,
      });
    }
    return probabilities;
  } finally {
    optimizer.free();
    for (const tensor of made) freeTensor(gpu, tensor);
    freeNetwork(network, keep);
    trainFrom(base, base.layers.length);
  }
}

/** The features at these places, copied together. */
function rowsAt({ gpu }: Network, batches: readonly Tensor[], places: readonly number[]): Tensor {
  const shape = batches[0]!.shape.slice(1);
  const bytes = 4 * elementsOf(shape);
  const rows = createTensor(gpu, [places.length, ...shape], 'features of a batch');
  places.forEach((place, i) => {
    gpu.copy(batches[Math.floor(place / BATCH)]!, (place % BATCH) * bytes, rows, i * bytes, bytes);
  });
  return rows;
}
