// From decoded bytes to the network's input, and through its frozen layers to features.
import { createTape } from '../autograd/tape.js';
import { createTensor, elementsOf, freeTensor, type Tensor } from '../autograd/tensor.js';
import type { Block } from '../kernels/buffers.js';
import type { Gpu } from '../kernels/gpu.js';
import { affineDims, pictureToTensor, pictureWarp, RESIZE_MODES } from '../kernels/picture.js';
import { run } from '../kernels/run.js';
import { affineOf, isResizeOnly, type Warp } from './augmentation.js';
import { microBatch, micros } from './micro-batches.js';
import { featureShape, forward, type Network } from './network.js';
import type { NetworkSpec } from './specification.js';

/** Bytes of pictures that are uploaded before the first of them is used: each change between the two ends a compute pass. */
const UPLOAD_TOGETHER = 64 * 2 ** 20;

/** Room for a picture goes by powers of two from here on: pictures of any sizes share a few buffers, and epochs the same ones. */
const SMALLEST_ROOM = 2 ** 16;

/** A decoded picture: 8-bit RGBA, row by row from the top left; 4 * width * height bytes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Uploads pictures and makes the network's input: resized and moved in one step, mean subtracted, channels ordered.
 * @param slots rows of the result; those past the pictures are zero
 * @param warps how each picture is moved; `true` mirrors it left and right; default none
 * @returns (slots, size, size, 3), which the caller frees
 */
export function picturesToTensor(
  gpu: Gpu,
  spec: NetworkSpec,
  pictures: readonly Picture[],
  slots = pictures.length,
  warps: readonly (Warp | boolean | undefined)[] = [],
): Tensor {
  const { inputSize: size } = spec;
  const y = createTensor(gpu, [slots, size, size, 3], 'pictures');
  if (slots > pictures.length) gpu.clear(y);
  let uploaded: { readonly alike: Alike; readonly bytes: Block }[] = [];
  let together = 0;
  const fill = () => {
    for (const { alike, bytes } of uploaded) {
      gpu.profiler.phase('pictures', () => fillSlots(gpu, spec, alike, { bytes, y }));
      gpu.pool.give(bytes);
    }
    uploaded = [];
    together = 0;
  };
  for (const alike of alikes(gpu, pictures, warps)) {
    const size = bytesOf(alike.pictures[0]!);
    const all = size * alike.pictures.length;
    if (together > 0 && together + all > UPLOAD_TOGETHER) fill();
    const bytes = gpu.pool.take(roomFor(gpu, all), nameOf(alike));
    for (const [i, { data }] of alike.pictures.entries()) gpu.write(bytes, data.subarray(0, size), i * size);
    uploaded.push({ alike, bytes });
    together += all;
  }
  fill();
  return y;
}

/** Neighbours of one size that are not moved, or only mirrored, all alike; or one that is moved. */
interface Alike {
  /** The slot of the first. */
  readonly n: number;
  readonly pictures: Picture[];
  readonly flip: boolean;
  readonly warp: Warp | undefined;
}

/** Divides pictures into what one dispatch can take, and one binding hold. */
function alikes(gpu: Gpu, pictures: readonly Picture[], warps: readonly (Warp | boolean | undefined)[]): Alike[] {
  const most = Math.min(UPLOAD_TOGETHER, gpu.capabilities.limits.maxStorageBufferBindingSize);
  const all: Alike[] = [];
  for (const [n, picture] of pictures.entries()) {
    const warp = warps[n] ?? false;
    const moved = typeof warp === 'boolean' || isResizeOnly(warp) ? undefined : warp;
    const flip = warp === true || (warp !== false && warp.flip);
    const last = all.at(-1);
    const fits =
      last !== undefined &&
      !(moved || last.warp) &&
      flip === last.flip &&
      picture.width === last.pictures[0]!.width &&
      picture.height === last.pictures[0]!.height &&
      (last.pictures.length + 1) * bytesOf(picture) <= most;
    if (fits) last.pictures.push(picture);
    else all.push({ n, pictures: [picture], flip, warp: moved });
  }
  return all;
}

function bytesOf({ width, height }: Picture): number {
  return 4 * width * height;
}

function nameOf({ pictures }: Alike): string {
  const { width, height } = pictures[0]!;
  return `${pictures.length === 1 ? 'a picture' : `${pictures.length} pictures`} of ${width}x${height} pixels`;
}

function roomFor({ capabilities }: Gpu, bytes: number): number {
  const room = Math.max(SMALLEST_ROOM, 2 ** Math.ceil(Math.log2(bytes)));
  return room <= capabilities.limits.maxStorageBufferBindingSize ? room : bytes;
}

/** Pictures that are not moved, or only mirrored, are resized to the last bit as they would be without augmentation. */
function fillSlots(
  gpu: Gpu,
  { inputSize: size, preprocessing }: NetworkSpec,
  { n, pictures, flip, warp }: Alike,
  tensors: { readonly bytes: Block; readonly y: Tensor },
): void {
  const { resize, scale, mean, reverse } = preprocessing;
  const picture = pictures[0]!;
  const { width, height } = picture;
  const [mean0, mean1, mean2] = mean;
  const values = { ...{ height, width, size, n, reverse: Number(reverse) }, ...{ scale, mean0, mean1, mean2 } };
  if (warp) {
    run(gpu, pictureWarp, { ...values, ...affineDims(affineOf(warp, picture, size), resize, size) }, tensors);
  } else {
    const alike = { count: pictures.length, flip: Number(flip), mode: RESIZE_MODES[resize] };
    run(gpu, pictureToTensor, { ...values, ...alike }, tensors);
  }
}

/**
 * Runs the first `depth` layers on pictures. Each micro-batch is full (the last one padded with zeros), so that a
 * picture's features do not depend on which others it came with, to the last bit.
 * @param size pictures of a micro-batch
 * @param warps how each picture is moved, as for `picturesToTensor`
 * @returns (pictures, ...features), which the caller frees
 */
export function picturesToFeatures(
  network: Network,
  pictures: readonly Picture[],
  depth: number,
  size = Math.max(1, Math.min(pictures.length, microBatch(network, 0, depth))),
  warps: readonly (Warp | boolean | undefined)[] = [],
): Tensor {
  const { gpu, spec } = network;
  const shape = featureShape(network, depth);
  const features = createTensor(gpu, [pictures.length, ...shape], 'features');
  const row = elementsOf(shape) * 4;
  for (const { first, rows } of micros(pictures.length, size)) {
    const x = picturesToTensor(gpu, spec, pictures.slice(first, first + rows), size, warps.slice(first, first + rows));
    const tape = createTape(gpu, { record: false });
    const y = gpu.profiler.phase('forward', () => forward(tape, network, x, { to: depth }));
    gpu.copy(y, 0, features, first * row, rows * row);
    tape.dispose();
    freeTensor(gpu, x);
  }
  return features;
}
