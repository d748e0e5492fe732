// Kernels handed out in canonical order, a few megabytes at a time, whatever their order in the file.

import { elementsOf } from '../shape.js';
import type { Hdf5Dataset, Hdf5File } from './hdf5.js';

/**
 * Where a slice belongs. A kernel is taken as a row-major matrix: dense (in, out) as it is, convolution (3, 3, in, out)
 * as (9 * in, out). Panels are ranges of its columns; a slice lies in one panel and is as wide as it.
 */
export interface SlicePlace {
  readonly panel: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
}

/**
 * Takes one slice: values (rows, columns), row-major; they start `firstRow * columns` elements into their panel's buffer.
 * The memory is used again for the next slice, so what is kept must be copied (`queue.writeBuffer` does) before the
 * function returns or its promise is fulfilled.
 */
export type OnSlice = (values: Float32Array, place: SlicePlace) => void | Promise<void>;

/** How a kernel is to be cut. */
export interface SliceOptions {
  /** Ranges of columns [from, to), each for a buffer of its own; one range of all columns if not given. */
  readonly panels?: readonly (readonly [from: number, to: number])[];
  /** About how much one read from the file takes, in bytes: 16 MiB if not given. */
  readonly sliceBytes?: number;
}

const SLICE_BYTES = 16 * 1024 * 1024;
/** A compressed chunk is unpacked whole, so slices end where chunks do, unless that takes more than this. */
const CHUNK_BYTES = 128 * 1024 * 1024;

/**
 * Reads a convolution kernel, here of any size, into canonical (rows, columns, in, out), and hands it out in one
 * slice a panel: VGG16's largest has 9.4 MB.
 */
export async function sliceConvolution(
  file: Hdf5File,
  kernel: Hdf5Dataset,
  lies: { readonly channelsFirst: boolean; readonly rotated: boolean },
  options: SliceOptions,
  onSlice: OnSlice,
): Promise<void> {
  const stored = new Float32Array(elementsOf(kernel.shape));
  file.read(kernel, [0, 0, 0, 0], kernel.shape, stored);
  const [height, width, inputs, outputs] = convolutionShape(kernel, lies.channelsFirst);
  const positions = height * width;
  const canonical = lies.channelsFirst || lies.rotated ? new Float32Array(stored.length) : stored;
  for (let position = 0; canonical !== stored && position < positions; position++) {
    const from = lies.rotated ? positions - 1 - position : position;
    for (let input = 0; input < inputs; input++) {
      const row = (position * inputs + input) * outputs;
      if (lies.channelsFirst) {
        for (let output = 0; output < outputs; output++) {
          canonical[row + output] = stored[(output * inputs + input) * positions + from] as number;
        }
      } else {
        const start = (from * inputs + input) * outputs;
        canonical.set(stored.subarray(start, start + outputs), row);
      }
    }
  }
  const panels = options.panels ?? [[0, outputs]];
  await handOut({ values: canonical, firstRow: 0, rows: positions * inputs, from: 0, to: outputs }, panels, onSlice);
}

/** The canonical shape (rows, columns, in, out) of a convolution kernel. */
export function convolutionShape(kernel: Hdf5Dataset, channelsFirst: boolean): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = kernel.shape;
  return channelsFirst ? [c, d, b, a] : [a, b, c, d];
}

/**
 * Reads a dense kernel (in, out) by blocks of rows. With `positions` > 1 the file's rows lie (channel, position): each
 * block is then some channels of every position, handed out as one run of canonical rows (position, channel) for each
 * position, so that the file is still read from front to back.
 */
export async function sliceDense(
  file: Hdf5File,
  kernel: Hdf5Dataset,
  positions: number,
  options: SliceOptions,
  onSlice: OnSlice,
): Promise<void> {
  const [rows = 0, columns = 0] = kernel.shape;
  const panels = options.panels ?? [[0, columns]];
  const from = Math.min(...panels.map((panel) => panel[0]));
  const to = Math.max(...panels.map((panel) => panel[1]));
  const blockRows = rowsOfBlock(kernel, positions, (to - from) * 4, options.sliceBytes ?? SLICE_BYTES);
  const block = new Float32Array(blockRows * (to - from));
  const run = new Float32Array(positions > 1 ? block.length / positions : 0);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    file.read(kernel, [first, from], [count, to - from], block);
    if (positions === 1) {
      await handOut({ values: block, firstRow: first, rows: count, from, to }, panels, onSlice);
      continue;
    }
    const channels = count / positions;
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++) {
        const start = (channel * positions + position) * (to - from);
        run.set(block.subarray(start, start + (to - from)), channel * (to - from));
      }
      const firstRow = position * (rows / positions) + first / positions;
      await handOut({ values: run, firstRow, rows: channels, from, to }, panels, onSlice);
    }
  }
}

function rowsOfBlock(kernel: Hdf5Dataset, positions: number, rowBytes: number, sliceBytes: number): number {
  const rows = kernel.shape[0] as number;
  const chunkRows = kernel.chunks?.[0] ?? 1;
  const aligned = leastCommonMultiple(positions, chunkRows);
  const step = aligned * rowBytes <= CHUNK_BYTES ? aligned : positions;
  return Math.min(rows, step * Math.max(1, Math.floor(sliceBytes / rowBytes / step)));
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/** Some rows of a kernel: columns [from, to) of them, row-major, from the front of `values`. */
interface Block {
  readonly values: Float32Array;
  readonly firstRow: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

async function handOut(
  { values, firstRow, rows, from, to }: Block,
  panels: readonly (readonly [number, number])[],
  onSlice: OnSlice,
): Promise<void> {
  const width = to - from;
  for (const [panel, [firstColumn, end]] of panels.entries()) {
    const columns = end - firstColumn;
    let slice = values.subarray(0, rows * width);
    if (columns !== width) {
      slice = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        const start = row * width + firstColumn - from;
        slice.set(values.subarray(start, start + columns), row * columns);
      }
    }
    await onSlice(slice, { panel, firstRow, rows, firstColumn, columns });
  }
}
