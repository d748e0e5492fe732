// HDF5 files through h5wasm: opened safely, listed, and read by slices into memory that the caller owns.

import { resolve } from 'node:path';
import { Dataset, File, Group, Module, ready } from 'h5wasm/node';
import { VggpuError } from '../../errors.js';
import { elementsOf } from '../shape.js';
import { checkHdf5File } from './hdf5-check.js';

/** A dataset as it lies in the file. */
export interface Hdf5Dataset {
  /** From the file's root: `block1_conv1/block1_conv1_W_1:0`. */
  readonly path: string;
  readonly shape: readonly number[];
  /** `float32`, `float64`, `float16`, `int32`, `string`, ... */
  readonly type: string;
  /** Extents of a chunk where the dataset is stored in chunks (compressed datasets always are). */
  readonly chunks: readonly number[] | undefined;
}

/** An open HDF5 file. Paths are relative to the root, without a leading slash; '' is the root. */
export interface Hdf5File {
  readonly path: string;
  /** Names of the members of a group; none where there is no such group. */
  members(group: string): string[];
  /** The dataset at a path, or undefined. */
  dataset(path: string): Hdf5Dataset | undefined;
  /** A string attribute, or undefined where there is none. */
  attribute(group: string, name: string): string | undefined;
  /** A list of strings, which Keras splits into name0, name1, ... over 64 KiB; undefined where there is none. */
  attributeList(group: string, name: string): string[] | undefined;
  /**
   * Reads the box of `count` elements from `offset` on, row-major, as float32 into the front of `target`.
   * @throws VggpuError 'weights' where the data cannot be read or are not floating point.
   */
  read(dataset: Hdf5Dataset, offset: readonly number[], count: readonly number[], target: Float32Array): void;
  close(): void;
}

/** Loads the HDF5 library once and makes its errors exceptions: by itself it returns handles of nothing. */
export async function startHdf5(): Promise<void> {
  await ready;
  Module.activate_throwing_error_handler();
}

/**
 * Opens the HDF5 file `from` for reading; messages call it `path`.
 * @throws VggpuError 'weights' for what {@link checkHdf5File} refuses, and for a damaged file.
 */
export async function openHdf5(from: string, path: string = from): Promise<Hdf5File> {
  checkHdf5File(from, path);
  await startHdf5();
  const root = guarded(path, 'opened', () => new File(resolve(from), 'r'));
  let open = true;

  const entity = (at: string) => guarded(path, `read at ${at || 'its root'}`, () => (at === '' ? root : root.get(at)));
  const attributeValue = (group: string, name: string): string[] | undefined => {
    const holder = entity(group);
    if (!(holder instanceof Group)) return undefined;
    return guarded(path, `read at attribute ${name} of ${group || 'its root'}`, () => {
      const attribute = holder.attrs[name];
      if (attribute === undefined) return undefined;
      return attribute.shape?.includes(0) ? [] : strings(attribute.value);
    });
  };

  return {
    path,
    members(group) {
      const holder = entity(group);
      return holder instanceof Group ? guarded(path, `read at ${group || 'its root'}`, () => holder.keys()) : [];
    },
    dataset(at) {
      const found = entity(at);
      if (!(found instanceof Dataset)) return undefined;
      const { shape, chunks } = guarded(path, `read at ${at}`, () => found.metadata);
      return { path: at, shape: shape ?? [], type: typeName(found), chunks: chunks ?? undefined };
    },
    attribute: (group, name) => attributeValue(group, name)?.[0],
    attributeList(group, name) {
      const whole = attributeValue(group, name);
      if (whole !== undefined) return whole;
      const parts: string[] = [];
      for (let part = 0; ; part++) {
        const values = attributeValue(group, `${name}${part}`);
        if (values === undefined) return part === 0 ? undefined : parts;
        parts.push(...values);
      }
    },
    read(dataset, offset, count, target) {
      if (!open) throw new VggpuError('weights', `${path} was closed while it was being read.`);
      if (dataset.type !== 'float32' && dataset.type !== 'float64') {
        const advice = 'expected float32: save the weights as float32';
        throw new VggpuError('weights', `${path}: ${dataset.path} holds ${dataset.type}; ${advice}.`);
      }
      guarded(path, `read at ${dataset.path}`, () => readBox(root.file_id, dataset, offset, count, target));
    },
    close() {
      if (!open) return;
      open = false;
      root.close();
    },
  };
}

/** The library's heap is the only copy besides the target: `Dataset.slice` would make two more. */
function readBox(
  file: bigint,
  dataset: Hdf5Dataset,
  offset: readonly number[],
  count: readonly number[],
  target: Float32Array,
): void {
  const length = elementsOf(count);
  const width = dataset.type === 'float64' ? 8 : 4;
  const pointer = Module._malloc(Math.max(1, length * width));
  if (pointer === 0) {
    throw new VggpuError('memory', `no memory for ${length * width} bytes of ${dataset.path}: close other programs.`);
  }
  try {
    const big = (values: readonly number[]) => values.map((value) => BigInt(value));
    const strides = count.map(() => 1n);
    Module.get_dataset_data(file, dataset.path, big(count), big(offset), strides, BigInt(pointer));
    const heap = Module.HEAPU8.buffer; // taken after the read, which may have grown the heap
    target.set(width === 4 ? new Float32Array(heap, pointer, length) : new Float64Array(heap, pointer, length));
  } finally {
    Module._free(pointer);
  }
}

function typeName(dataset: Dataset): string {
  const { type, size, vlen } = dataset.metadata;
  if (type === Module.H5T_class_t.H5T_FLOAT.value) return `float${size * 8}`;
  if (type === Module.H5T_class_t.H5T_INTEGER.value) return `int${size * 8}`;
  if (type === Module.H5T_class_t.H5T_STRING.value || vlen) return 'string';
  return 'values of another kind';
}

/** Strings as any Keras wrote them; an empty list was stored by numpy as float64 and has none. */
function strings(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string').map((item) => item.replace(/\0+$/, ''));
}

function guarded<Result>(path: string, doing: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof VggpuError) throw error;
    throw new VggpuError(
      'weights',
      `${path} is damaged: it cannot be ${doing} (${hdf5Reason(error)}). Delete it and download it again.`,
      { cause: error },
    );
  }
}

/** The deepest reason in an HDF5 error stack, which is the one that says something. */
export function hdf5Reason(error: unknown): string {
  const reasons = [...String(error).matchAll(/#\d+: \S+ line \d+ in [^:]+: (.*)/g)].map((match) => match[1] ?? '');
  return reasons.at(-1) ?? (error instanceof Error ? error.message : String(error));
}
