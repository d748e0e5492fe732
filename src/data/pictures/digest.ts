// One name for a set of labelled pictures, the same wherever its folder lies.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { LabelledPicture } from './image-folder.js';

/** Pictures whose sizes are asked for at once. */
const STAT_BATCH = 256;

/** @returns 64 hexadecimal digits of the pictures' names, labels and sizes in bytes, in their order */
export async function digestOf(files: readonly LabelledPicture[]): Promise<string> {
  const hash = createHash('sha256');
  for (let first = 0; first < files.length; first += STAT_BATCH) {
    const part = files.slice(first, first + STAT_BATCH);
    const stats = await Promise.all(part.map(({ path }) => stat(path).catch(() => undefined)));
    for (const [i, { name, label }] of part.entries())
      hash.update(`${JSON.stringify([name, label, stats[i]?.size])}\n`);
  }
  return hash.digest('hex');
}
