// HDF5 files written through h5wasm piece by piece, with attributes as Keras writes them.

import { resolve } from 'node:path';
import { File, Group } from 'h5wasm/node';
import { VggpuError } from '../../errors.js';
import { elementsOf } from '../shape.js';
import { hdf5Reason, startHdf5 } from './hdf5.js';

/** Takes a dataset's content as tiles of a matrix; see {@link Hdf5Writer.dataset}. */
export interface DatasetWriter {
  /** Writes values (values.length / columns, columns), row-major, with their first at (firstRow, firstColumn). */
  write(values: Float32Array, firstRow: number, firstColumn: number, columns: number): void;
  /** To be called once, after the last tile. */
  finish(): void;
}

/** A new HDF5 file. Paths are relative to the root; groups on the way are made. */
export interface Hdf5Writer {
  group(path: string): void;
  /**
   * A string, ASCII only: of fixed length, which every h5py hands to Keras in a form that it takes. From 63 KiB on it is of
   * variable length, which h5py hands over as text: Keras 3 takes that, a Keras 2 that wants to decode bytes does not.
   */
  attribute(group: string, name: string, value: string): void;
  /** A list of strings of fixed length, split into name0, name1, ... over 64 KiB as Keras does; ASCII only. */
  attributeList(group: string, name: string, values: readonly string[]): void;
  /**
   * A float32 dataset, written as the row-major matrix (all extents but the last multiplied, last extent). Matrices of
   * more than 16 MiB go to the disk tile by tile, in uncompressed chunks of whole rows; others when they are finished.
   */
  dataset(path: string, shape: readonly number[]): DatasetWriter;
  /** Closes the file; it throws where the last bytes find no room. */
  close(): void;
}

/** What Keras allows one attribute, in bytes: HDF5's object headers take 64 KiB. */
export const ATTRIBUTE_LIMIT = 64512;
const STREAMED_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Makes a new file, replacing one that is there.
 * @throws an error with `code` 'ENOSPC', 'EDQUOT' or 'EFBIG' where the disk takes no more, VggpuError 'output' otherwise.
 */
export async function createHdf5(path: string): Promise<Hdf5Writer> {
  await startHdf5();
  const root = guarded(path, () => new File(resolve(path), 'w'));
  const group = (at: string): Group => {
    let holder: Group = root;
    for (const part of at.split('/').filter((name) => name !== '')) {
      const found = holder.get(part);
      holder = found instanceof Group ? found : holder.create_group(part);
    }
    return holder;
  };
  return {
    group: (at) => guarded(path, () => void group(at)),
    attribute: (at, name, value) =>
      guarded(path, () => {
        if (value.length < ATTRIBUTE_LIMIT) group(at).create_attribute(name, value, [], `A${value.length + 1}`);
        else group(at).create_attribute(name, value);
      }),
    attributeList: (at, name, values) => guarded(path, () => writeList(group(at), name, values)),
    dataset: (at, shape) => guarded(path, () => datasetWriter(path, group, at, shape)),
    close: () => guarded(path, () => void root.close()),
  };
}

function writeList(group: Group, name: string, values: readonly string[]): void {
  if (values.length === 0) {
    group.create_attribute(name, new Float64Array(0), [0], '<d'); // what numpy makes of an empty list
    return;
  }
  const width = Math.max(...values.map((value) => value.length)) + 1;
  const parts = Math.ceil(values.length / Math.max(1, Math.floor(ATTRIBUTE_LIMIT / width)));
  for (let part = 0; part < parts; part++) {
    const some = values.slice(
      Math.ceil((part * values.length) / parts),
      Math.ceil(((part + 1) * values.length) / parts),
    );
    group.create_attribute(parts === 1 ? name : `${name}${part}`, some, [some.length], `A${width}`);
  }
}

function datasetWriter(
  path: string,
  group: (at: string) => Group,
  at: string,
  shape: readonly number[],
): DatasetWriter {
  const columns = shape.at(-1) ?? 1;
  const elements = elementsOf(shape);
  const holder = group(at.split('/').slice(0, -1).join('/'));
  const name = at.split('/').at(-1) as string;
  if (shape.length !== 2 || elements * 4 <= STREAMED_BYTES) {
    const whole = new Float32Array(elements);
    return {
      write(values, firstRow, firstColumn, width) {
        for (let start = 0, row = firstRow; start < values.length; start += width, row++) {
          whole.set(values.subarray(start, start + width), row * columns + firstColumn);
        }
      },
      finish: () => guarded(path, () => void holder.create_dataset({ name, data: whole, shape: [...shape] })),
    };
  }
  // Born empty and grown: h5wasm would want the whole matrix in its heap to make it at its full size.
  const chunks = [Math.max(1, Math.floor(CHUNK_BYTES / (columns * 4))), columns];
  const data = new Float32Array(0);
  const dataset = holder.create_dataset({ name, data, shape: [0, columns], maxshape: [...shape], chunks });
  dataset.resize([...shape]);
  return {
    write(values, firstRow, firstColumn, width) {
      const rows = values.length / width;
      const box: [number, number][] = [
        [firstRow, firstRow + rows],
        [firstColumn, firstColumn + width],
      ];
      guarded(path, () => dataset.write_slice(box, values));
    },
    finish() {},
  };
}

/** HDF5's own words for a full disk, as they stand in its error stack. */
const FULL: readonly (readonly [RegExp, string])[] = [
  [/No space left on device/i, 'ENOSPC'],
  [/(Disk )?quota exceeded/i, 'EDQUOT'],
  [/File too large/i, 'EFBIG'],
];

function guarded<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof VggpuError) throw error;
    const full = FULL.find(([words]) => words.test(String(error)));
    if (full !== undefined) throw Object.assign(new Error('the disk is full', { cause: error }), { code: full[1] });
    throw new VggpuError('output', `${path} cannot be written (${hdf5Reason(error)}).`, { cause: error });
  }
}
