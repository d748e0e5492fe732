// The epochs of a finetune: features in, losses out, the last good weights kept.
import { createTensor, freeTensor, type Tensor } from '../autograd/tensor.js';
import { epochOrder, splitBatches } from '../data/pictures/batches.js';
import { VggpuError } from '../errors.js';
import { type Network, trainableTensors } from '../nn/network.js';
import type { Optimizer } from '../nn/optimizers.js';
import { observe } from '../nn/standardization.js';
import { trainStep } from '../nn/training.js';
import { measure } from './evaluate.js';
import type { FeatureSource } from './features.js';
import { createMeans, type Means } from './means.js';

/** What an epoch came to. Losses are in nats a picture, accuracies in 0..1; val ones only with a validation set. */
export interface EpochResult {
  readonly loss: number;
  readonly acc: number;
  readonly valLoss?: number;
  readonly valAcc?: number;
  readonly seconds: number;
}

/** How far a run is. */
export interface Progress {
  /** measure: mean and deviation of the features, once, before the first epoch of a standardised head. */
  readonly phase: 'measure' | 'train' | 'validate';
  /** From 1; 0 while measuring. */
  readonly epoch: number;
  readonly epochs: number;
  /** Pictures done, and in all, in this phase. */
  readonly done: number;
  readonly total: number;
  /** Means over the pictures so far. */
  readonly loss: number;
  readonly acc: number;
}

export interface FitOptions {
  readonly epochs: number;
  /** Epochs of earlier calls: this one goes on with new orders and dropout masks. */
  readonly epochsBefore: number;
  readonly batchSize: number;
  readonly validBatchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly optimizer: Optimizer;
  /** Layers whose output the features are. */
  readonly depth: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onEpoch?: ((result: EpochResult, epoch: number) => void) | undefined;
}

/**
 * Trains a network's trainable layers.
 * @throws VggpuError 'training' where the loss is no longer a number: the weights are then those of the last whole
 *   epoch (or as they were before the first), and the message says at which step it happened
 */
export async function fitNetwork(
  network: Network,
  train: FeatureSource,
  valid: FeatureSource | undefined,
  options: FitOptions,
): Promise<EpochResult[]> {
  const { epochs } = options;
  const history: EpochResult[] = [];
  const good = snapshot(network);
  let steps = options.epochsBefore * Math.ceil(train.files.length / options.batchSize);
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const started = performance.now();
      if (epoch === 1) await measureFeatures(network, train, options);
      const learnt = await trainEpoch(network, train, options, epoch, steps);
      steps = learnt.steps;
      const checked = valid && (await validate(network, valid, options, epoch));
      const result: EpochResult = {
        loss: learnt.loss,
        acc: learnt.acc,
        ...(checked ? { valLoss: checked.loss, valAcc: checked.acc } : {}),
        seconds: (performance.now() - started) / 1000,
      };
      history.push(result);
      good.take();
      options.onEpoch?.(result, epoch);
    }
  } catch (error) {
    if (error instanceof VggpuError && error.code === 'training') {
      good.restore();
      const kept = history.length > 0 ? `The weights are those of epoch ${history.length}.` : 'No epoch was finished.';
      throw new VggpuError('training', `${error.message} ${kept}`, { cause: error });
    }
    throw error;
  } finally {
    good.free();
  }
  return history;
}

/** Mean and deviation of the training features, for a head that standardises them. */
async function measureFeatures(network: Network, train: FeatureSource, options: FitOptions): Promise<void> {
  const { gpu } = network;
  const layer = network.layers[options.depth];
  const inputs = layer?.standardization;
  if (!inputs || inputs.seen > 0) return;
  let done = 0;
  const order = epochOrder(train.files.length, { seed: 0, epoch: 0, shuffle: false });
  for await (const batch of train.batches(splitBatches(order, options.batchSize))) {
    for (const piece of batch.x) observe(gpu, inputs, piece);
    done += batch.labels.length;
    await gpu.finish();
    const { epochs } = options;
    options.onProgress?.({ phase: 'measure', epoch: 0, epochs, done, total: train.files.length, loss: 0, acc: 0 });
  }
}

async function trainEpoch(
  network: Network,
  train: FeatureSource,
  { batchSize, seed, shuffle, optimizer, depth: from, epochs, epochsBefore, onProgress }: FitOptions,
  epoch: number,
  before: number,
): Promise<Means & { steps: number }> {
  const order = epochOrder(train.files.length, { seed, epoch: epochsBefore + epoch, shuffle });
  const mean = createMeans();
  let steps = before;
  for await (const batch of train.batches(splitBatches(order, batchSize))) {
    const { loss, correct } = await trainStep(network, optimizer, batch, { from, seed, step: ++steps });
    mean.add(batch.labels.length, loss, correct);
    onProgress?.({ phase: 'train', epoch, epochs, done: mean.count(), total: train.files.length, ...mean.values() });
  }
  if (mean.count() === 0) throw new VggpuError('pictures', 'None of the training pictures can be read.');
  return { ...mean.values(), steps };
}

function validate(network: Network, valid: FeatureSource, options: FitOptions, epoch: number): Promise<Means> {
  const { validBatchSize: batchSize, depth, epochs, onProgress } = options;
  const total = valid.files.length;
  return measure(network, valid, {
    ...{ what: 'validation pictures', batchSize, depth },
    onProgress: (done, means) => onProgress?.({ phase: 'validate', epoch, epochs, done, total, ...means }),
  });
}

/** A copy on the device of what training changes. */
function snapshot(network: Network) {
  const { gpu } = network;
  const parameters = trainableTensors(network);
  const copies: Tensor[] = parameters.map(({ shape }) => createTensor(gpu, shape, 'last good weights'));
  const copyAll = (from: readonly Tensor[], to: readonly Tensor[]) => {
    for (const [i, tensor] of from.entries()) gpu.copy(tensor, 0, to[i]!, 0, tensor.bytes);
  };
  copyAll(parameters, copies);
  return {
    take: () => copyAll(parameters, copies),
    restore: () => copyAll(copies, parameters),
    free: () => {
      for (const copy of copies) freeTensor(gpu, copy);
    },
  };
}
