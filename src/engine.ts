/**
 * The engine without Node: kernels, autograd and networks, for a page or for code of one's own. Shader text is handed in.
 *
 * @module vggpu/engine
 */
export {
  type ActivationOptions,
  binaryLogits,
  conv3x3,
  type DropoutKey,
  dense,
  dropout,
  globalAveragePool,
  joinColumns,
  maxPool,
  relu,
  sigmoid,
  softmax,
  softmaxCrossEntropy,
} from './autograd/ops.js';
export { createTape, type Tape, type TapeOptions } from './autograd/tape.js';
export {
  createTensor,
  freeTensor,
  type Precision,
  readTensor,
  type Shape,
  type Tensor,
  tensorFrom,
} from './autograd/tensor.js';
export { type ErrorCode, VggpuError } from './errors.js';
export type { Block, BufferPool, PoolBytes } from './kernels/buffers.js';
export { type Choices, choiceKey, createChoices, type TunedVariants } from './kernels/choices.js';
export { type Capabilities, createGpu, type Dispatch, type Gpu, type GpuOptions } from './kernels/gpu.js';
export type { Grid } from './kernels/grid.js';
export { kernels } from './kernels/index.js';
export {
  type Access,
  chooseVariant,
  cost,
  defineKernel,
  type Kernel,
  type KernelDefinition,
  type Pass,
  type Values,
  type Variant,
  type VariantFacts,
} from './kernels/kernel.js';
export { type MatrixUnit, matrixUnitsOf } from './kernels/matrix-units.js';
export type { PreparedBlocks } from './kernels/prepared.js';
export type { DispatchRecord, HostSpan, Profile, RunFacts } from './kernels/profile.js';
export type { Profiler } from './kernels/profiler.js';
export { run } from './kernels/run.js';
export type { ShaderText } from './kernels/shader.js';
export type { Sheet } from './kernels/sheets.js';
export type { Clock } from './kernels/timestamps.js';
export {
  type Augmentation,
  type AugmentationKey,
  augmentationOf,
  DEFAULT_AUGMENTATION,
  type Warp,
} from './nn/augmentation.js';
export {
  type Callback,
  type CheckpointOptions,
  csvLogger,
  type EarlyStoppingOptions,
  earlyStopping,
  type LogName,
  type Logs,
  type MonitorOptions,
  modelCheckpoint,
  type TrainedModel,
} from './nn/callbacks.js';
export type { EpochsOptions, History, LabelledBatch, LabelledBatches } from './nn/epochs.js';
export type { Pictures, PixelArray } from './nn/inputs.js';
export {
  Activation,
  type CommonLayer,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  type KerasActivation,
  type KerasLayer,
  type KernelInitializer,
  Lambda,
  type LayerOptions,
  MaxPooling2D,
  type NewLayer,
  type Pair,
  type PixelPreprocessing,
  PREPROCESSINGS,
  type Unnamed,
  type WeightedLayer,
  type WeightedOptions,
  ZeroPadding2D,
} from './nn/keras-layers.js';
export { type Lowered, type LowerOptions, lower, type Output } from './nn/lowering.js';
export {
  createNetwork,
  type ForwardOptions,
  forward,
  freeNetwork,
  type Layer,
  type Network,
  type NetworkOptions,
  trainFrom,
} from './nn/network.js';
export type { OptimizerState } from './nn/optimizer-state.js';
export {
  type AdamOptions,
  createAdam,
  createOptimizer,
  createRmsprop,
  createSgd,
  type Optimizer,
  type OptimizerOptions,
  type RmspropOptions,
  type SgdOptions,
} from './nn/optimizers.js';
export { type Initialization, initialize, type LayerParameters, type Panel, writeBias } from './nn/parameters.js';
export { type Picture, picturesToFeatures, picturesToTensor } from './nn/pictures.js';
export type { OutputArray } from './nn/prediction.js';
export { raise } from './nn/raising.js';
export { Sequential } from './nn/sequential.js';
export type {
  BatchOptions,
  CompileOptions,
  FitBatchesOptions,
  SequentialFitOptions,
  SequentialOptions,
} from './nn/sequential-options.js';
export {
  classesOf,
  describeLayers,
  type FusedActivation,
  type LayerFacts,
  type LayerSpec,
  type NetworkSpec,
  type Preprocessing,
  VGG_PREPROCESSING,
} from './nn/specification.js';
export type { Standardization } from './nn/standardization.js';
export { LOSSES, type LossName, type Targets } from './nn/targets.js';
export { type Batch, type BatchResult, evaluateStep, type StepOptions, trainStep } from './nn/training.js';
export { addVgg16, convBlock, fcBlock, finetuned, VGG16, VGG16_BLOCKS, type Vgg16Sizes, vgg16 } from './nn/vgg16.js';
export type { WeightArray } from './nn/weight-arrays.js';
