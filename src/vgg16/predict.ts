// Predictions: pictures in, probabilities with names out.
import { softmax } from '../autograd/ops.js';
import { createTape } from '../autograd/tape.js';
import { freeTensor, readTensor } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Network } from '../nn/network.js';
import { type Picture, picturesToFeatures } from '../nn/pictures.js';
import { classesOf } from '../nn/specification.js';
import { assertFinite } from './finite.js';

/** The outputs of a network for one picture, both (classes). */
export interface Outputs {
  readonly logits: Float32Array<ArrayBuffer>;
  /** Softmax of the logits: they add up to 1. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

/**
 * Runs a whole network on pictures, in micro-batches that fit the device.
 * @param names of the pictures, for an error; default their numbers
 * @throws VggpuError 'weights' where the network has no last layer to predict with, or gives what is no number
 */
export async function predictPictures(
  network: Network,
  pictures: readonly Picture[],
  names: readonly string[] = pictures.map((_, i) => `picture ${i + 1}`),
): Promise<Outputs[]> {
  const { gpu, spec, layers } = network;
  const depth = layers.length;
  const classes = classesOf(spec);
  if (classes === undefined) {
    throw new VggpuError(
      'weights',
      `These weights end at ${spec.layers.at(-1)?.name}, so there is nothing to predict with. Finetune a head on them first: vggpu finetune --cut ${spec.layers.at(-1)?.name} --head gap.`,
    );
  }
  const logits = picturesToFeatures(network, pictures, depth);
  const tape = createTape(gpu, { record: false });
  const probabilities = await readTensor(gpu, softmax(tape, logits));
  const raw = await readTensor(gpu, logits);
  tape.dispose();
  freeTensor(gpu, logits);
  assertFinite(network, probabilities, names);
  return pictures.map((_, i) => ({
    logits: raw.slice(i * classes, (i + 1) * classes),
    probabilities: probabilities.slice(i * classes, (i + 1) * classes),
  }));
}

/** One of the most probable classes of a picture. */
export interface TopClass {
  readonly index: number;
  readonly probability: number;
}

/** The `count` most probable classes, the most probable first; of equals, the lower index first. */
export function topClasses(probabilities: ArrayLike<number>, count: number): TopClass[] {
  return Array.from({ length: probabilities.length }, (_, index) => ({ index, probability: probabilities[index]! }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, count);
}
