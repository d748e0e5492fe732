// Weights files for the loader's tests: the shared ones, generated ones, and small ones written here in every layout.

import { File, type Group, ready } from 'h5wasm/node';
import type { WeightsFile } from '../../../src/data/keras/weights-file.js';
import { seeded } from '../../random.js';

/** Every weight of a file in canonical order, as bytes in hexadecimal, by layer. */
export async function canonicalWeights(file: WeightsFile, sliceBytes?: number): Promise<string[]> {
  const all: string[] = [];
  for (const [index, layer] of file.layers.entries()) {
    const kernel = await readKernel(file, index, sliceBytes);
    all.push(`${layer.kernelShape} ${hex(kernel)} ${hex(file.readBias(index))}`);
  }
  return all;
}

export async function readKernel(file: WeightsFile, index: number, sliceBytes?: number): Promise<Float32Array> {
  const shape = file.layers[index]?.kernelShape ?? [];
  const kernel = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(Number.NaN);
  const options = sliceBytes === undefined ? {} : { sliceBytes };
  await file.readKernel(index, (values, at) => kernel.set(values, at.firstRow * at.columns), options);
  return kernel;
}

export const hex = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

/** A layer's canonical weights. */
export interface SampleLayer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** A small VGG16 with random weights: all convolutions `width` wide, three dense layers, pictures of `side` * 32. */
export function sampleVgg16(width = 4, side = 2, convolutions = 13, dense = 3): SampleLayer[] {
  const random = seeded(11);
  const layer = (name: string, shape: number[]): SampleLayer => ({
    name,
    shape,
    kernel: random.floats(shape.reduce((product, extent) => product * extent, 1)),
    bias: random.floats(shape.at(-1) as number),
  });
  const layers = [2, 2, 3, 3, 3].flatMap((count, block) =>
    Array.from({ length: count }, (_, index) => {
      const inputs = block + index === 0 ? 3 : width;
      return layer(`block${block + 1}_conv${index + 1}`, [3, 3, inputs, width]);
    }),
  );
  const top = [layer('fc1', [side * side * width, 6]), layer('fc2', [6, 5]), layer('predictions', [5, 3])];
  return [...layers.slice(0, convolutions), ...top.slice(0, dense)];
}

/** How {@link writeSample} lays a file out. */
export interface SampleLayout {
  readonly channelsFirst?: boolean;
  readonly rotated?: boolean;
  readonly keras3?: boolean;
  readonly backend?: string;
  readonly root?: string;
  readonly change?: (root: Group) => void;
}

/** Writes layers as some Keras would; channels-first files get the first dense rows (channel, row, column). */
export async function writeSample(path: string, layers: readonly SampleLayer[], layout: SampleLayout): Promise<string> {
  await ready;
  const file = new File(path, 'w');
  const root = layout.root === undefined ? file : file.create_group(layout.root);
  if (layout.keras3) root.create_group('layers');
  else root.create_attribute('layer_names', ['input_1', ...layers.map((layer) => layer.name)]); // variable-length
  if (layout.backend !== undefined) root.create_attribute('backend', layout.backend);
  if (!layout.keras3) root.create_group('input_1').create_attribute('weight_names', new Float64Array(0), [0], '<d');
  const firstDense = layers.findIndex((layer) => layer.shape.length === 2);
  const counts = { conv2d: 0, dense: 0 };
  for (const [index, { name, shape, kernel, bias }] of layers.entries()) {
    const stored = storedKernel(
      shape,
      kernel,
      layout,
      index === firstDense ? layers[index - 1]?.shape.at(-1) : undefined,
    );
    const keys = layout.keras3 ? ['0', '1'] : [`${name}_W`, `${name}_b`];
    let group = root;
    if (layout.keras3) {
      const kind = shape.length === 4 ? 'conv2d' : 'dense';
      const number = counts[kind]++;
      const layer = (root.get('layers') as Group).create_group(number === 0 ? kind : `${kind}_${number}`);
      group = layer.create_group('vars');
      group.create_attribute('name', name);
    } else {
      group = root.create_group(name);
      group.create_attribute('weight_names', keys, [2], 'A40'); // fixed-length, NUL-padded
    }
    group.create_dataset({ name: keys[0] as string, data: stored.values, shape: [...stored.shape] });
    group.create_dataset({ name: keys[1] as string, data: bias });
  }
  layout.change?.(root);
  file.close();
  return path;
}

function storedKernel(
  shape: readonly number[],
  kernel: Float32Array,
  { channelsFirst = false, rotated = false }: SampleLayout,
  channels: number | undefined,
): { shape: readonly number[]; values: Float32Array } {
  const values = new Float32Array(kernel.length);
  if (shape.length === 2) {
    if (!channelsFirst || channels === undefined) return { shape, values: kernel };
    const [rows = 0, columns = 0] = shape;
    for (let row = 0; row < rows; row++) {
      const to = (row % channels) * (rows / channels) + Math.floor(row / channels);
      values.set(kernel.subarray(row * columns, (row + 1) * columns), to * columns);
    }
    return { shape, values };
  }
  const [, , inputs = 0, outputs = 0] = shape;
  for (let at = 0; at < kernel.length; at++) {
    const output = at % outputs;
    const input = Math.floor(at / outputs) % inputs;
    const position = Math.floor(at / outputs / inputs);
    const place = rotated ? 8 - position : position;
    const to = channelsFirst ? (output * inputs + input) * 9 + place : (place * inputs + input) * outputs + output;
    values[to] = kernel[at] as number;
  }
  return { shape: channelsFirst ? [outputs, inputs, 3, 3] : shape, values };
}
