// Epochs of training: batches through a step, their means into a history, callbacks told on the way.
import { VggpuError } from '../errors.js';
import type { Callback, LogName, Logs, TrainedModel } from './callbacks.js';
import { type Pictures, pick } from './inputs.js';
import { micros } from './micro-batches.js';
import { philox } from './philox.js';
import type { BatchResult } from './training.js';

/** Pictures with the index of their class. */
export interface LabelledBatch {
  readonly x: Pictures;
  readonly labels: Uint32Array<ArrayBuffer>;
}

/** Batches from an array, a generator, or a stream of decoded pictures. */
export type LabelledBatches = Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>;

/** What each epoch came to, as Keras' History: `history.val_acc[2]` is the third epoch's. */
export interface History {
  readonly epoch: readonly number[];
  readonly history: { readonly loss: readonly number[] } & Readonly<Partial<Record<LogName, readonly number[]>>>;
}

export interface EpochsOptions {
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** Number of the first epoch, for a run that goes on; default 0. */
  readonly initialEpoch?: number | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
}

/** The parts of a run that differ from model to model. */
export interface EpochSteps {
  readonly train: (epoch: number) => LabelledBatches;
  readonly validate?: (() => LabelledBatches) | undefined;
  readonly trainBatch: (batch: LabelledBatch) => Promise<BatchResult>;
  readonly evaluateBatch: (batch: LabelledBatch) => Promise<BatchResult>;
  /** Whether accuracies are logged. */
  readonly accuracy: boolean;
}

/** Runs epochs `initialEpoch` to `epochs`. @throws VggpuError 'usage' where there are no pictures, or no such epochs */
export async function runEpochs(model: TrainedModel, steps: EpochSteps, options: EpochsOptions): Promise<History> {
  const { epochs = 1, initialEpoch = 0, callbacks = [] } = options;
  for (const [name, value] of Object.entries({ epochs, initialEpoch })) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw new VggpuError('usage', `${name} is ${value}; expected a whole number from 0.`);
  }
  const epoch: number[] = [];
  const history: Record<string, number[]> & { loss: number[] } = { loss: [] };
  model.stopTraining = false;
  for (const callback of callbacks) await callback.onTrainBegin?.(model);
  for (let current = initialEpoch; current < epochs && !model.stopTraining; current++) {
    for (const callback of callbacks) await callback.onEpochBegin?.(current, model);
    const trained = await meanOver(steps.train(current), steps.trainBatch, steps.accuracy, async (batch, logs) => {
      for (const callback of callbacks) await callback.onBatchEnd?.(batch, logs, model);
    });
    const held = steps.validate && (await meanOver(steps.validate(), steps.evaluateBatch, steps.accuracy));
    const logs: Logs = {
      ...trained,
      ...(held && { val_loss: held.loss }),
      ...(held?.acc !== undefined && { val_acc: held.acc }),
    };
    epoch.push(current);
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= [];
      history[name].push(value);
    }
    for (const callback of callbacks) await callback.onEpochEnd?.(current, logs, model);
  }
  for (const callback of callbacks) await callback.onTrainEnd?.(model);
  return { epoch, history };
}

/** Mean loss and accuracy over the pictures of all batches. @throws VggpuError 'usage' where there are none */
export async function meanOver(
  batches: LabelledBatches,
  step: (batch: LabelledBatch) => Promise<BatchResult>,
  accuracy: boolean,
  onBatch?: (batch: number, logs: Logs) => Promise<void>,
): Promise<Pick<Logs, 'loss' | 'acc'>> {
  let [loss, correct, count, number] = [0, 0, 0, 0];
  const logs = () => ({ loss: loss / count, ...(accuracy && { acc: correct / count }) });
  for await (const batch of batches) {
    const result = await step(batch);
    const rows = batch.labels.length;
    loss += result.loss * rows;
    correct += result.correct;
    count += rows;
    await onBatch?.(number++, logs());
  }
  if (count === 0) throw new VggpuError('usage', 'There are no pictures to train or measure with.');
  return logs();
}

/** The last word of Philox' counter, after those that shaders/random/philox.wgsl names and augmentation's. */
const FOR_ORDER = 4;

/** The places 0 to count - 1 in an order that seed and epoch draw (Fisher and Yates). */
export function shuffled(count: number, seed: number, epoch: number): number[] {
  const order = [...Array(count).keys()];
  for (let i = count - 1; i > 0; i--) {
    const [high, low] = philox([i, epoch, 0, FOR_ORDER], [seed, 0]);
    const at = Math.floor(((high * 2 ** 20 + (low >>> 12)) / 2 ** 52) * (i + 1));
    [order[i], order[at]] = [order[at]!, order[i]!];
  }
  return order;
}

/** Batches of pictures with their classes, in a given order. @throws VggpuError 'usage' for a size that is no count */
export function* batchesOf(
  x: Pictures,
  labels: Uint32Array<ArrayBuffer>,
  order: readonly number[],
  size: number,
): Generator<LabelledBatch, void, undefined> {
  for (const { first, rows } of micros(order.length, checkedBatchSize(size))) {
    const places = order.slice(first, first + rows);
    yield { x: pick(x, places), labels: Uint32Array.from(places, (place) => labels[place]!) };
  }
}

/** @throws VggpuError 'usage' where it is no whole number from 1 */
export function checkedBatchSize(size: number): number {
  if (Number.isInteger(size) && size >= 1) return size;
  throw new VggpuError('usage', `The batch size is ${size}; expected a whole number from 1.`);
}
