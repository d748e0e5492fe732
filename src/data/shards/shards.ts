// Merged shards opened to read: any row of features by its picture's place in the manifest, wherever its chunk lies.

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { VggpuError } from '../../errors.js';
import { readFully } from '../files/file-bytes.js';
import { elementsOf } from '../shape.js';
import { fileBytes, rowBytes, rowStart } from './chunk-array.js';
import { fromFloat16 } from './float16.js';
import { type Manifest, manifestPath, readManifest } from './manifest.js';
import { readIndex, type ShardIndex } from './shard-index.js';

/**
 * Chunks kept open, for 2 million pictures by 1,024: opening one for each row takes longer than reading it. Node takes as many
 * files as the system grants at most, 4,096 or more on most; where they run out before, fewer are kept.
 */
const MOST_OPEN = 2048;

/** How often a chunk is tried to be opened where files run out, a millisecond longer apart each time. */
const ATTEMPTS = 30;

/** Rows that are read at once. */
const READERS = 32;

/** A folder of features that `vggpu merge` found whole. */
export interface Shards {
  /** Where it lies. */
  readonly folder: string;
  /** Names, labels and settings; sizes and hashes of pictures are left out. */
  readonly manifest: Manifest;
  readonly index: ShardIndex;
  /** Whether the picture at a position of the manifest has a row; false where it could not be read. */
  has(position: number): boolean;
  /**
   * Reads the rows of some pictures; nothing but these rows is held in memory.
   * @param positions in the manifest, each with a row
   * @returns (positions.length, ...manifest.settings.shape), in the order asked for; float16 widened
   * @throws VggpuError 'output' where a chunk is not as the index says, or a picture has no row
   */
  read(positions: ArrayLike<number>): Promise<Float32Array<ArrayBuffer>>;
  /** Closes its files. */
  close(): Promise<void>;
}

/**
 * Opens what `vggpu features` computed and `vggpu merge` found whole.
 * @param mostOpen chunks that are kept open between reads
 * @throws VggpuError 'output' where manifest or index is missing, damaged, or of something else
 */
export async function openShards(folder: string, { mostOpen = MOST_OPEN } = {}): Promise<Shards> {
  const manifest = await readManifest(folder, 'names');
  if (!manifest) throw new VggpuError('output', `There is no ${manifestPath(folder)}: vggpu features makes it.`);
  const index = await readIndex(folder, manifest.digest);
  const { settings } = manifest;
  const place = placesOf(manifest, index);
  const files = createOpenFiles(folder, manifest, index, mostOpen);
  const width = elementsOf(settings.shape);
  const bytes = rowBytes(settings);

  return {
    folder,
    manifest,
    index,
    has: (position) => place(position) !== undefined,
    async read(positions) {
      const values = new Float32Array(positions.length * width);
      const half = settings.dtype === 'float16' ? new Uint16Array(values.length) : undefined;
      const target = new Uint8Array((half ?? values).buffer);
      let next = 0;
      const reader = async (): Promise<void> => {
        while (next < positions.length) {
          const i = next++;
          const found = place(positions[i]!);
          if (!found) throw new VggpuError('output', `${folder} has no row for the picture at place ${positions[i]}.`);
          await files.use(found.entry, async (handle) => {
            await readFully(handle, target.subarray(i * bytes, (i + 1) * bytes), rowStart(settings, found.row));
          });
        }
      };
      await Promise.all(Array.from({ length: Math.min(READERS, positions.length) }, reader));
      if (half) fromFloat16(half, values);
      return values;
    },
    close: () => files.close(),
  };
}

/**
 * Finds rows by arithmetic: position p is the picture p div N of shard p mod N, and a chunk has so many of a shard's pictures;
 * only the pictures that were skipped are remembered.
 * @returns the number of the chunk in the index, and the row in it; undefined for a picture without a row
 */
function placesOf({ settings, pictures }: Manifest, { chunks, skipped }: ShardIndex) {
  const { shards, chunk: size } = settings;
  const entries = new Map(chunks.map(({ shard, chunk }, entry) => [shard + chunk * shards, entry]));
  const missing = new Map<number, number[]>(); // places within a chunk, ascending, by the chunk's entry
  const locate = (position: number) => {
    const own = Math.floor(position / shards);
    return { entry: entries.get((position % shards) + Math.floor(own / size) * shards), at: own % size };
  };
  for (const { position } of skipped) {
    const { entry, at } = locate(position);
    if (entry !== undefined) missing.set(entry, [...(missing.get(entry) ?? []), at]);
  }
  return (position: number): { entry: number; row: number } | undefined => {
    if (!(Number.isInteger(position) && position >= 0 && position < pictures.names.length)) return undefined;
    const { entry, at } = locate(position);
    if (entry === undefined) return undefined;
    const left = missing.get(entry) ?? [];
    if (left.includes(at)) return undefined;
    return { entry, row: at - left.filter((other) => other < at).length };
  };
}

/** Opens chunks as they are asked for; of those that nobody reads, the one used longest ago is closed first. */
function createOpenFiles(folder: string, { settings }: Manifest, { chunks }: ShardIndex, most: number) {
  let mostOpen = most;
  const opened = new Map<number, { readonly handle: Promise<FileHandle>; users: number }>();

  const openChunk = async (entry: number): Promise<FileHandle> => {
    const { file, rows } = chunks[entry]!;
    const path = join(folder, file);
    const fail = (what: string, cause?: unknown) =>
      new VggpuError('output', `${path} ${what}. Run vggpu merge ${folder}: it says which shard owes it.`, { cause });
    const handle = await openOrMakeRoom(path).catch((error: NodeJS.ErrnoException) => {
      throw fail(error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.code})`, error);
    });
    const { size } = await handle.stat();
    if (size === fileBytes(settings, rows)) return handle;
    await handle.close();
    throw fail(`has ${size} bytes, and ${fileBytes(settings, rows)} were expected`);
  };

  const openOrMakeRoom = async (path: string): Promise<FileHandle> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await open(path, 'r');
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'EMFILE' && code !== 'ENFILE') || attempt === ATTEMPTS) throw error;
        mostOpen = Math.max(1, Math.min(mostOpen, Math.floor(opened.size / 2)));
        await closeIdle();
        await setTimeout(attempt); // others are read from, and will be idle
      }
    }
  };

  const closeIdle = async (): Promise<void> => {
    for (const [entry, { handle, users }] of opened) {
      if (opened.size <= mostOpen) return;
      if (users > 0) continue;
      opened.delete(entry);
      await (await handle).close();
    }
  };

  return {
    async use(entry: number, work: (handle: FileHandle) => Promise<void>): Promise<void> {
      const found = opened.get(entry) ?? { handle: openChunk(entry), users: 0 };
      opened.delete(entry);
      opened.set(entry, found); // the last in the map is the one used last
      found.users++;
      try {
        await work(await found.handle);
      } catch (error) {
        if (error instanceof VggpuError) opened.delete(entry);
        throw error;
      } finally {
        found.users--;
        if (opened.size > mostOpen) await closeIdle();
      }
    },
    async close(): Promise<void> {
      const all = [...opened.values()];
      opened.clear();
      for (const { handle } of all) await (await handle.catch(() => undefined))?.close();
    },
  };
}
