// Decoding ahead of the GPU: batches of pictures in order, within a budget of memory.

import { assertBatchSize } from './batches.js';
import type { Decode, DecodedPicture, DecodeResult } from './decode.js';
import { decodeFor } from './decode-pool.js';
import type { UploadLimit } from './gather.js';
import { createMemoryGate } from './memory-gate.js';
import type { PictureFile } from './picture-files.js';
import { createSpareBytes } from './spare-bytes.js';
import { threadPoolSize } from './thread-pool.js';

/** How pictures are decoded ahead. */
export interface PrefetchOptions<File extends PictureFile> {
  /** Pictures a batch; the last batch has what is left. */
  batchSize: number;
  /** Batches decoded beyond the one that is waited for; 2 where not given. */
  ahead?: number;
  /** Whether EXIF orientation is applied. */
  exif: boolean;
  /** Shrinks large pictures before they wait; for the nearest resize only. */
  nearest?: UploadLimit;
  /** The most pixels a picture may have. */
  maxPixels?: number;
  /**
   * Bytes of decoded pictures that may exist at once, those of the batch being used included; 512 MiB where not given. A batch
   * is always whole: where one alone is larger, its pictures are decoded one at a time and nothing is decoded ahead.
   */
  maxBytesInFlight?: number;
  /** Pictures being decoded at the same time; four for each thread of the pool where not given. */
  concurrency?: number;
  /** Decodes one; where not given, by other processes if there are cores, and pictures enough, for them. */
  decode?: Decode;
  /**
   * Whether a batch's pictures are done with when the next batch is asked for: later ones then take their bytes, which spares the garbage
   * collector much.
   */
  passing?: boolean;
  /** Told of every picture that cannot be decoded, in order. */
  onSkip?: (file: File, reason: string) => void;
  /** Told when a file was read, and when it was decoded, in milliseconds of `performance.now()`; between the two it may wait for memory. */
  onWork?: (what: 'read file' | 'decode', startMs: number, endMs: number) => void;
}

/** A batch of decoded pictures. */
export interface DecodedBatch<File extends PictureFile> {
  /** Which batch this is, counted from 0. */
  index: number;
  /** The files that could be decoded, in the order given. */
  files: File[];
  /** One for each of `files`. */
  pictures: DecodedPicture[];
  /** The files that could not. */
  skipped: { file: File; reason: string }[];
}

const DEFAULT_BYTES_IN_FLIGHT = 512 * 2 ** 20;

/** A picture goes back and forth between the pool and its event loop several times, and waits there while others are served. */
const PER_THREAD = 4;

/**
 * Decodes files in order, a few batches ahead. A picture that cannot be decoded is reported, left out and counted; a batch of
 * which nothing is left is not handed out. Leaving the loop early stops the decoding. A batch's pictures count as used until
 * the next batch is asked for.
 *
 * @throws VggpuError `usage` for a batch size that is no whole number from 1; whatever `onSkip` throws
 */
export async function* decodeBatches<File extends PictureFile>(
  files: readonly File[],
  options: PrefetchOptions<File>,
): AsyncGenerator<DecodedBatch<File>, void, undefined> {
  const {
    batchSize,
    ahead = 2,
    concurrency = PER_THREAD * threadPoolSize(),
    decode: decodeFile = decodeFor(files.length),
  } = options;
  assertBatchSize(batchSize);
  const gate = createMemoryGate(options.maxBytesInFlight ?? DEFAULT_BYTES_IN_FLIGHT);
  const turns = createTurns(concurrency);
  const spare = options.passing ? createSpareBytes() : undefined;
  const results = new Map<number, Promise<DecodeResult>>();
  let started = 0;
  let stopped = false;

  const decode = async (position: number): Promise<DecodeResult> => {
    if (stopped) throw new Error('decoding has stopped');
    let held = 0;
    let doing: 'read file' | 'decode' = 'read file';
    let since = performance.now();
    const admit = async (bytes: number): Promise<void> => {
      options.onWork?.(doing, since, performance.now());
      await gate.enter(position, bytes);
      held = bytes;
      doing = 'decode';
      since = performance.now();
    };
    const { exif, maxPixels, nearest } = options;
    let kept = 0;
    try {
      const result = await decodeFile(files[position]!.path, { exif, maxPixels, nearest, spare, admit });
      if ('picture' in result) kept = result.picture.data.length;
      return result;
    } finally {
      options.onWork?.(doing, since, performance.now());
      if (held > 0) gate.leave(held, kept);
    }
  };
  const start = (end: number): void => {
    for (; started < Math.min(end, files.length); started++) {
      const position = started;
      const result = turns(() => decode(position));
      result.catch(() => {}); // reported to whoever waits for this batch, if anybody still does
      results.set(position, result);
    }
  };

  try {
    for (let index = 0; index * batchSize < files.length; index++) {
      const first = index * batchSize;
      const end = Math.min(first + batchSize, files.length);
      gate.needUpTo(end);
      start(end + ahead * batchSize);
      const batch: DecodedBatch<File> = { index, files: [], pictures: [], skipped: [] };
      let bytes = 0;
      for (let position = first; position < end; position++) {
        const result = await results.get(position)!;
        results.delete(position);
        const file = files[position]!;
        if ('picture' in result) {
          batch.files.push(file);
          batch.pictures.push(result.picture);
          bytes += result.picture.data.length;
        } else {
          batch.skipped.push({ file, reason: result.reason });
          options.onSkip?.(file, result.reason);
        }
      }
      if (batch.files.length > 0) yield batch;
      if (spare) for (const { data } of batch.pictures) spare.give(data);
      gate.release(bytes);
    }
  } finally {
    stopped = true;
    gate.close();
    await Promise.allSettled(results.values());
  }
}

/** @returns a function that runs tasks in the order given, at most `count` at the same time */
function createTurns(count: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (task) => {
    if (running < count) running++;
    else await new Promise<void>((go) => queue.push(go));
    try {
      return await task();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}
