// What the methods of Vgg16 take and give.
import type { Precision } from '../autograd/tensor.js';
import type { Augmentation } from '../nn/augmentation.js';
import type { OptimizerName } from '../nn/optimizers.js';
import type { Cut } from '../nn/vgg16.js';
import type { Engine } from '../node/engine.js';
import type { Breakdown } from '../profile/breakdown.js';
import type { BatchesOptions } from './batches.js';
import type { DescribeOptions } from './describe.js';
import type { LabelledPrediction } from './evaluate.js';
import type { Skipped } from './features.js';
import type { Outputs } from './predict.js';
import type { ClassWeights } from './training/class-weights.js';
import type { Progress } from './training/fit.js';
import type { Best, EpochResult } from './training/run-state.js';

export interface CreateOptions extends DescribeOptions {
  /**
   * A Keras file with VGG16's weights, in any layout, whole or ending early; a file that `saveWeights` wrote; or with `whole` or
   * `architecture` any network that the engine can run.
   */
  readonly weights: string;
  /** 'gpu', 'lavapipe', 'swiftshader' or part of an adapter's name; default VGGPU_ADAPTER, or the best there is. */
  readonly adapter?: string | undefined;
  /**
   * Of the layers that are not trained: 'f16' keeps their weights and activations in float16 and adds up in float32, where the
   * device has it. Training, the last layer and probabilities are float32 always. Default 'f32'.
   */
  readonly precision?: Precision | undefined;
  /** Gets lines for the person at the keyboard; default stderr. */
  readonly say?: ((line: string) => void) | undefined;
  /** Told how many bytes of weights have been loaded. */
  readonly onLoad?: ((done: number, total: number) => void) | undefined;
  /** Runs on an engine that is open already, which then stays open. */
  readonly engine?: Engine | undefined;
}

export interface FinetuneOptions {
  /** Cuts the network after a layer and puts a head behind; absent: only the last dense layer is replaced. */
  readonly cut?: Cut | undefined;
  /** Of the new layers' initial weights; default 42. */
  readonly seed?: number | undefined;
  /** Trains the pretrained layers from the one of this name on too; absent: all of them stay frozen. */
  readonly unfreeze?: string | undefined;
}

export interface FitOptions {
  /** Default 1; a resumed run counts those it has behind it. */
  readonly epochs?: number | undefined;
  /** Default 'adam'; all with Keras' other settings. */
  readonly optimizer?: OptimizerName | undefined;
  /** Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Of the pretrained layers that `finetune` made trainable; default a tenth of `learningRate`. */
  readonly baseLearningRate?: number | undefined;
  /** Of SGD; default 0. */
  readonly momentum?: number | undefined;
  /** Of dropout and augmentation; default that of the batches. */
  readonly seed?: number | undefined;
  /** What a picture of each class counts in the training loss; the validation loss is never weighted. */
  readonly classWeights?: ClassWeights | undefined;
  /** Moves the training pictures at random, anew in every epoch; true: as far as photos of things bear. Default false. */
  readonly augment?: boolean | Augmentation | undefined;
  /** Stops after so many epochs in a row that were no better than the best one. */
  readonly earlyStop?: number | undefined;
  /** False computes the frozen layers' output in every epoch again, to the same result. Default true. */
  readonly cache?: boolean | undefined;
  /** A file (.h5) to keep the run in: written after every epoch, every `checkpointMinutes`, and when it is interrupted. */
  readonly checkpoint?: string | undefined;
  /** Default 10. */
  readonly checkpointMinutes?: number | undefined;
  /** Goes on with the run in `checkpoint`, where there is one, to the same result as if it had never stopped. */
  readonly resume?: boolean | undefined;
  /** A file (.h5) for the model of the best epoch by val_loss (by loss without validation). A worse one never replaces it. */
  readonly best?: string | undefined;
  /** A file (.csv) for a line an epoch: epoch, loss, acc, val_loss, val_acc, seconds, learning_rate. */
  readonly log?: string | undefined;
  /** Stops after the step under way: the run is kept in `checkpoint`, and `fit` throws 'interrupted'. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the run is. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told of each epoch, from 1. */
  readonly onEpoch?: ((result: EpochResult, epoch: number) => void) | undefined;
  /** Told after each epoch where its time went; profiling, which costs some time itself, is on only where this is given. */
  readonly onProfile?: ((breakdown: Breakdown, epoch: number) => void) | undefined;
  /** Told of a picture that cannot be read. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
  /**
   * False leaves out what a hardware GPU does on the side of the first epoch: measuring variants of the kernels that the run
   * needs, for a twentieth of the time. What is found counts from the next start on. Default true.
   */
  readonly tune?: boolean | undefined;
}

/** What a run of `fit` came to. */
export interface FitResult {
  /** All epochs of the run, those before it was resumed included. */
  readonly epochs: readonly EpochResult[];
  /** Pictures that could not be read. */
  readonly skipped: readonly Skipped[];
  /** The epoch with the lowest val_loss (loss without validation). */
  readonly best: Best | undefined;
  /** Where the run was taken up again. */
  readonly resumedFrom?: { readonly epochs: number; readonly batches: number };
}

export interface FindLearningRateOptions
  extends Pick<FitOptions, 'optimizer' | 'momentum' | 'seed' | 'classWeights' | 'cache' | 'signal' | 'onSkip'> {
  /** First and last rate tried; default 1e-6 and 1. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Default 100. */
  readonly steps?: number | undefined;
  /** Told the loss of each step. */
  readonly onStep?: ((step: number, steps: number, loss: number) => void) | undefined;
}

/** What `predict` gives: lesson 1's three arrays, and the whole outputs. */
export interface Predictions {
  /** Of each picture's most probable class. */
  readonly probabilities: readonly number[];
  readonly indices: readonly number[];
  readonly classes: readonly string[];
  /** All logits and probabilities of each picture. */
  readonly outputs: readonly Outputs[];
}

/** What `test` gives: every file's class probabilities beside its name, in natural order. */
export interface TestResult {
  readonly fileNames: readonly string[];
  /** (classes) for each file. */
  readonly predictions: readonly Float32Array[];
  readonly skipped: readonly Skipped[];
}

/** How far a pass over pictures is. */
export type OnPictures = (done: number, total: number) => void;

export interface EvaluateOptions extends Pick<BatchesOptions, 'batchSize' | 'exif'> {
  readonly onProgress?: OnPictures | undefined;
  /** Told of a picture that cannot be read. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
  /** Told of every picture that could be read, with its probabilities, in the folder's order. */
  readonly onPrediction?: ((prediction: LabelledPrediction) => void) | undefined;
}

export interface TestOptions extends Pick<BatchesOptions, 'batchSize' | 'exif'> {
  readonly onProgress?: OnPictures | undefined;
  /** Told of a picture that cannot be read. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
}
