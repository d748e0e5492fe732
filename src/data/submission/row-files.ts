// A row of numbers for each picture, written as it comes: as CSV with the file names in it, or as .npy with a JSON beside it.

import { rm } from 'node:fs/promises';
import { VggpuError } from '../../errors.js';
import { assertWritable, removeLeftovers, writeFileAtomic } from '../files/atomic-file.js';
import { csvLine } from '../files/csv.js';
import { writeNpyRows } from '../files/npy.js';
import { float32Text } from './float32-text.js';

/** Rows of some pictures. */
export interface NamedRows {
  readonly fileNames: readonly string[];
  /** (fileNames.length, ...shape of one row) */
  readonly rows: Float32Array;
}

/**
 * How a file of rows is written, by its extension.
 * @throws VggpuError 'usage' where it is neither
 */
export function rowsFormat(path: string): 'csv' | 'npy' {
  const extension = /\.(csv|npy)$/i.exec(path)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'npy') return extension;
  throw new VggpuError('usage', `${path} must end in .csv or .npy: the extension says what is written or read.`);
}

/** Where the file names of an .npy file's rows are: `preds.json` for `preds.npy`. */
export function namesPath(npy: string): string {
  return npy.replace(/\.npy$/i, '.json');
}

/**
 * Checks before any work that the files can be written, and removes what killed runs left beside them.
 * @throws VggpuError 'usage' for another extension, 'output' where they cannot be written
 */
export async function prepareRows(out: string): Promise<void> {
  for (const path of rowsFormat(out) === 'csv' ? [out] : [out, namesPath(out)]) {
    await assertWritable(path);
    await removeLeftovers(path);
  }
}

/**
 * Writes `file,<class>,...` and a row a picture, whole or not at all.
 * @param batches rows of (classes) numbers, each as the short text that reads back to the same float32
 * @throws VggpuError 'output'; whatever `batches` throws
 */
export async function writeCsvRows(
  out: string,
  classes: readonly string[],
  batches: AsyncIterable<NamedRows>,
): Promise<void> {
  const width = classes.length;
  async function* lines(): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.from(csvLine(['file', ...classes]));
    for await (const { fileNames, rows } of batches) {
      const row = (name: string, i: number) =>
        csvLine([name, ...Array.from(rows.subarray(i * width, (i + 1) * width), float32Text)]);
      yield Buffer.from(fileNames.map(row).join(''));
    }
  }
  await writeFileAtomic(out, lines());
}

/** What an .npy file of rows is. */
export interface RowsDescription {
  /** Of one row. */
  readonly shape: readonly number[];
  /** Rows that may come. */
  readonly mostRows: number;
  /** What the JSON has beside the file names; asked once all rows are there. */
  about(): Readonly<Record<string, unknown>>;
}

/**
 * Writes a float32 array of (pictures, ...shape), and then `{fileNames, ...about}` beside it. Each file is whole or not there,
 * and no file names ever stand beside the rows of another run: the old ones are removed just before the rows take their name.
 * @throws VggpuError 'output'; whatever `batches` throws
 */
export async function writeNpyWithNames(
  out: string,
  { shape, mostRows, about }: RowsDescription,
  batches: AsyncIterable<NamedRows>,
): Promise<void> {
  const names = namesPath(out);
  const fileNames: string[] = [];
  async function* pieces(): AsyncGenerator<Float32Array, void, undefined> {
    for await (const batch of batches) {
      fileNames.push(...batch.fileNames);
      yield batch.rows;
    }
    await rm(names, { force: true });
  }
  await writeNpyRows(out, { rowShape: shape, mostRows }, pieces());
  await writeFileAtomic(names, `${JSON.stringify({ fileNames, ...about() }, undefined, 2)}\n`);
}
