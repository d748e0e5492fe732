// The array of a chunk: an .npy file of float32 or float16 rows, written as they come, and read row by row.

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { VggpuError, whyNoNumber } from '../../errors.js';
import { replaceFile, writeError } from '../files/atomic-file.js';
import { readFully, writeFully } from '../files/file-bytes.js';
import { npyHeader } from '../files/npy.js';
import { elementsOf } from '../shape.js';
import { toFloat16 } from './float16.js';
import type { Dtype } from './manifest.js';

/** What a chunk's rows are. */
export interface RowFormat {
  readonly dtype: Dtype;
  /** Of one row. */
  readonly shape: readonly number[];
  /** In which the layers ran, for the error where a value is no number; default 'f32'. */
  readonly precision?: 'f32' | 'f16';
}

/** Rows of named pictures. */
export interface NamedValues {
  readonly names: readonly string[];
  /** (names.length, ...shape) */
  readonly values: Float32Array;
}

/** NumPy's names of the types. */
const DESCRIPTIONS = { float32: '<f4', float16: '<f2' } as const;

/** Room for a shape of any number of axes that a layer has, and a multiple of 64 as NumPy wants it. */
const HEADER_BYTES = 128;

/** Bytes that are read at a time to hash a file. */
const READ_BYTES = 4 * 2 ** 20;

/** Bytes of one row. */
export function rowBytes({ dtype, shape }: RowFormat): number {
  return elementsOf(shape) * (dtype === 'float32' ? 4 : 2);
}

/** Bytes of a whole file, its header included. */
export function fileBytes(format: RowFormat, rows: number): number {
  return HEADER_BYTES + rows * rowBytes(format);
}

/** Where a row begins in the file. */
export function rowStart(format: RowFormat, row: number): number {
  return fileBytes(format, row);
}

/** The file's header, always of the same length. */
export function chunkHeader({ dtype, shape }: RowFormat, rows: number): Uint8Array {
  return npyHeader([rows, ...shape], DESCRIPTIONS[dtype], HEADER_BYTES);
}

/**
 * Writes the rows of a chunk, whole or not at all, and holds one piece of them at a time.
 * @returns how many rows there were, and SHA-256 of the file in hexadecimal digits
 * @throws VggpuError 'weights' for a value that is no number, 'usage' for one that float16 cannot hold, each with its picture;
 *   'output' where the file cannot be written; whatever `pieces` throws
 */
export async function writeChunkArray(
  path: string,
  format: RowFormat,
  pieces: AsyncIterable<NamedValues>,
): Promise<{ rows: number; sha256: string }> {
  let rows = 0;
  let sha256 = '';
  await replaceFile(path, async (temporary) => {
    const handle = await open(temporary, 'wx+');
    try {
      for await (const { names, values } of pieces) {
        const stored = format.dtype === 'float32' ? values : toFloat16(values);
        assertStored(path, { names, values }, stored, format);
        const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
        await writeFully(handle, bytes, rowStart(format, rows));
        rows += names.length;
      }
      await writeFully(handle, chunkHeader(format, rows), 0);
      sha256 = await hashHandle(handle);
    } finally {
      await handle.close();
    }
  });
  return { rows, sha256 };
}

/** The exponent bits of a float16: all set, it is infinite or no number. */
const EXPONENT = 0x7c00;

function assertStored(
  path: string,
  { names, values }: NamedValues,
  stored: Float32Array | Uint16Array,
  { precision }: RowFormat,
): void {
  const half = stored instanceof Uint16Array;
  const bad = half
    ? stored.findIndex((bits) => (bits & EXPONENT) === EXPONENT)
    : stored.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const where = `${names[Math.floor((bad * names.length) / values.length)]}`;
  if (half && Number.isFinite(values[bad])) {
    throw new VggpuError(
      'usage',
      `A feature of ${where} is ${values[bad]}, and float16 ends at 65504: compute ${path} with --dtype float32, in another --out.`,
    );
  }
  throw new VggpuError(
    'weights',
    `The network gives ${values[bad]} for ${where}: ${whyNoNumber(precision === 'f16')}.`,
  );
}

/** @returns SHA-256 of a file in hexadecimal digits @throws what the file system says */
export async function hashArray(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    return await hashHandle(handle);
  } finally {
    await handle.close();
  }
}

async function hashHandle(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const bytes = Buffer.alloc(READ_BYTES);
  for (let at = 0; ; ) {
    const read = await readFully(handle, bytes, at);
    hash.update(bytes.subarray(0, read));
    at += read;
    if (read < bytes.length) return hash.digest('hex');
  }
}

/** @returns what is wrong with the size and header of a file that should have so many rows; undefined where nothing is */
export async function arrayFault(path: string, format: RowFormat, rows: number): Promise<string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'is missing';
    throw writeError(path, error);
  }
  try {
    const { size } = await handle.stat();
    const expected = fileBytes(format, rows);
    if (size !== expected) return `has ${size} bytes, and ${expected} were expected`;
    const header = Buffer.alloc(HEADER_BYTES);
    await readFully(handle, header, 0);
    return header.equals(chunkHeader(format, rows)) ? undefined : 'has another header than its rows should have';
  } finally {
    await handle.close();
  }
}
