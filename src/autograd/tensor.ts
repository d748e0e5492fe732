// A tensor: a block of GPU memory with a shape, and a place for its gradient.
import { VggpuError } from '../errors.js';
import type { Block } from '../kernels/buffers.js';
import { castToFloat } from '../kernels/cast.js';
import type { Gpu } from '../kernels/gpu.js';
import { wordsOf } from '../kernels/half.js';
import { run } from '../kernels/run.js';

/** Sizes of the dimensions, outermost first. Activations are (N, H, W, C) or (N, features). */
export type Shape = readonly number[];

/** How a number is stored: float32, or float16 in the frozen part of a network. */
export type Precision = 'f32' | 'f16';

/** Values on the GPU, row-major. */
export interface Tensor extends Block {
  readonly shape: Shape;
  /** float16 never has a gradient. */
  readonly dtype: Precision;
  /** Whether backward shall reach it: true for trainable parameters and for whatever was computed from them. */
  requiresGrad: boolean;
  /**
   * Whether a fused ReLU made it. Its gradient is then kept as that of what the ReLU took: 0 where the tensor is 0 or below, which
   * the kernels that compute it see to on their way.
   */
  rectified: boolean;
  /** d loss / d this tensor, once backward has reached it; of the same shape. */
  grad: Tensor | undefined;
}

/** Number of elements of a shape. */
export function elementsOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor with memory from the pool, its contents undefined. Give it back with `freeTensor`. */
export function createTensor(gpu: Gpu, shape: Shape, purpose: string, dtype: Precision = 'f32'): Tensor {
  const count = elementsOf(shape);
  const words = dtype === 'f16' ? wordsOf(count) : count;
  const { buffer, bytes } = gpu.pool.take(words * 4, `${purpose} (${shape.join(', ')})`);
  return { buffer, bytes, shape, dtype, requiresGrad: false, rectified: false, grad: undefined };
}

/** A tensor with the given values. @throws VggpuError 'shape' where their number is not the shape's */
export function tensorFrom(gpu: Gpu, shape: Shape, data: Float32Array<ArrayBuffer>, purpose: string): Tensor {
  if (data.length !== elementsOf(shape)) {
    throw new VggpuError('shape', `${purpose} of shape (${shape.join(', ')}) cannot hold ${data.length} values.`);
  }
  const tensor = createTensor(gpu, shape, purpose);
  gpu.write(tensor, data);
  return tensor;
}

/** Gives the memory of a tensor and of its gradient back. */
export function freeTensor(gpu: Gpu, tensor: Tensor): void {
  freeGradient(gpu, tensor);
  gpu.pool.give(tensor);
}

/** Forgets a tensor's gradient. */
export function freeGradient(gpu: Gpu, tensor: Tensor): void {
  if (tensor.grad) freeTensor(gpu, tensor.grad);
  tensor.grad = undefined;
}

/** Reads a tensor's values back, float16 as float32. Waits for the device. */
export async function readTensor(gpu: Gpu, tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
  const count = elementsOf(tensor.shape);
  if (tensor.dtype === 'f32') return new Float32Array(await gpu.read(tensor, 0, count * 4));
  const wide = createTensor(gpu, tensor.shape, 'float16 to read back');
  run(gpu, castToFloat, { count }, { x: tensor, y: wide });
  const values = readTensor(gpu, wide);
  freeTensor(gpu, wide); // the queue copies before anybody writes there again
  return values;
}
