// What is told of a training run while it goes on, and may stop it: Keras' callbacks.
import { VggpuError } from '../errors.js';
import type { WeightArray } from './weight-arrays.js';

/** Means so far, under Keras' names; `acc` only with the metric 'accuracy', `val_` only after an epoch with validation. */
export interface Logs {
  readonly loss: number;
  readonly acc?: number | undefined;
  readonly val_loss?: number | undefined;
  readonly val_acc?: number | undefined;
}

export type LogName = keyof Logs;

/** The model as callbacks see it. */
export interface TrainedModel {
  /** Set to true, the run ends after the epoch. */
  stopTraining: boolean;
  /** Kernel and bias of each layer that has some, in order. */
  getWeights(): Promise<WeightArray[]>;
  /** Takes weights as `getWeights` gives them. */
  setWeights(weights: readonly WeightArray[]): Promise<void>;
}

/** Epochs and batches count from 0. What a method returns is waited for. */
export interface Callback {
  /** Before the first epoch. */
  onTrainBegin?(model: TrainedModel): void | Promise<void>;
  /** Before an epoch. */
  onEpochBegin?(epoch: number, model: TrainedModel): void | Promise<void>;
  /** After a step; `logs` are the means of the epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, model: TrainedModel): void | Promise<void>;
  /** After an epoch and its validation. */
  onEpochEnd?(epoch: number, logs: Logs, model: TrainedModel): void | Promise<void>;
  /** After the last epoch. */
  onTrainEnd?(model: TrainedModel): void | Promise<void>;
}

export interface MonitorOptions {
  /** Which number says how good an epoch was; default 'val_loss'. Losses are better low, accuracies high. */
  readonly monitor?: LogName | undefined;
}

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Stops at so many epochs in a row without improvement; default 0, which is as 1. */
  readonly patience?: number | undefined;
  /** What counts as an improvement must be more than this; default 0. */
  readonly minDelta?: number | undefined;
  /** Gives the model the best epoch's weights back when it stops. Default false. */
  readonly restoreBestWeights?: boolean | undefined;
}

/** Stops a run that no longer gets better. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { monitor = 'val_loss', patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  let best = Infinity;
  let waited = 0;
  let weights: WeightArray[] | undefined;
  return {
    onTrainBegin() {
      best = Infinity;
      waited = 0;
      weights = undefined;
    },
    async onEpochEnd(_, logs, model) {
      const badness = badnessOf(logs, monitor);
      if (badness < best - minDelta) {
        best = badness;
        waited = 0;
        if (restoreBestWeights) weights = await model.getWeights();
        return;
      }
      waited++;
      if (waited < patience) return;
      model.stopTraining = true;
      if (weights) await model.setWeights(weights);
    },
  };
}

export interface CheckpointOptions extends MonitorOptions {
  /** Keeps the weights; they are read from the device only when asked for. */
  readonly save: (model: TrainedModel, epoch: number, logs: Logs) => void | Promise<void>;
  /** Only where an epoch was better than all before. Default false. */
  readonly saveBestOnly?: boolean | undefined;
}

/** Has the model saved after each epoch. */
export function modelCheckpoint({ save, monitor = 'val_loss', saveBestOnly = false }: CheckpointOptions): Callback {
  let best = Infinity;
  return {
    onTrainBegin() {
      best = Infinity;
    },
    async onEpochEnd(epoch, logs, model) {
      if (saveBestOnly) {
        const badness = badnessOf(logs, monitor);
        if (!(badness < best)) return;
        best = badness;
      }
      await save(model, epoch, logs);
    },
  };
}

/** A table of the run: a line of names, sorted as Keras does, then a line an epoch. `write` gets each with its line end. */
export function csvLogger(write: (line: string) => void | Promise<void>): Callback {
  let names: LogName[] | undefined;
  return {
    onTrainBegin() {
      names = undefined;
    },
    async onEpochEnd(epoch, logs) {
      if (!names) {
        names = (Object.keys(logs) as LogName[]).filter((name) => logs[name] !== undefined).sort();
        await write(`${['epoch', ...names].join(',')}\n`);
      }
      await write(`${[epoch, ...names.map((name) => logs[name])].join(',')}\n`);
    },
  };
}

/** Low is good. @throws VggpuError 'usage' where the run does not measure it */
function badnessOf(logs: Logs, monitor: LogName): number {
  const value = logs[monitor];
  if (value !== undefined) return monitor.endsWith('acc') ? -value : value;
  const names = (Object.keys(logs) as LogName[]).filter((name) => logs[name] !== undefined).join(', ');
  throw new VggpuError(
    'usage',
    `A callback watches ${monitor}, which this run does not measure (it has ${names}). Give it validation data or metrics, or let it watch another.`,
  );
}
