// Where a training run is: the numbers that have to be kept, beside its tensors, to go on as if it had never stopped.
import * as v from 'valibot';
import { type Means, NOTHING, type Sums } from './means.js';

/** What an epoch came to. Losses are in nats a picture, accuracies in 0..1; val ones only with a validation set. */
export interface EpochResult {
  readonly loss: number;
  readonly acc: number;
  readonly valLoss?: number;
  readonly valAcc?: number;
  readonly seconds: number;
}

/** The best epoch so far, by what is monitored: val_loss, or loss where nothing is validated. Lower is better. */
export interface Best {
  /** From 1. */
  readonly epoch: number;
  readonly value: number;
}

/** A run between two steps. Orders, dropout and augmentation follow from the seed and these counts alone. */
export interface RunState {
  /** Epochs finished. */
  epoch: number;
  /** Batches of the epoch under way that have been learnt from. */
  batch: number;
  /** Steps of the optimizer since the network was made, which key the dropout masks. */
  step: number;
  /** Of the epoch under way. */
  sums: Sums;
  /** Spent in the epoch under way. */
  seconds: number;
  /** A result for each finished epoch. */
  history: EpochResult[];
  best: Best | undefined;
}

/** @param step steps that were taken before this run */
export function startOfRun(step: number): RunState {
  return { epoch: 0, batch: 0, step, sums: NOTHING, seconds: 0, history: [], best: undefined };
}

/** Closes the epoch under way. @returns its result, and whether it is the best so far */
export function closeEpoch(state: RunState, learnt: Means, checked: Means | undefined): [EpochResult, boolean] {
  const result: EpochResult = {
    ...learnt,
    ...(checked ? { valLoss: checked.loss, valAcc: checked.acc } : {}),
    seconds: state.seconds,
  };
  state.epoch++;
  state.history.push(result);
  Object.assign(state, { batch: 0, sums: NOTHING, seconds: 0 });
  const value = result.valLoss ?? result.loss;
  const better = Number.isFinite(value) && (state.best === undefined || value < state.best.value);
  if (better) state.best = { epoch: state.epoch, value };
  return [result, better];
}

/** Whether the best epoch lies `patience` epochs back. */
export function isStale({ epoch, best }: RunState, patience: number | undefined): boolean {
  return patience !== undefined && epoch - (best?.epoch ?? 0) >= patience;
}

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Loss = v.pipe(
  v.nullable(v.number()), // JSON has no NaN or infinity
  v.transform((value) => value ?? Number.NaN),
);
const Seconds = v.pipe(v.number(), v.minValue(0));

/** A state as JSON gives it back. */
export const RunStateSchema = v.object({
  epoch: Count,
  batch: Count,
  step: Count,
  sums: v.object({ pictures: Count, loss: v.number(), correct: Count }),
  seconds: Seconds,
  history: v.array(
    v.object({
      loss: Loss,
      acc: Loss,
      valLoss: v.exactOptional(Loss),
      valAcc: v.exactOptional(Loss),
      seconds: Seconds,
    }),
  ),
  best: v.optional(v.object({ epoch: Count, value: v.number() })),
});
