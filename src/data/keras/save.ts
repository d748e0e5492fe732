// Saves a model as Keras 2 lays out its HDF5 files, so that Keras' own load_weights, or load_model, reads it.

import { existsSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { VggpuError } from '../../errors.js';
import { assertWritable, freeBytes, replaceFile } from '../files/atomic-file.js';
import { elementsOf, shapeText } from '../shape.js';
import { bytes } from './hdf5-check.js';
import { ATTRIBUTE_LIMIT, createHdf5, type Hdf5Writer } from './hdf5-write.js';
import { addChecksum, verifySaved } from './verify.js';

/**
 * Part of a weight. A weight counts as the row-major matrix (all extents but the last multiplied, last extent), and a
 * tile as `values.length / columns` of its rows from `firstRow` on, `columns` wide from `firstColumn` on.
 */
export interface WeightTile {
  readonly values: Float32Array;
  readonly firstRow: number;
  /** 0 if not given. */
  readonly firstColumn?: number;
  /** All columns of the weight if not given. */
  readonly columns?: number;
}

/** A weight: its shape, and its values tile by tile, each exactly once, in any order. */
export interface WeightSource {
  readonly shape: readonly number[];
  tiles(): Iterable<WeightTile> | AsyncIterable<WeightTile>;
}

/** A layer to save: convolution kernels (3, 3, in, out), dense kernels (in, out), biases (out,); or a name alone. */
export interface SavedLayer {
  readonly name: string;
  readonly kernel?: WeightSource;
  readonly bias?: WeightSource;
}

/** A weight that is in memory as a whole. */
export function weightOf(shape: readonly number[], values: Float32Array): WeightSource {
  return { shape, tiles: () => [{ values, firstRow: 0 }] };
}

/**
 * Checks before hours of work that weights can be saved at `path`: its name, its folder, and `size` bytes of room.
 *
 * @throws VggpuError 'output' saying what is in the way.
 */
export async function checkOutput(path: string, size = 0): Promise<void> {
  const name = basename(path);
  if (!/\.(h5|hdf5)$/i.test(name) || /\.weights\.h5$/i.test(name)) {
    const better = name.replace(/(\.weights)?(\.[^.]*)?$/, '') || 'model';
    throw new VggpuError(
      'output',
      `${path} is not a name for the model file: Keras tells the layout from the ending, and this one is .h5 or .hdf5, ` +
        `not .keras or .weights.h5. Call it ${better}.h5.`,
    );
  }
  await assertWritable(path);
  const free = await freeBytes(dirname(path));
  if (free < size) {
    throw new VggpuError(
      'output',
      `${path} needs ${bytes(size)}, but its disk has ${bytes(free)} left` +
        `${existsSync(path) ? ', and the old file stays until the new one is whole' : ''}. Free some space, or name a ` +
        'folder on another disk.',
    );
  }
}

/**
 * Writes layers and `attributes` (any JSON: class names, preprocessing, architecture, training arguments) to `path`:
 * whole, verified and on the disk, or not at all.
 *
 * @param onProgress gets the bytes written so far and in all.
 * @param config makes the file a whole model, for load_model: what {@link modelConfig} gives. The layers then lie below
 *   `model_weights`, where load_weights looks as well.
 * @throws VggpuError 'output' where the file cannot be written; 'shape' for tiles that do not make up their weight;
 *   whatever a source throws. What was at `path` is then untouched.
 */
export async function saveWeights(
  path: string,
  layers: readonly SavedLayer[],
  attributes: unknown,
  onProgress?: (bytesDone: number, bytesTotal: number) => void,
  config?: object,
): Promise<void> {
  const sources = layers.flatMap((layer) => weightsOf(layer).map((weight) => weight.source));
  const total = sources.reduce((sum, source) => sum + 4 * elementsOf(source.shape), 0);
  await checkOutput(path, total);
  const json = asciiJson(attributes);
  const model = config === undefined ? undefined : asciiJson(config);
  const root = model === undefined ? '' : 'model_weights';
  const names = layers.map((layer) => layer.name);
  let done = 0;
  const progress = (written: number) => {
    done += written;
    onProgress?.(done, total);
  };
  await replaceFile(path, async (temporary) => {
    const file = await createHdf5(temporary);
    const checksums = new Map<string, number>();
    try {
      for (const group of new Set(['', root])) {
        file.attribute(group, 'backend', 'tensorflow');
        file.attribute(group, 'keras_version', '2.2.4');
      }
      file.attributeList(root, 'layer_names', names);
      if (model !== undefined) file.attribute('', 'model_config', model);
      writeAttributes(file, json);
      for (const layer of layers) {
        const group = root === '' ? layer.name : `${root}/${layer.name}`;
        const weights = weightsOf(layer);
        file.group(group);
        file.attributeList(
          group,
          'weight_names',
          weights.map((weight) => weight.name),
        );
        for (const { name, source } of weights) {
          const at = `${group}/${name}`;
          checksums.set(at, await writeWeight(file, at, source, progress));
        }
      }
      file.close();
    } catch (error) {
      try {
        file.close();
      } catch {
        await truncate(temporary).catch(() => {}); // HDF5 keeps a file open that it cannot finish: give its room back
      }
      throw error;
    }
    await verifySaved(temporary, path, { root, names, checksums, json, model });
  });
}

function weightsOf({ name, kernel, bias }: SavedLayer): { name: string; source: WeightSource }[] {
  return [
    ...(kernel === undefined ? [] : [{ name: `${name}/kernel:0`, source: kernel }]),
    ...(bias === undefined ? [] : [{ name: `${name}/bias:0`, source: bias }]),
  ];
}

async function writeWeight(
  file: Hdf5Writer,
  at: string,
  { shape, tiles }: WeightSource,
  onWritten: (bytes: number) => void,
): Promise<number> {
  const width = shape.at(-1) ?? 1;
  const rows = elementsOf(shape) / width;
  const dataset = file.dataset(at, shape);
  let checksum = 0;
  let count = 0;
  for await (const { values, firstRow, firstColumn = 0, columns = width - firstColumn } of tiles()) {
    const last = firstRow + values.length / columns;
    if (!Number.isInteger(last) || firstRow < 0 || last > rows || firstColumn < 0 || firstColumn + columns > width) {
      const tile = `${values.length} values from (${firstRow}, ${firstColumn}) on, ${columns} wide`;
      throw new VggpuError('shape', `${at}: a tile of ${tile} does not fit a weight ${shapeText(shape)}.`);
    }
    dataset.write(values, firstRow, firstColumn, columns);
    checksum = addChecksum(checksum, values, firstRow, firstColumn, columns, width);
    count += values.length;
    onWritten(values.byteLength);
  }
  if (count !== elementsOf(shape)) {
    const need = elementsOf(shape);
    throw new VggpuError('shape', `${at}: got ${count} values; expected ${need} for a weight ${shapeText(shape)}.`);
  }
  dataset.finish();
  return checksum;
}

/** JSON in ASCII, so that it can be cut anywhere and read by any h5py. */
function asciiJson(attributes: unknown): string {
  const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(attributes ?? null).replace(/[\u007f-\uffff]/g, escaped);
}

function writeAttributes(file: Hdf5Writer, json: string): void {
  if (json.length < ATTRIBUTE_LIMIT) file.attribute('', 'vggpu', json);
  for (let part = 0; json.length >= ATTRIBUTE_LIMIT && part * 60000 < json.length; part++) {
    file.attribute('', `vggpu${part}`, json.slice(part * 60000, (part + 1) * 60000));
  }
}
