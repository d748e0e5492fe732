// The outputs of frozen layers, kept on disk between epochs and runs: one row of floats a picture, filled in any order.
//
// Layout   header (128 bytes: magic, byte order, count, width, key, CRC), table (count x (state, CRC-32)), padding to 4096,
//          rows (count, width) of float32 in the machine's own byte order
// Trust    a row counts once its table entry says so and its CRC holds, and the entry is written after the row: whatever an
//          interruption or power cut leaves half-written is computed again. The key is compared, so is the size.
// Sharing  two runs may fill the same cache at once: the key fixes what each row holds, so both write the same bytes

import { open, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { VggpuError, whyNoNumber } from '../../errors.js';
import { makeFolder, replaceFile, writeError } from '../files/atomic-file.js';
import { readFully, readFullySync, writeFully, writeFullySync } from '../files/file-bytes.js';
import { CACHE_EXTENSION } from './cache-folder.js';

/** Which cache to open. */
export interface FeatureCacheOptions {
  /** The folder of caches; made where it is missing. */
  folder: string;
  /** What the rows depend on, as featureCacheKey makes it. */
  key: string;
  /** Rows: one a picture. */
  count: number;
  /** Floats a row. */
  width: number;
  /** Whether they come from layers in float16, which may overflow; for the error where one is no number. */
  float16?: boolean;
}

/** An open cache. Beside one batch of rows it holds 8 bytes a row in memory. */
export interface FeatureCache {
  readonly path: string;
  /** What was found wrong on opening and is to be computed again; for the log. */
  readonly notes: readonly string[];
  /** @returns how many rows are there */
  present(): number;
  /** @returns whether a row is there */
  has(row: number): boolean;
  /**
   * @returns (rows.length, width), in the order asked for
   * @throws VggpuError `output` where a row is not there, or was damaged since the cache was opened
   */
  read(rows: ArrayLike<number>): Promise<Float32Array<ArrayBuffer>>;
  /**
   * @param values (rows.length, width)
   * @throws VggpuError `output` where the disk is full or the cache cannot be written, `shape` where the sizes do not fit,
   *   `training` where a value is not finite: such features are not worth keeping
   */
  write(rows: ArrayLike<number>, values: Float32Array): Promise<void>;
  /** Waits until all rows are on the disk. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

const MAGIC = 0x31434656; // "VFC1" on a little-endian machine
const HEADER_BYTES = 128;
const HEADER_WORDS = HEADER_BYTES / 4;
const PRESENT = 0x1d5eca5e;
const CHECK_BYTES = 4 * 2 ** 20;

/**
 * A file no larger than this is in the system's memory after an epoch, and its rows are copied while the caller waits, in a few microseconds
 * each: the pool of threads takes five times as long for one, more where it decodes pictures.
 */
const KEPT_BYTES = 2 ** 30;

/**
 * Opens a cache, or makes an empty one. What is there is read once and checked; a file of another key, size or format is
 * replaced by an empty one, and `notes` says so.
 *
 * @throws VggpuError `output` where the folder or file cannot be written
 */
export async function openFeatureCache(options: FeatureCacheOptions): Promise<FeatureCache> {
  const { folder, key, count, width } = options;
  const path = join(folder, `${key.slice(0, 32)}${CACHE_EXTENSION}`);
  const start = Math.ceil((HEADER_BYTES + 8 * count) / 4096) * 4096;
  const rowBytes = 4 * width;
  const size = start + count * rowBytes;
  const table = new Uint32Array(2 * count);
  const notes: string[] = [];

  await makeFolder(folder);
  const handle = await guarded(path, async () => {
    const wrong = await inspect(path, options);
    if (wrong !== undefined) {
      if (wrong !== '') notes.push(`The feature cache ${path} ${wrong}; it is made anew.`);
      await rm(path, { force: true });
      await replaceFile(path, (temporary) => createEmpty(temporary, options, size));
    }
    await utimes(path, new Date(), new Date()); // pruning goes by the last use
    return open(path, 'r+');
  });

  const present = (row: number): boolean => table[2 * row] === PRESENT;
  const checksum = (row: number, bytes: Uint8Array): number => crc32(bytes, row + 1);

  /** Takes in the table and forgets every row that does not match its checksum. */
  const check = async (): Promise<void> => {
    await readFully(handle, new Uint8Array(table.buffer), HEADER_BYTES);
    const chunkRows = Math.max(1, Math.floor(CHECK_BYTES / rowBytes));
    const chunk = new Uint8Array(Math.min(count, chunkRows) * rowBytes);
    let torn = 0;
    for (let first = 0; first < count; first += chunkRows) {
      const rows = Array.from({ length: Math.min(chunkRows, count - first) }, (_, i) => first + i);
      if (!rows.some((row) => table[2 * row] !== 0)) continue;
      const read = await readFully(handle, chunk.subarray(0, rows.length * rowBytes), start + first * rowBytes);
      for (const [i, row] of rows.entries()) {
        const end = (i + 1) * rowBytes;
        const bytes = chunk.subarray(i * rowBytes, end);
        if (table[2 * row] === 0 || (present(row) && end <= read && checksum(row, bytes) === table[2 * row + 1]))
          continue;
        table[2 * row] = 0;
        torn++;
      }
    }
    if (torn > 0)
      notes.push(`The feature cache ${path} has ${torn} damaged rows of ${count}; they are computed again.`);
  };
  try {
    await guarded(path, check);
    await guarded(path, () => handle.truncate(size)); // a file that was cut short gets its full length back
  } catch (error) {
    await handle.close();
    throw error;
  }

  return {
    path,
    notes,
    present: () => table.reduce((sum, state, i) => sum + (i % 2 === 0 && state === PRESENT ? 1 : 0), 0),
    has: present,
    async read(rows) {
      const values = new Float32Array(rows.length * width);
      const bytes = new Uint8Array(values.buffer);
      const targets = Array.from(rows, (row, i) => {
        if (!present(row)) throw new VggpuError('output', `The feature cache ${path} has no row ${row} yet.`);
        return { row, at: start + row * rowBytes, target: bytes.subarray(i * rowBytes, (i + 1) * rowBytes) };
      });
      await guarded(path, async () => {
        if (size <= KEPT_BYTES) for (const { at, target } of targets) readFullySync(handle, target, at);
        else await Promise.all(targets.map(({ at, target }) => readFully(handle, target, at)));
      });
      if (targets.some(({ row, target }) => checksum(row, target) !== table[2 * row + 1])) {
        throw new VggpuError(
          'output',
          `The feature cache ${path} was damaged during the run. Run again to rebuild it.`,
        );
      }
      return values;
    },
    async write(rows, values) {
      assertRows(path, rows, values, options);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await guarded(path, async () => {
        for (const [i, row] of Array.from(rows).entries()) {
          const source = bytes.subarray(i * rowBytes, (i + 1) * rowBytes);
          const entry = Uint32Array.of(PRESENT, checksum(row, source));
          // At once, as in KEPT_BYTES: pictures are decoded meanwhile, and a write would wait for a thread twice.
          writeFullySync(handle, source, start + row * rowBytes);
          writeFullySync(handle, new Uint8Array(entry.buffer), HEADER_BYTES + 8 * row);
          table.set(entry, 2 * row);
        }
      });
    },
    finish: () => guarded(path, () => handle.sync()),
    close: () => handle.close(),
  };
}

/** @returns undefined for a cache of these options, '' where there is no file, else what is wrong with it */
async function inspect(path: string, options: FeatureCacheOptions): Promise<string | undefined> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return '';
  const found = new Uint8Array(HEADER_BYTES);
  const handle = await open(path, 'r');
  const read = await readFully(handle, found, 0).finally(() => handle.close());
  const words = new Uint32Array(found.buffer);
  if (read < HEADER_BYTES || words[0] !== MAGIC) return 'is no feature cache of this version and machine';
  if (Buffer.compare(found, makeHeader(options)) !== 0) return 'has a damaged header or belongs to something else';
  return undefined;
}

/** Count and width in words 2 to 3, the key from word 4 on, a checksum in the last word. */
function makeHeader({ key, count, width }: FeatureCacheOptions): Uint8Array {
  const words = new Uint32Array(HEADER_WORDS);
  words.set([MAGIC, 0x01020304, count, width]);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(Buffer.from(key).subarray(0, HEADER_BYTES - 20), 16);
  words[HEADER_WORDS - 1] = crc32(bytes.subarray(0, HEADER_BYTES - 4));
  return bytes;
}

/** Writes the header; the rest is a hole that takes no room on the disk until rows fill it. */
async function createEmpty(path: string, options: FeatureCacheOptions, size: number): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await writeFully(handle, makeHeader(options), 0);
    await handle.truncate(size);
  } finally {
    await handle.close();
  }
}

function assertRows(path: string, rows: ArrayLike<number>, values: Float32Array, options: FeatureCacheOptions): void {
  const { count, width } = options;
  if (values.length !== rows.length * width) {
    throw new VggpuError(
      'shape',
      `${rows.length} rows of ${width} features are ${rows.length * width} floats, not ${values.length}.`,
    );
  }
  for (const row of Array.from(rows)) {
    if (!(Number.isInteger(row) && row >= 0 && row < count)) {
      throw new VggpuError('shape', `The feature cache ${path} has rows 0 to ${count - 1}, and no row ${row}.`);
    }
  }
  let bad = 0;
  while (bad < values.length && values[bad]! - values[bad]! === 0) bad++; // five times as fast as asking isFinite by a callback
  if (bad === values.length) return;
  const where = `feature ${bad % width} of row ${rows[Math.floor(bad / width)]}`;
  throw new VggpuError(
    'training',
    `The frozen layers gave ${values[bad]} for ${where}: ${whyNoNumber(options.float16 === true)}.`,
  );
}

/** Runs what touches the disk, and gives its errors a sentence. */
async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw writeError(path, error);
  }
}
