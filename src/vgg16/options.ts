// What the methods of Vgg16 take and give.
import type { Kernels } from '../data/keras/weights-file.js';
import type { Preprocessing } from '../nn/specification.js';
import type { Cut } from '../nn/vgg16.js';
import type { Engine } from '../node/engine.js';
import type { BatchesOptions } from './batches.js';
import type { Skipped } from './features.js';
import type { EpochResult, Progress } from './fit.js';
import type { Outputs } from './predict.js';

export interface CreateOptions {
  /** A Keras file with VGG16's weights, in any layout, whole or ending early; or a file that `saveWeights` wrote. */
  readonly weights: string;
  /** 'gpu', 'lavapipe', 'swiftshader' or part of an adapter's name; default VGGPU_ADAPTER, or the best there is. */
  readonly adapter?: string | undefined;
  /** How (out, in, 3, 3) kernels are turned, where the file does not tell. */
  readonly kernels?: Kernels | undefined;
  /** How pictures are resized, instead of the file's way (nearest for VGG16 as published). */
  readonly resize?: Preprocessing['resize'] | undefined;
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
}

export interface FitOptions {
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Of dropout; default that of the batches. */
  readonly seed?: number | undefined;
  /** False computes the frozen layers' output in every epoch again, to the same result. Default true. */
  readonly cache?: boolean | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onEpoch?: ((result: EpochResult, epoch: number) => void) | undefined;
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
}

/** What a run of `fit` came to. */
export interface FitResult {
  readonly epochs: readonly EpochResult[];
  /** Pictures that could not be read. */
  readonly skipped: readonly Skipped[];
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
type OnPictures = (done: number, total: number) => void;

export interface EvaluateOptions extends Pick<BatchesOptions, 'batchSize' | 'exif'> {
  readonly onProgress?: OnPictures | undefined;
  /** Told of a picture that cannot be read. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
}

export interface TestOptions extends Pick<BatchesOptions, 'batchSize' | 'exif'> {
  readonly onProgress?: OnPictures | undefined;
}
