// The library: lesson 1's class, and what its methods take and give.

export {
  type DownloadOptions,
  type DownloadProgress,
  type DownloadResult,
  download,
} from './data/download/download.js';
export { decodePicture } from './data/pictures/decode.js';
export { type SplitOptions, type SplitResult, splitPictures } from './data/split/split-pictures.js';
export { type ErrorCode, VggpuError } from './errors.js';
export { type Augmentation, DEFAULT_AUGMENTATION } from './nn/augmentation.js';
export type { OptimizerName } from './nn/optimizers.js';
export type { Picture } from './nn/pictures.js';
export type { Cut, Head } from './nn/vgg16.js';
export { type Engine, startEngine } from './node/engine.js';
export type { Breakdown } from './profile/breakdown.js';
export type { Batches, BatchesOptions, PictureBatch } from './vgg16/batches.js';
export type { Evaluation, LabelledPrediction } from './vgg16/evaluate.js';
export type { Skipped } from './vgg16/features.js';
export type { ClassName } from './vgg16/load.js';
export type {
  CreateOptions,
  EvaluateOptions,
  FindLearningRateOptions,
  FinetuneOptions,
  FitOptions,
  FitResult,
  Predictions,
  TestOptions,
  TestResult,
} from './vgg16/options.js';
export { type Outputs, type TopClass, topClasses } from './vgg16/predict.js';
export type { ClassWeights } from './vgg16/training/class-weights.js';
export type { LearningRates } from './vgg16/training/find-learning-rate.js';
export type { Progress } from './vgg16/training/fit.js';
export type { Best, EpochResult } from './vgg16/training/run-state.js';
export { Vgg16 } from './vgg16/vgg16.js';
