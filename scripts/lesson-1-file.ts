// Writes a VGG16 of any width as lesson 1's vgg16.h5 lies: Keras 1 on Theano, kernels rotated, channels first.
import { readTensor } from '../src/autograd/tensor.js';
import { replaceFile } from '../src/data/files/atomic-file.js';
import { createHdf5, type Hdf5Writer } from '../src/data/keras/hdf5-write.js';
import type { Layer, Network } from '../src/nn/network.js';
import { readBias } from '../src/nn/parameters.js';

/** Keras 1's names, which it numbers from 1 within each. */
const NAMES = {
  conv3x3: 'convolution2d',
  maxPool: 'maxpooling2d',
  flatten: 'flatten',
  dense: 'dense',
  dropout: 'dropout',
} as const;

interface StoredWeights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface StoredGroup {
  readonly name: string;
  /** Kernel and bias, or nothing. */
  readonly weights: readonly StoredWeights[];
}

/**
 * Writes a network's weights, whole or not at all.
 * @param inputScale what the network's inputs were multiplied by; the first kernel takes it over, as lesson 1's inputs
 *   are not scaled
 */
export async function writeLesson1File(path: string, network: Network, inputScale: number): Promise<void> {
  const counts = new Map<string, number>();
  const numbered = (name: string) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return `${name}_${counts.get(name)}`;
  };
  const groups: StoredGroup[] = [{ name: numbered('lambda'), weights: [] }];
  let [side, channels] = [0, 0]; // of the last convolution block's output
  for (const [i, layer] of network.layers.entries()) {
    const { kind } = layer.spec;
    if (!(kind in NAMES)) throw new Error(`Lesson 1's file has no layer ${kind}.`);
    if (kind === 'conv3x3') groups.push({ name: numbered('zeropadding2d'), weights: [] });
    const name = numbered(NAMES[kind as keyof typeof NAMES]);
    let weights: StoredWeights[] = [];
    if (kind === 'conv3x3') weights = await theanoConvolution(network, layer, i === 0 ? inputScale : 1);
    if (kind === 'maxPool') [side = 0, , channels = 0] = layer.facts.output;
    if (kind === 'dense') {
      weights = await theanoDense(network, layer, name === 'dense_1' ? side * side : 1, channels);
    }
    groups.push({ name, weights });
  }
  await replaceFile(path, async (temporary) => {
    const file = await createHdf5(temporary);
    const names = groups.map(({ name }) => name);
    file.attributeList('', 'layer_names', names);
    file.attribute('', 'backend', 'theano'); // lesson 1's file lacks it, and has to be recognised by its values
    for (const group of groups) writeGroup(file, group);
    file.close();
  });
}

function writeGroup(file: Hdf5Writer, { name, weights }: StoredGroup): void {
  const names = ['W', 'b'].slice(0, weights.length).map((letter) => `${name}_${letter}`);
  file.group(name);
  file.attributeList(name, 'weight_names', names);
  for (const [i, { shape, values }] of weights.entries()) {
    const dataset = file.dataset(`${name}/${names[i]}`, shape);
    dataset.write(values, 0, 0, shape.at(-1)!);
    dataset.finish();
  }
}

/** (3, 3, in, out) to (out, in, 3, 3), rotated by 180 degrees. */
async function theanoConvolution({ gpu }: Network, { parameters }: Layer, scale: number): Promise<StoredWeights[]> {
  const [, , C = 0, K = 0] = parameters!.kernelShape;
  const kernel = await readTensor(gpu, parameters!.panels[0]!.kernel);
  const values = new Float32Array(kernel.length);
  for (let at = 0; at < 9; at++) {
    for (let c = 0; c < C; c++) {
      for (let k = 0; k < K; k++) values[(k * C + c) * 9 + 8 - at] = scale * kernel[(at * C + c) * K + k]!;
    }
  }
  return [{ shape: [K, C, 3, 3], values }, await bias(gpu, parameters!)];
}

/** Rows (position, channel) to (channel, position). */
async function theanoDense(
  { gpu }: Network,
  { parameters }: Layer,
  positions: number,
  channels: number,
): Promise<StoredWeights[]> {
  const [rows = 0, units = 0] = parameters!.kernelShape;
  if (parameters!.panels.length > 1) throw new Error('A dense layer in several panels is too large for this script.');
  const kernel = await readTensor(gpu, parameters!.panels[0]!.kernel);
  const values = new Float32Array(kernel.length);
  for (let row = 0; row < rows; row++) {
    const to = positions === 1 ? row : (row % channels) * positions + Math.floor(row / channels);
    values.set(kernel.subarray(row * units, (row + 1) * units), to * units);
  }
  return [{ shape: [rows, units], values }, await bias(gpu, parameters!)];
}

async function bias(gpu: Network['gpu'], parameters: NonNullable<Layer['parameters']>): Promise<StoredWeights> {
  return { shape: [parameters.kernelShape.at(-1)!], values: await readBias(gpu, parameters) };
}
