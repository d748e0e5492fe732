// What a manifest knows of pictures: their sizes, and the hashes of their contents.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { threadPoolSize } from '../pictures/thread-pool.js';

/** Files whose sizes are asked for at once. */
const STAT_BATCH = 256;

/** @returns bytes of each file; null for one that is missing or no file */
export async function sizesOf(paths: readonly string[]): Promise<(number | null)[]> {
  const sizes: (number | null)[] = [];
  for (let first = 0; first < paths.length; first += STAT_BATCH) {
    const part = paths.slice(first, first + STAT_BATCH);
    const stats = await Promise.all(part.map((path) => stat(path).catch(() => undefined)));
    for (const there of stats) sizes.push(there?.isFile() ? there.size : null);
  }
  return sizes;
}

/**
 * Reads every file once, as many at a time as there are threads.
 * @returns SHA-256 of each content in hexadecimal digits; null for one that cannot be read
 */
export async function hashesOf(
  paths: readonly string[],
  onProgress?: (done: number, total: number) => void,
): Promise<(string | null)[]> {
  const hashes: (string | null)[] = Array.from({ length: paths.length }, () => null);
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < paths.length) {
      const at = next++;
      hashes[at] = await hashOf(paths[at]!).catch(() => null);
      onProgress?.(++done, paths.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(threadPoolSize(), paths.length) }, worker));
  return hashes;
}

/** SHA-256 of a file in hexadecimal digits, however large it is. */
export async function hashOf(path: string): Promise<string> {
  if (!(await stat(path)).isFile()) throw new Error('not a file'); // a pipe might never end
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}
