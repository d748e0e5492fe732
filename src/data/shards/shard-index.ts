// The index of merged shards: every chunk in order with its rows, and the pictures that have none.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { VggpuError } from '../../errors.js';
import { writeFileAtomic } from '../files/atomic-file.js';

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const IndexSchema = v.object({
  version: v.literal(1),
  manifest: v.string(),
  rows: Count,
  pictures: Count,
  classes: v.exactOptional(v.array(v.object({ name: v.string(), rows: Count }))),
  skipped: v.array(v.object({ file: v.string(), position: Count, reason: v.string() })),
  chunks: v.array(
    v.object({ shard: Count, chunk: Count, file: v.string(), rows: Count, offset: Count, sha256: v.string() }),
  ),
});

/** What `index.json` of merged shards holds. */
export interface ShardIndex {
  version: 1;
  /** The manifest's digest. */
  manifest: string;
  /** Of all chunks. */
  rows: number;
  /** Pictures in the manifest. */
  pictures: number;
  /** Rows of each class; absent where the pictures have none. */
  classes?: { name: string; rows: number }[];
  /** Pictures without a row. */
  skipped: { file: string; position: number; reason: string }[];
  /** By shard, then by their numbers: `offset` rows stand in the chunks before. */
  chunks: { shard: number; chunk: number; file: string; rows: number; offset: number; sha256: string }[];
}

/** Where a folder of shards has its index. */
export function indexPath(folder: string): string {
  return join(folder, 'index.json');
}

/** @throws VggpuError 'output' */
export async function writeIndex(folder: string, index: ShardIndex): Promise<void> {
  await writeFileAtomic(indexPath(folder), `${JSON.stringify(index, undefined, 1)}\n`);
}

/** Takes the index away before a chunk changes: where there is one, the chunks are as it says. */
export async function removeIndex(folder: string): Promise<void> {
  await rm(indexPath(folder), { force: true });
}

/**
 * @param digest of the manifest beside it
 * @throws VggpuError 'output' where there is none, or it is damaged or of another manifest, with the command that makes it
 */
export async function readIndex(folder: string, digest: string): Promise<ShardIndex> {
  const path = indexPath(folder);
  const fail = (what: string, cause?: unknown) =>
    new VggpuError('output', `${path} ${what}. Make it once all shards are done: vggpu merge ${folder}`, { cause });
  let index: ShardIndex;
  try {
    index = v.parse(IndexSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw fail(code === 'ENOENT' ? 'is missing' : 'cannot be read, or another version of vggpu wrote it', error);
  }
  if (index.manifest !== digest) throw fail('was made for another manifest');
  return index;
}
