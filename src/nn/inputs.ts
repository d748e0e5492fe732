// What a model's methods take as pictures, and how it becomes the network's input.
import { createTensor, elementsOf, freeTensor, type Shape, type Tensor, tensorFrom } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { matmulNN } from '../kernels/matmul.js';
import { run } from '../kernels/run.js';
import { micros } from './micro-batches.js';
import { type Picture, picturesToTensor } from './pictures.js';
import type { NetworkSpec, Preprocessing } from './specification.js';

/** Pictures as one array: R, G, B of each pixel, row by row, values as the network's preprocessing expects them (0..255). */
export interface PixelArray {
  readonly data: Float32Array | Uint8Array | Uint8ClampedArray;
  /** (N, side, side, 3) */
  readonly shape: Shape;
}

/** Decoded pictures of any size, which are resized, or an array of the network's own size. */
export type Pictures = readonly Picture[] | PixelArray;

export function countOf(x: Pictures): number {
  return 'shape' in x ? (x.shape[0] ?? 0) : x.length;
}

/** @throws VggpuError 'shape' where an array is not of the network's size, or has more or fewer values than its shape */
export function checkPictures(x: Pictures, inputSize: number): void {
  if (!('shape' in x)) return;
  const { data, shape } = x;
  const [N = 0, ...picture] = shape;
  if (picture.join() !== [inputSize, inputSize, 3].join() || !Number.isInteger(N) || N < 0) {
    throw new VggpuError(
      'shape',
      `The pictures have the shape (${shape.join(', ')}); this network takes (N, ${inputSize}, ${inputSize}, 3).`,
    );
  }
  if (data.length === elementsOf(shape)) return;
  throw new VggpuError(
    'shape',
    `Pictures of (${shape.join(', ')}) have ${elementsOf(shape)} values; found ${data.length}.`,
  );
}

/** The pictures at these places, in this order. */
export function pick(x: Pictures, places: readonly number[]): Pictures {
  if (!('shape' in x)) return places.map((place) => x[place]!);
  const row = elementsOf(x.shape.slice(1));
  const data = new Float32Array(places.length * row);
  places.forEach((place, i) => {
    data.set(x.data.subarray(place * row, (place + 1) * row), i * row);
  });
  return { data, shape: [places.length, ...x.shape.slice(1)] };
}

/** The network's input (N, side, side, 3) for some pictures; the caller frees it. */
export function inputTensor(gpu: Gpu, spec: NetworkSpec, x: Pictures): Tensor {
  if (!('shape' in x)) return picturesToTensor(gpu, spec, x);
  const data = x.data instanceof Float32Array ? new Float32Array(x.data) : Float32Array.from(x.data);
  const raw = tensorFrom(gpu, x.shape, data, 'pictures');
  const { scale, mean, reverse } = spec.preprocessing;
  if (scale === 1 && !reverse && mean.every((value) => value === 0)) return raw;
  const y = preprocessed(gpu, raw, spec.preprocessing);
  freeTensor(gpu, raw);
  return y;
}

/** The same in pieces, each of which fits one binding of the device. The caller frees them. */
export function inputTensors(gpu: Gpu, spec: NetworkSpec, x: Pictures): Tensor[] {
  const most = Math.floor(gpu.capabilities.limits.maxStorageBufferBindingSize / (spec.inputSize ** 2 * 3 * 4));
  const all = [...Array(countOf(x)).keys()];
  return Array.from(micros(all.length, Math.max(1, most)), ({ first, rows }) =>
    inputTensor(gpu, spec, rows === all.length ? x : pick(x, all.slice(first, first + rows))),
  );
}

/** y = x * scale - mean, reversed to B, G, R if asked: a product of each pixel with a 3x3 matrix that has one entry a row. */
function preprocessed(gpu: Gpu, x: Tensor, { scale, mean, reverse }: Omit<Preprocessing, 'resize'>): Tensor {
  const kernel = new Float32Array(9);
  const bias = new Float32Array(3);
  mean.forEach((value, channel) => {
    const to = reverse ? 2 - channel : channel;
    kernel[channel * 3 + to] = scale;
    bias[to] = -value;
  });
  const w = tensorFrom(gpu, [3, 3], kernel, 'preprocessing');
  const b = tensorFrom(gpu, [3], bias, 'preprocessing');
  const y = createTensor(gpu, x.shape, 'pictures');
  run(gpu, matmulNN, { M: elementsOf(x.shape) / 3, K: 3, N: 3, relu: 0 }, { x, w, b, y });
  freeTensor(gpu, w);
  freeTensor(gpu, b);
  return y;
}
