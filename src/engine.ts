// The engine without Node: kernels, autograd and networks, for a page or for code of one's own. Shader text is handed in.
export {
  conv3x3,
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
export { createTensor, freeTensor, readTensor, type Shape, type Tensor, tensorFrom } from './autograd/tensor.js';
export { type ErrorCode, VggpuError } from './errors.js';
export type { Block, BufferPool } from './kernels/buffers.js';
export { createGpu, type Gpu, type GpuOptions } from './kernels/gpu.js';
export { kernels } from './kernels/index.js';
export { chooseVariant, cost, defineKernel, type Kernel, type Variant } from './kernels/kernel.js';
export type { DispatchRecord, HostSpan, Profile } from './kernels/profile.js';
export type { Profiler } from './kernels/profiler.js';
export { run } from './kernels/run.js';
export type { ShaderText } from './kernels/shader.js';
export { type Augmentation, augmentationOf, DEFAULT_AUGMENTATION, type Warp } from './nn/augmentation.js';
export { createNetwork, forward, freeNetwork, type Network, trainFrom } from './nn/network.js';
export { createAdam, createOptimizer, createRmsprop, createSgd, type Optimizer } from './nn/optimizers.js';
export { initialize, writeBias } from './nn/parameters.js';
export { type Picture, picturesToFeatures, picturesToTensor } from './nn/pictures.js';
export { describeLayers, type LayerSpec, type NetworkSpec, VGG_PREPROCESSING } from './nn/specification.js';
export { evaluateStep, trainStep } from './nn/training.js';
export { finetuned, VGG16, VGG16_BLOCKS, vgg16 } from './nn/vgg16.js';
