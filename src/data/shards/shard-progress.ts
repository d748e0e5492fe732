// How far a shard is: the chunks that it still owes, and the file that says it owes none.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { removeLeftovers, writeFileAtomic } from '../files/atomic-file.js';
import { type ChunkFacts, chunkFiles, chunksOf, inspectChunk, shardFolder } from './chunk.js';
import { hashArray } from './chunk-array.js';
import { type Manifest, manifestPath } from './manifest.js';

/** What a shard has come to. */
export interface ShardTotals {
  readonly rows: number;
  readonly skipped: ChunkFacts['skipped'];
  readonly chunks: number;
}

/** A shard as it lies on the disk. */
export interface ShardProgress {
  /** Chunks to be computed, in order. */
  readonly owed: readonly number[];
  /** Of the chunks that are there. */
  readonly totals: ShardTotals;
  /** Whether its `done.json` is there. */
  readonly done: boolean;
}

const DoneSchema = v.object({ version: v.literal(1), manifest: v.string(), shard: v.number(), of: v.number() });

/** Where a shard says that it is done. */
export function donePath(folder: string, shard: number, { settings }: Manifest): string {
  return join(folder, shardFolder(shard, settings.shards), 'done.json');
}

/**
 * Looks at what a shard has. A chunk counts by its JSON, and the size and header of its .npy.
 * @param check reads every .npy and holds it against its hash, too
 * @throws VggpuError 'output' where a file cannot be read
 */
export async function shardProgress(
  folder: string,
  shard: number,
  manifest: Manifest,
  check = false,
): Promise<ShardProgress> {
  const owed: number[] = [];
  const there: ChunkFacts[] = [];
  for (let chunk = 0; chunk < chunksOf(shard, manifest); chunk++) {
    const state = await inspectChunk(folder, { shard, chunk }, manifest);
    const npy = join(folder, chunkFiles({ shard, chunk }, manifest.settings.shards).npy);
    if ('facts' in state && (!check || (await hashArray(npy)) === state.facts.sha256)) there.push(state.facts);
    else owed.push(chunk);
  }
  const totals = {
    rows: there.reduce((sum, { names }) => sum + names.length, 0),
    skipped: there.flatMap(({ skipped }) => skipped),
    chunks: there.length,
  };
  return { owed, totals, done: await isDone(folder, shard, manifest) };
}

async function isDone(folder: string, shard: number, manifest: Manifest): Promise<boolean> {
  try {
    const done = v.parse(DoneSchema, JSON.parse(await readFile(donePath(folder, shard, manifest), 'utf8')));
    return done.manifest === manifest.digest && done.shard === shard && done.of === manifest.settings.shards;
  } catch {
    return false; // the chunks tell; this file only says that they are all there
  }
}

/** Says that a shard owes nothing more. @throws VggpuError 'output' */
export async function writeDone(folder: string, shard: number, manifest: Manifest, totals: ShardTotals): Promise<void> {
  const { digest, settings } = manifest;
  const done = { version: 1, manifest: digest, shard, of: settings.shards, ...totals };
  await writeFileAtomic(donePath(folder, shard, manifest), `${JSON.stringify(done, undefined, 1)}\n`);
}

/** Removes what a killed run left beside the chunk that it was at, `done.json` and the manifest. */
export async function removeShardLeftovers(
  folder: string,
  shard: number,
  manifest: Manifest,
  chunk: number,
): Promise<void> {
  const { npy, json } = chunkFiles({ shard, chunk }, manifest.settings.shards);
  const beside = [join(folder, npy), join(folder, json), donePath(folder, shard, manifest), manifestPath(folder)];
  for (const path of beside) await removeLeftovers(path);
}
