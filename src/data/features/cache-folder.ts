// The folder of feature caches: what a cache is keyed by, and keeping the folder below a size.

import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PictureFile } from '../pictures/picture-files.js';

/** What the names of caches end in. */
export const CACHE_EXTENSION = '.features';

/** A temporary file that is older than this was left by a run that was killed. */
const STALE_MILLISECONDS = 24 * 3600 * 1000;

/** Pictures whose size and time are asked for at once. */
const STAT_BATCH = 256;

/** Everything that decides what a row of features holds. */
export interface FeatureCacheKey {
  /** Names the frozen weights, such as a checksum of them, and the layer that the features come from. */
  weights: string;
  /** Names the input size, the resize, whether EXIF orientation is applied. */
  preprocessing: string;
  /** Names what else can move the last bits: the adapter, the precision, the kernel variants. */
  engine: string;
  /** The pictures in the order of the rows. */
  pictures: readonly PictureFile[];
}

/**
 * @returns a key of 64 hexadecimal digits. A picture goes in by its name below the listed folder, its size and the time of its
 *   last change, so a folder may move, and a picture that changed makes another cache. One that is missing goes in as such.
 */
export async function featureCacheKey({ weights, preprocessing, engine, pictures }: FeatureCacheKey): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([weights, preprocessing, engine, pictures.length]));
  for (let first = 0; first < pictures.length; first += STAT_BATCH) {
    const part = pictures.slice(first, first + STAT_BATCH);
    const stats = await Promise.all(part.map(({ path }) => stat(path, { bigint: true }).catch(() => undefined)));
    for (const [i, { name }] of part.entries()) {
      hash.update(`\n${JSON.stringify([name, String(stats[i]?.size), String(stats[i]?.mtimeNs)])}`);
    }
  }
  return hash.digest('hex');
}

/** What pruning did. */
export interface PruneResult {
  /** Caches and leftovers removed. */
  removed: number;
  /** Bytes on the disk that the remaining caches take. */
  bytes: number;
}

/**
 * Removes the caches that were not opened for longest until the others take at most `maxBytes` on the disk, and temporary
 * files that killed runs left. Other files in the folder are not touched. A cache takes 4 bytes a feature: 16 KB a picture for
 * fc1. Never throws: a folder that is missing, or a cache that cannot be removed, is left as it is.
 *
 * @param keep caches that stay whatever they take, such as the one in use
 */
export async function pruneCache(folder: string, maxBytes: number, keep: readonly string[] = []): Promise<PruneResult> {
  const names = await readdir(folder).catch(() => []);
  const caches: { path: string; bytes: number; used: number }[] = [];
  let removed = 0;
  const remove = async (path: string): Promise<boolean> => {
    const done = await rm(path).then(
      () => true,
      () => false,
    );
    if (done) removed++;
    return done;
  };
  for (const name of names) {
    const path = join(folder, name);
    const leftover = name.startsWith('.') && name.includes(`${CACHE_EXTENSION}.`) && name.endsWith('.tmp');
    if (!leftover && !name.endsWith(CACHE_EXTENSION)) continue;
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    if (!leftover) caches.push({ path, bytes: found.blocks ? found.blocks * 512 : found.size, used: found.mtimeMs });
    else if (Date.now() - found.mtimeMs > STALE_MILLISECONDS) await remove(path);
  }
  caches.sort((a, b) => a.used - b.used);
  let bytes = caches.reduce((sum, cache) => sum + cache.bytes, 0);
  for (const cache of caches) {
    if (bytes <= maxBytes) break;
    if (!keep.includes(cache.path) && (await remove(cache.path))) bytes -= cache.bytes;
  }
  return { removed, bytes };
}
