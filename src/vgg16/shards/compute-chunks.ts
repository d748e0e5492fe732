// The chunks that a shard owes, one after another: pictures decoded ahead, rows from the device, files written whole.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readTensor } from '../../autograd/tensor.js';
import { assertBatchSize } from '../../data/pictures/batches.js';
import type { PictureFile } from '../../data/pictures/picture-files.js';
import { chunkFiles, positionsOf, writeChunkFacts } from '../../data/shards/chunk.js';
import { type NamedValues, writeChunkArray } from '../../data/shards/chunk-array.js';
import { assertSameContents } from '../../data/shards/differences.js';
import type { Manifest } from '../../data/shards/manifest.js';
import { hashesOf } from '../../data/shards/picture-facts.js';
import { micros } from '../../nn/micro-batches.js';
import type { Network } from '../../nn/network.js';
import { type FeatureSource, openFeatures } from '../features.js';
import type { ComputeShardOptions } from './compute-shard.js';

interface ChunkWork extends Pick<ComputeShardOptions, 'out' | 'shard' | 'batchSize' | 'onSkip' | 'onProgress'> {
  readonly manifest: Manifest;
  /** All pictures of the manifest. */
  readonly files: readonly PictureFile[];
  /** Chunks to compute. */
  readonly owed: readonly number[];
  readonly adapter: string;
}

/** Computes chunks and writes them, each picture held against its hash. @throws VggpuError as `computeShard` */
export async function computeChunks(network: Network, work: ChunkWork): Promise<void> {
  const { out, shard, manifest, files, owed, adapter, batchSize = 64, onProgress } = work;
  assertBatchSize(batchSize);
  const { settings, pictures, digest } = manifest;
  const chunks = owed.map((chunk) => ({ chunk, positions: positionsOf({ shard, chunk }, manifest) }));
  const own = chunks.flatMap(({ positions }) => positions);
  const unreadable = new Map<string, string>();
  const source = await openFeatures(
    network,
    own.map((position) => ({ ...files[position]!, label: 0 })),
    {
      depth: (settings.network as Network['spec']).layers.length,
      exif: settings.exif,
      onSkip(skipped) {
        unreadable.set(skipped.file, skipped.reason);
        work.onSkip?.(skipped);
      },
    },
  );
  const batches = divide(
    chunks.map(({ positions }) => positions.length),
    batchSize,
  );
  const stream = lookAhead(rowsOf(network, source, batches));
  let rows = 0;
  try {
    for (const [number, { chunk, positions }] of chunks.entries()) {
      const verified = verify(work, positions);
      verified.catch(() => {}); // thrown where it is waited for
      const there: number[] = [];
      async function* pieces(): AsyncGenerator<NamedValues> {
        for (
          let next = await stream.peek();
          next && batches[next.batch]!.chunk === number;
          next = await stream.peek()
        ) {
          const found = next.positions.map((i) => own[i]!);
          there.push(...found);
          rows += found.length;
          yield { names: found.map((position) => pictures.names[position]!), values: next.values };
          onProgress?.(rows + unreadable.size, own.length);
          stream.take();
        }
        await verified;
      }
      const place = { shard, chunk, of: settings.shards };
      const { npy, json } = chunkFiles(place, place.of);
      await rm(join(out, json), { force: true }); // no JSON stands beside rows that it does not tell of
      const { sha256 } = await writeChunkArray(join(out, npy), settings, pieces());
      const names = positions.map((position) => pictures.names[position]!);
      await writeChunkFacts(out, {
        ...{ version: 1, manifest: digest, ...place },
        names: names.filter((name) => !unreadable.has(name)),
        positions: there,
        ...(pictures.labels ? { labels: there.map((position) => pictures.labels![position]!) } : {}),
        skipped: names.flatMap((file) => (unreadable.has(file) ? [{ file, reason: unreadable.get(file)! }] : [])),
        ...{ sha256, adapter },
      });
    }
  } finally {
    await stream.close();
    await source.close();
  }
}

/** Reads the pictures of a chunk once more, beside the device's work, where the manifest has their hashes. */
async function verify({ out, manifest, files }: ChunkWork, positions: readonly number[]): Promise<void> {
  if (manifest.settings.hash === 'size') return;
  const hashes = await hashesOf(positions.map((position) => files[position]!.path));
  assertSameContents(out, manifest, positions, hashes);
}

/** Some pictures of one chunk. */
interface ChunkBatch {
  readonly chunk: number;
  /** Numbers of pictures, from the first of the first chunk on. */
  readonly positions: readonly number[];
}

/** Divides chunks of so many pictures into batches, none of which reaches into the next chunk. */
function divide(counts: readonly number[], batchSize: number): ChunkBatch[] {
  let before = 0;
  return counts.flatMap((count, chunk) => {
    const start = before;
    before += count;
    return Array.from(micros(count, batchSize), ({ first, rows }) => ({
      chunk,
      positions: Array.from({ length: rows }, (_, i) => start + first + i),
    }));
  });
}

interface Rows {
  /** Which of the batches. */
  readonly batch: number;
  readonly positions: readonly number[];
  readonly values: Float32Array;
}

/** The rows of each batch with any; the device works on the next batch while the one before is stored. */
async function* rowsOf(
  { gpu }: Network,
  source: FeatureSource,
  batches: readonly ChunkBatch[],
): AsyncGenerator<Rows, void, undefined> {
  let before: Promise<Rows> | undefined;
  try {
    for await (const { index, positions, x } of source.batches(batches.map((batch) => batch.positions))) {
      const next = Promise.all(x.map((piece) => readTensor(gpu, piece))).then(
        (parts): Rows => ({ batch: index, positions, values: joined(parts) }),
      );
      next.catch(() => {}); // reported to whoever waits for them
      const ready = before;
      before = next;
      if (ready) yield await ready;
    }
    if (before) yield await before;
  } finally {
    await before?.catch(() => {});
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A stream whose next item can be looked at before it is taken. */
function lookAhead<Item>(stream: AsyncGenerator<Item, void, undefined>) {
  let held: Item | undefined;
  return {
    async peek(): Promise<Item | undefined> {
      if (held === undefined) {
        const { value, done } = await stream.next();
        held = done ? undefined : (value as Item);
      }
      return held;
    },
    take(): void {
      held = undefined;
    },
    close: () => stream.return(),
  };
}
