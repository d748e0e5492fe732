// From decoded bytes to the network's input, and through its frozen layers to features.
import { createTape } from '../autograd/tape.js';
import { createTensor, elementsOf, freeTensor, type Tensor } from '../autograd/tensor.js';
import type { Gpu } from '../kernels/gpu.js';
import { pictureToTensor, RESIZE_MODES } from '../kernels/picture.js';
import { run } from '../kernels/run.js';
import { microBatch, micros } from './micro-batches.js';
import { featureShape, forward, type Network } from './network.js';
import type { NetworkSpec } from './specification.js';

/** A decoded picture: 8-bit RGBA, row by row from the top left; 4 * width * height bytes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Uploads pictures and makes the network's input: resized, mean subtracted, channels ordered.
 * @param slots rows of the result; those past the pictures are zero
 * @param flips which pictures are mirrored left and right; default none
 * @returns (slots, size, size, 3), which the caller frees
 */
export function picturesToTensor(
  gpu: Gpu,
  spec: NetworkSpec,
  pictures: readonly Picture[],
  slots = pictures.length,
  flips: readonly boolean[] = [],
): Tensor {
  const { inputSize: size, preprocessing } = spec;
  const [mean0, mean1, mean2] = preprocessing.mean;
  const y = createTensor(gpu, [slots, size, size, 3], 'pictures');
  if (slots > pictures.length) gpu.clear(y);
  for (const [n, { width, height, data }] of pictures.entries()) {
    const bytes = gpu.pool.take(width * height * 4, `a picture of ${width}x${height} pixels`);
    gpu.write(bytes, new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, width * height * 4));
    const flip = Number(flips[n] ?? false);
    const values = {
      ...{
        height,
        width,
        size,
        n,
        flip,
        reverse: Number(preprocessing.reverse),
        mode: RESIZE_MODES[preprocessing.resize],
      },
      ...{ scale: preprocessing.scale, mean0, mean1, mean2 },
    };
    run(gpu, pictureToTensor, values, { bytes, y });
    gpu.pool.give(bytes);
  }
  return y;
}

/**
 * Runs the first `depth` layers on pictures. Each micro-batch is full (the last one padded with zeros), so that a
 * picture's features do not depend on which others it came with, to the last bit.
 * @returns (pictures, ...features), which the caller frees
 */
export function picturesToFeatures(
  network: Network,
  pictures: readonly Picture[],
  depth: number,
  size = Math.max(1, Math.min(pictures.length, microBatch(network, 0, depth))),
): Tensor {
  const { gpu, spec } = network;
  const shape = featureShape(network, depth);
  const features = createTensor(gpu, [pictures.length, ...shape], 'features');
  const row = elementsOf(shape) * 4;
  for (const { first, rows } of micros(pictures.length, size)) {
    const x = picturesToTensor(gpu, spec, pictures.slice(first, first + rows), size);
    const tape = createTape(gpu, { record: false });
    const y = forward(tape, network, x, { to: depth });
    gpu.copy(y, 0, features, first * row, rows * row);
    tape.dispose();
    freeTensor(gpu, x);
  }
  return features;
}
