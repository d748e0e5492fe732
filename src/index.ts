/**
 * The library: lesson 1's class, and what its methods take and give.
 *
 * @module vggpu
 */

export type { Precision } from './autograd/tensor.js';
export {
  type DownloadOptions,
  type DownloadProgress,
  type DownloadResult,
  download,
} from './data/download/download.js';
export type { Kernels } from './data/keras/orientation.js';
export { type DecodedPicture, type DecodeOptions, decodePicture } from './data/pictures/decode.js';
export type { ImageFolder, LabelledPicture } from './data/pictures/image-folder.js';
export type { Dtype, MadeFrom, Manifest, PictureFacts, ShardSettings } from './data/shards/manifest.js';
export { type MergeProblem, type MergeResult, mergeShards } from './data/shards/merge.js';
export type { ShardIndex } from './data/shards/shard-index.js';
export { openShards, type Shards } from './data/shards/shards.js';
export type { Placing } from './data/split/place.js';
export type { SetName } from './data/split/plan.js';
export { type SplitOptions, type SplitResult, splitPictures } from './data/split/split-pictures.js';
export type { Predictions as TestPredictions } from './data/submission/predictions.js';
export { makeSubmission, type Submission, type SubmissionOptions } from './data/submission/submission.js';
export { type ErrorCode, VggpuError } from './errors.js';
export type { MatrixUnit } from './kernels/matrix-units.js';
export { type LoadModelOptions, loadModel } from './models/load-model.js';
export {
  type FitGeneratorOptions,
  type FolderOutputs,
  Sequential,
  type SequentialOptions,
} from './models/sequential.js';
export { type Augmentation, DEFAULT_AUGMENTATION } from './nn/augmentation.js';
export {
  type Callback,
  csvLogger,
  earlyStopping,
  type Logs,
  modelCheckpoint,
  type TrainedModel,
} from './nn/callbacks.js';
export type { History } from './nn/epochs.js';
export {
  Activation,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  Lambda,
  MaxPooling2D,
  ZeroPadding2D,
} from './nn/keras-layers.js';
export type { OptimizerName } from './nn/optimizers.js';
export type { Picture } from './nn/pictures.js';
export { type Cut, convBlock, fcBlock, type Head } from './nn/vgg16.js';
export type { AdapterSource } from './node/adapters.js';
export type { Say } from './node/cache-folder.js';
export type { Drivers } from './node/dawn.js';
export { type Engine, startEngine } from './node/engine.js';
export type { AdapterFacts, LimitName, OpenDeviceOptions } from './node/open-device.js';
export type { Breakdown, HostShare, KernelShare, PhaseShare, Share } from './profile/breakdown.js';
export {
  type ContactSheet,
  drawContactSheet,
  type SheetOptions,
  type SheetPicture,
} from './report/contact-sheet/contact-sheet.js';
export { type Batches, type BatchesOptions, type PictureBatch, readBatches } from './vgg16/batches.js';
export type { ClassName } from './vgg16/describe.js';
export type { Evaluation, LabelledPrediction } from './vgg16/evaluate.js';
export type { Skipped } from './vgg16/features.js';
export type {
  CreateOptions,
  EvaluateOptions,
  FindLearningRateOptions,
  FinetuneOptions,
  FitOptions,
  FitResult,
  OnPictures,
  Predictions,
  TestOptions,
  TestResult,
} from './vgg16/options.js';
export { type Outputs, type TopClass, topClasses } from './vgg16/predict.js';
export { type ComputeShardOptions, computeShard, type ShardResult } from './vgg16/shards/compute-shard.js';
export { type FeatureBatches, featureBatches } from './vgg16/shards/feature-batches.js';
export type { ClassWeights } from './vgg16/training/class-weights.js';
export type { LearningRates } from './vgg16/training/find-learning-rate.js';
export type { Progress } from './vgg16/training/fit.js';
export type { Best, EpochResult } from './vgg16/training/run-state.js';
export { Vgg16 } from './vgg16/vgg16.js';
