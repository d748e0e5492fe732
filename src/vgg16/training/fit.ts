// The epochs of a training run: features in, losses out, from any state between two steps.
import { epochOrder, splitBatches } from '../../data/pictures/batches.js';
import { VggpuError } from '../../errors.js';
import type { Network } from '../../nn/network.js';
import type { Optimizer } from '../../nn/optimizers.js';
import { trainStep } from '../../nn/training.js';
import { measure } from '../evaluate.js';
import type { FeatureSource, WarpOf } from '../features.js';
import { createMeans, type Means } from './means.js';
import { measureFeatures } from './measure-features.js';
import { closeEpoch, type EpochResult, isStale, type RunState } from './run-state.js';
import { takeSnapshot } from './snapshot.js';

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
  /** In all, those that `state` has behind it included. */
  readonly epochs: number;
  /** Epochs of earlier runs: this one goes on with new orders and dropout masks. */
  readonly epochsBefore: number;
  readonly batchSize: number;
  readonly validBatchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly optimizer: Optimizer;
  /** Layers whose output the features are. */
  readonly depth: number;
  /** (classes): what a picture of each class counts in the training loss. */
  readonly classWeights?: Float32Array<ArrayBuffer> | undefined;
  /** How a picture is warped in an epoch (from 1, earlier runs included). */
  readonly warp?: ((epoch: number) => WarpOf) | undefined;
  /** Stops after so many epochs in a row that were no better than the best. */
  readonly earlyStop?: number | undefined;
  /** Asks to stop after the step under way. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Awaited after each step. */
  readonly onStep?: (() => Promise<void>) | undefined;
  /** Awaited after each epoch; `best`: it is the best so far. */
  readonly onEpoch?: ((result: EpochResult, epoch: number, best: boolean) => void | Promise<void>) | undefined;
}

/**
 * Trains a network's trainable layers until `epochs` are done, or none gets better. `state` moves on with every step.
 * @throws VggpuError 'training' where the loss is no longer a number: the weights are then those of the last whole epoch (or
 *   as they were before the first), and the message says at which step it happened; 'interrupted' where `signal` asked for it
 */
export async function fitNetwork(
  network: Network,
  train: FeatureSource,
  valid: FeatureSource | undefined,
  state: RunState,
  options: FitOptions,
): Promise<void> {
  const { epochs, earlyStop, onEpoch } = options;
  const good = takeSnapshot(network, 'last good weights');
  try {
    while (state.epoch < epochs && !isStale(state, earlyStop)) {
      const before = performance.now() - state.seconds * 1000;
      const clock = () => {
        state.seconds = (performance.now() - before) / 1000;
      };
      if (state.epoch === 0 && state.batch === 0) await measureFeatures(network, train, options);
      const learnt = await trainEpoch(network, train, state, options, clock);
      const checked = valid && (await validate(network, valid, state, options));
      clock();
      const [result, best] = closeEpoch(state, learnt, checked);
      good.take();
      await onEpoch?.(result, state.epoch, best);
    }
  } catch (error) {
    if (error instanceof VggpuError && error.code === 'training') {
      good.restore();
      const kept = state.epoch > 0 ? `The weights are those of epoch ${state.epoch}.` : 'No epoch was finished.';
      throw new VggpuError('training', `${error.message} ${kept}`, { cause: error });
    }
    throw error;
  } finally {
    good.free();
  }
}

/** Throws where a stop was asked for. @throws VggpuError 'interrupted' */
export function checkSignal({ signal }: Pick<FitOptions, 'signal'>): void {
  if (signal?.aborted) throw new VggpuError('interrupted', 'Stopped as asked.');
}

async function trainEpoch(
  network: Network,
  train: FeatureSource,
  state: RunState,
  options: FitOptions,
  clock: () => void,
): Promise<Means> {
  const { batchSize, seed, shuffle, optimizer, depth: from, epochs, epochsBefore, classWeights } = options;
  const total = train.files.length;
  const number = epochsBefore + state.epoch + 1;
  const order = epochOrder(total, { seed, epoch: number, shuffle });
  const first = state.batch;
  const mean = createMeans(state.sums);
  for await (const batch of train.batches(splitBatches(order, batchSize).slice(first), options.warp?.(number))) {
    const step = state.step + 1;
    const { loss, correct } = await trainStep(network, optimizer, batch, { from, seed, step, classWeights });
    mean.add(batch.labels.length, loss, correct);
    Object.assign(state, { step, batch: first + batch.index + 1, sums: mean.sums() });
    clock();
    const epoch = state.epoch + 1;
    options.onProgress?.({ phase: 'train', epoch, epochs, done: mean.count(), total, ...mean.values() });
    await options.onStep?.();
    checkSignal(options);
  }
  if (mean.count() === 0) throw new VggpuError('pictures', 'None of the training pictures can be read.');
  return mean.values();
}

function validate(network: Network, valid: FeatureSource, state: RunState, options: FitOptions): Promise<Means> {
  const { validBatchSize: batchSize, depth, epochs, onProgress } = options;
  const total = valid.files.length;
  return measure(network, valid, {
    ...{ what: 'validation pictures', batchSize, depth },
    onProgress(done, means) {
      onProgress?.({ phase: 'validate', epoch: state.epoch + 1, epochs, done, total, ...means });
      checkSignal(options);
    },
  });
}
