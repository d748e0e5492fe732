// What the methods of Sequential take.
import type { Gpu } from '../kernels/gpu.js';
import type { EpochsOptions, LabelledBatches } from './epochs.js';
import type { Pictures } from './inputs.js';
import type { NewLayer } from './keras-layers.js';
import type { Optimizer, OptimizerName, OptimizerOptions } from './optimizers.js';
import type { Preprocessing } from './specification.js';
import type { LossName, Targets } from './targets.js';

export interface SequentialOptions {
  readonly layers?: readonly NewLayer[] | undefined;
  /** The device, or who opens it when it is first needed. A model without one can be built and described, not run. */
  readonly gpu?: Gpu | (() => Gpu | Promise<Gpu>) | undefined;
  /** Of initial weights, dropout and the order of pictures; default 42. */
  readonly seed?: number | undefined;
  /** Side of the square input in pixels; default the first layer's. */
  readonly inputSize?: number | undefined;
  /** How pictures are resized to the network's input; default 'nearest', as Keras 1 did. */
  readonly resize?: Preprocessing['resize'] | undefined;
  readonly name?: string | undefined;
}

export interface CompileOptions {
  /** By name with Keras' settings, by name and settings, or made for the device. */
  readonly optimizer: OptimizerName | OptimizerOptions | ((gpu: Gpu) => Optimizer);
  readonly loss: LossName;
  readonly metrics?: readonly ('accuracy' | 'acc')[] | undefined;
}

export interface BatchOptions {
  /** Default 32. */
  readonly batchSize?: number | undefined;
}

export interface SequentialFitOptions extends BatchOptions, EpochsOptions {
  readonly validationData?: readonly [Pictures, Targets] | undefined;
  /** Default true: each epoch has an order of its own. */
  readonly shuffle?: boolean | undefined;
  /** Of the order and of dropout; default the model's. */
  readonly seed?: number | undefined;
}

export interface FitBatchesOptions extends EpochsOptions {
  /** The batches to measure after each epoch. */
  readonly validate?: (() => LabelledBatches) | undefined;
  /** Of dropout; default the model's. */
  readonly seed?: number | undefined;
}
