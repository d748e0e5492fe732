// NumPy's .npy files: float32, int32 and uint8 arrays in C order. Format: numpy.lib.format, versions 1.0 and 2.0.

import { open, readFile } from 'node:fs/promises';
import { VggpuError } from '../../errors.js';
import { elementsOf } from '../shape.js';
import { replaceFile, writeFileAtomic } from './atomic-file.js';
import { writeFully } from './file-bytes.js';

/** The elements of an array. */
export type NpyData = Float32Array | Int32Array | Uint8Array;

/** An array: the last axis varies fastest; an empty shape is a single number. */
export interface NpyArray {
  shape: readonly number[];
  data: NpyData;
}

const MAGIC = '\x93NUMPY';

/** Element types by NumPy's names; a byte order is only given where an element has several bytes. */
const READERS: Record<string, (bytes: ArrayBuffer) => NpyData> = {
  '<f4': (bytes) => new Float32Array(bytes),
  '<i4': (bytes) => new Int32Array(bytes),
  '|u1': (bytes) => new Uint8Array(bytes),
};

/**
 * Writes an array, whole or not at all, as version 1.0 (2.0 where the header needs it).
 *
 * @throws VggpuError `shape` where data and shape do not fit; `output` where the file cannot be written
 */
export async function writeNpy(path: string, { shape, data }: NpyArray): Promise<void> {
  if (elementsOf(shape) !== data.length) {
    throw new VggpuError(
      'shape',
      `${path}: the shape (${shape.join(', ')}) has ${elementsOf(shape)} elements, the data ${data.length}.`,
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeFileAtomic(path, [npyHeader(shape, descrOf(data)), bytes]);
}

/**
 * Writes a float32 array whose rows come piece by piece, whole or not at all, and never holds more than a piece of it.
 *
 * @param rowShape shape of one row; the array has one axis more
 * @param mostRows rows that may come; the header has room for their number
 * @param pieces whole rows one after another, any number of them
 * @returns the number of rows
 * @throws VggpuError `shape` where a piece is no whole rows or there are more than `mostRows`; `output` where the file cannot
 *   be written; whatever `pieces` throws
 */
export async function writeNpyRows(
  path: string,
  { rowShape, mostRows }: { rowShape: readonly number[]; mostRows: number },
  pieces: AsyncIterable<Float32Array>,
): Promise<number> {
  const width = elementsOf(rowShape);
  let rows = 0;
  await replaceFile(path, async (temporary) => {
    const handle = await open(temporary, 'wx');
    try {
      const room = npyHeader([mostRows, ...rowShape], '<f4');
      await writeFully(handle, room, 0);
      for await (const piece of pieces) {
        const count = piece.length / width;
        if (!Number.isInteger(count) || rows + count > mostRows) {
          throw new VggpuError(
            'shape',
            `${path}: ${piece.length} values after ${rows} rows; at most ${mostRows} rows of ${width} were expected.`,
          );
        }
        const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
        await writeFully(handle, bytes, room.length + rows * width * 4);
        rows += count;
      }
      await writeFully(handle, npyHeader([rows, ...rowShape], '<f4', room.length), 0);
    } finally {
      await handle.close();
    }
  });
  return rows;
}

function descrOf(data: NpyData): string {
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Int32Array ? '<i4' : '|u1';
}

/** @returns a header of a multiple of 64 bytes, as NumPy writes it, filled up with spaces to at least `least` bytes */
export function npyHeader(shape: readonly number[], descr: string, least = 0): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const version = text.length + 11 + 63 > 0xffff ? 2 : 1;
  const preamble = version === 1 ? 10 : 12;
  const total = Math.max(least, Math.ceil((preamble + text.length + 1) / 64) * 64);
  const header = Buffer.alloc(total, ' ');
  header.write(MAGIC, 0, 'latin1');
  header[6] = version;
  header[7] = 0;
  if (version === 1) header.writeUInt16LE(total - preamble, 8);
  else header.writeUInt32LE(total - preamble, 8);
  header.write(text, preamble, 'latin1');
  header[total - 1] = 0x0a;
  return header;
}

/**
 * Reads an array.
 *
 * @throws VggpuError `output` where the file is missing, is no .npy file, ends early or holds another type or order
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const fail = (what: string, cause?: unknown): never => {
    throw new VggpuError('output', `${path}: ${what}.`, { cause });
  };
  const file = await readFile(path).catch((error) => {
    return fail(error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${error.code})`, error);
  });
  if (file.length < 10 || file.toString('latin1', 0, 6) !== MAGIC) fail('it is no .npy file');
  const version = file[6]!;
  if (version < 1 || version > 3) fail(`.npy version ${version} is not known, only 1 to 3`);
  const preamble = version === 1 ? 10 : 12;
  if (file.length < preamble) fail('the file ends within its header');
  const start = preamble + (version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8));
  if (start > file.length) fail('the file ends within its header');
  const text = file.toString(version === 3 ? 'utf8' : 'latin1', preamble, start);

  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const tuple = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (order === undefined || tuple === undefined) fail('its header cannot be read');
  const shape = (tuple!.match(/\d+/g) ?? []).map(Number);
  const read = Object.hasOwn(READERS, descr ?? '') ? READERS[descr!]! : undefined;
  if (read === undefined) {
    return fail(
      `elements of type ${descr ?? 'record'} are not read, only ${Object.keys(READERS).join(', ')}; use astype in NumPy`,
    );
  }
  if (order === 'True' && shape.length > 1) fail('the array is in Fortran order; save numpy.ascontiguousarray of it');
  const width = descr === '|u1' ? 1 : 4;
  const length = elementsOf(shape) * width;
  if (file.length - start < length) {
    fail(`it ends early: (${shape.join(', ')}) takes ${length} bytes, and ${file.length - start} are there`);
  }
  const bytes = file.buffer.slice(file.byteOffset + start, file.byteOffset + start + length);
  return { shape, data: read(bytes as ArrayBuffer) };
}
