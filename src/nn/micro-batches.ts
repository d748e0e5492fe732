// How many pictures one dispatch holds: a batch of any size runs as micro-batches that fit the device's bindings.
import { createTensor, elementsOf, type Shape, type Tensor } from '../autograd/tensor.js';
import type { Gpu } from '../kernels/gpu.js';
import type { Network } from './network.js';

/** Winograd's F(4x4, 3x3) keeps 36 transformed values for each 16 of a convolution's input or output. */
const WINOGRAD_GROWTH = 36 / 16;

/** Beyond this many pictures a dispatch gains nothing; it only takes memory. */
const LARGEST = 64;

/**
 * The most pictures that layers `from` to `to` can run at once, so that every activation and every convolution's
 * transformed tiles fit one binding of the device.
 */
export function microBatch(network: Network, from: number, to: number): number {
  const largest = network.gpu.capabilities.limits.maxStorageBufferBindingSize / 4;
  const most = network.layers.slice(from, to).reduce((elements, { spec, facts }) => {
    const needed = spec.kind === 'conv3x3' ? scratchPerPicture : tiled;
    return Math.max(elements, needed(facts.input), needed(facts.output));
  }, 1);
  return Math.max(1, Math.min(LARGEST, Math.floor(largest / most)));
}

/** The most elements of scratch that a convolution may take for each picture of its input or output, of this shape. */
export function scratchPerPicture(shape: Shape): number {
  return WINOGRAD_GROWTH * tiled(shape);
}

/** Elements of a shape whose rows and columns are rounded up to whole 4x4 tiles. */
function tiled(shape: Shape): number {
  const [H = 1, W = 1, C] = shape;
  return C === undefined ? elementsOf(shape) : Math.ceil(H / 4) * Math.ceil(W / 4) * 16 * C;
}

/** Rows `first` to `first + count` of a tensor, copied. The caller frees it. */
export function copyRows(gpu: Gpu, x: Tensor, first: number, count: number): Tensor {
  const row = elementsOf(x.shape.slice(1)) * 4;
  const rows = createTensor(gpu, [count, ...x.shape.slice(1)], 'micro-batch');
  gpu.copy(x, first * row, rows, 0, count * row);
  return rows;
}

/** Pieces of at most `size` that cover `count` rows. */
export function* micros(count: number, size: number): Generator<{ first: number; rows: number }> {
  for (let first = 0; first < count; first += size) yield { first, rows: Math.min(size, count - first) };
}
