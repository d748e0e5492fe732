// Merging shards: every chunk read and held against its hash, everything that is wrong named, and an index written; no copy.

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';
import {
  type ChunkFacts,
  type ChunkFault,
  chunkFiles,
  chunksOf,
  inspectChunk,
  readChunkFacts,
  shardFolder,
} from './chunk.js';
import { hashArray } from './chunk-array.js';
import { type Manifest, manifestPath, readManifest } from './manifest.js';
import { type ShardIndex, writeIndex } from './shard-index.js';

/** What is wrong in a folder of shards. */
export interface MergeProblem {
  /** missing: not there. torn: not what it should be. foreign: of another manifest. duplicated: rows that are there twice. */
  readonly kind: ChunkFault['kind'];
  /** Below the folder of shards. */
  readonly file: string;
  /** In a few words. */
  readonly what: string;
  /** Which shard has to compute it again; absent where the file only has to go. */
  readonly shard?: number;
}

/** What a merge came to. */
export interface MergeResult {
  /** Written where there is no problem. */
  readonly index: ShardIndex | undefined;
  readonly problems: readonly MergeProblem[];
  readonly manifest: Manifest;
}

/**
 * Verifies that every picture of the manifest is there once, as a row or as skipped, and writes the index. Changes nothing else.
 * @throws VggpuError 'output' where there is no manifest, or a file cannot be read or written
 */
export async function mergeShards(
  folder: string,
  onProgress?: (chunks: number, total: number) => void,
): Promise<MergeResult> {
  const manifest = await readManifest(folder);
  if (!manifest) {
    throw new VggpuError('output', `There is no ${manifestPath(folder)}: vggpu features makes it. Check the path.`);
  }
  const { shards } = manifest.settings;
  const counts = Array.from({ length: shards }, (_, shard) => chunksOf(shard, manifest));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const problems: MergeProblem[] = await unexpectedFiles(folder, manifest);
  const whole: ChunkFacts[] = [];
  let done = 0;
  for (const [shard, count] of counts.entries()) {
    for (let chunk = 0; chunk < count; chunk++) {
      const state = await inspectChunk(folder, { shard, chunk }, manifest);
      const fault = 'fault' in state ? state.fault : await contentFault(folder, state.facts);
      if (fault) problems.push({ ...fault, shard });
      else if ('facts' in state) whole.push(state.facts);
      onProgress?.(++done, total);
    }
  }
  if (problems.length > 0) return { index: undefined, problems, manifest };
  const index = indexOf(manifest, whole);
  await writeIndex(folder, index);
  return { index, problems, manifest };
}

/** Reads a chunk's rows, which is what a merge takes its time for. */
async function contentFault(folder: string, facts: ChunkFacts): Promise<ChunkFault | undefined> {
  const { npy } = chunkFiles(facts, facts.of);
  if ((await hashArray(join(folder, npy))) === facts.sha256) return undefined;
  return { kind: 'torn', file: npy, what: 'has another content than its hash says' };
}

/** Files among the shards that belong to none of their chunks; hidden ones, as killed runs leave them, do not count. */
async function unexpectedFiles(folder: string, manifest: Manifest): Promise<MergeProblem[]> {
  const { shards } = manifest.settings;
  const names = new Map(Array.from({ length: shards }, (_, shard) => [shardFolder(shard, shards), shard]));
  const problems: MergeProblem[] = [];
  for (const entry of await entriesOf(folder)) {
    if (!entry.name.startsWith('shard-')) continue;
    const shard = names.get(entry.name);
    if (shard === undefined) {
      problems.push({ kind: 'foreign', file: entry.name, what: `is none of the ${shards} shards of the manifest` });
      continue;
    }
    const chunks = Array.from({ length: chunksOf(shard, manifest) }, (_, chunk) =>
      chunkFiles({ shard, chunk }, shards),
    );
    const expected = new Set(['done.json', ...chunks.flatMap(({ npy, json }) => [npy, json].map(baseName))]);
    for (const { name } of await entriesOf(join(folder, entry.name))) {
      if (name.startsWith('.') || expected.has(name)) continue;
      problems.push(await unexpectedFile(folder, `${entry.name}/${name}`, manifest));
    }
  }
  return problems;
}

async function unexpectedFile(folder: string, file: string, manifest: Manifest): Promise<MergeProblem> {
  const facts = await readChunkFacts(join(folder, file.replace(/\.npy$/, '.json')));
  if (facts !== undefined && facts !== 'damaged' && facts.manifest === manifest.digest) {
    const original = chunkFiles(facts, facts.of)[file.endsWith('.npy') ? 'npy' : 'json'];
    return { kind: 'duplicated', file, what: `is a copy of ${original}` };
  }
  return { kind: 'foreign', file, what: 'is no chunk of this shard' };
}

const baseName = (file: string) => file.slice(file.lastIndexOf('/') + 1);

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function indexOf({ settings, pictures, digest }: Manifest, chunks: readonly ChunkFacts[]): ShardIndex {
  const rowsOfClass = (settings.classes ?? []).map(() => 0);
  let offset = 0;
  const listed = chunks.map(({ shard, chunk, of, names, labels, sha256 }) => {
    for (const label of labels ?? []) rowsOfClass[label]!++;
    const entry = { shard, chunk, file: chunkFiles({ shard, chunk }, of).npy, rows: names.length, offset, sha256 };
    offset += names.length;
    return entry;
  });
  const reasons = new Map(chunks.flatMap(({ skipped }) => skipped.map(({ file, reason }) => [file, reason] as const)));
  const skipped = pictures.names.flatMap((file, position) => {
    const reason = reasons.get(file);
    return reason === undefined ? [] : [{ file, position, reason }];
  });
  return {
    ...{ version: 1, manifest: digest, rows: offset, pictures: pictures.names.length },
    ...(settings.classes ? { classes: settings.classes.map((name, i) => ({ name, rows: rowsOfClass[i]! })) } : {}),
    ...{ skipped, chunks: listed },
  };
}
