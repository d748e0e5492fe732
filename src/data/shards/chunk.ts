// A chunk of a shard: which pictures belong to it, where its two files lie, and what the JSON beside its rows says.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../files/atomic-file.js';
import { arrayFault } from './chunk-array.js';
import type { Manifest } from './manifest.js';

/** One chunk of one shard, each from 0. */
export interface ChunkPlace {
  readonly shard: number;
  readonly chunk: number;
}

/** What the JSON of a chunk has to say; its sizes and hashes hold for the .npy beside it. */
export interface ChunkFacts {
  readonly version: 1;
  /** The manifest's digest. */
  readonly manifest: string;
  readonly shard: number;
  readonly of: number;
  readonly chunk: number;
  /** A row each, in the order of the rows. */
  readonly names: readonly string[];
  /** The rows' places in the manifest. */
  readonly positions: readonly number[];
  /** The rows' labels; absent where the pictures have none. */
  readonly labels?: readonly number[] | undefined;
  /** Pictures without a row, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** Of the .npy. */
  readonly sha256: string;
  /** What computed it: other adapters may differ in the last bits. */
  readonly adapter: string;
}

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ChunkSchema = v.object({
  version: v.literal(1),
  manifest: v.string(),
  ...{ shard: Count, of: Count, chunk: Count },
  names: v.array(v.string()),
  positions: v.array(Count),
  labels: v.exactOptional(v.array(Count)),
  skipped: v.array(v.object({ file: v.string(), reason: v.string() })),
  sha256: v.string(),
  adapter: v.string(),
});

/** `shard-00003-of-00008` */
export function shardFolder(shard: number, of: number): string {
  return `shard-${digits(shard)}-of-${digits(of)}`;
}

/** Paths of a chunk's files below the folder of shards. */
export function chunkFiles({ shard, chunk }: ChunkPlace, of: number): { npy: string; json: string } {
  const stem = `${shardFolder(shard, of)}/chunk-${digits(chunk)}`;
  return { npy: `${stem}.npy`, json: `${stem}.json` };
}

const digits = (number: number) => String(number).padStart(5, '0');

/** How many pictures a shard owns: those at positions p with p % shards = shard. */
export function picturesOf(shard: number, { settings, pictures }: Pick<Manifest, 'settings' | 'pictures'>): number {
  return Math.max(0, Math.ceil((pictures.names.length - shard) / settings.shards));
}

/** How many chunks a shard has. */
export function chunksOf(shard: number, manifest: Pick<Manifest, 'settings' | 'pictures'>): number {
  return Math.ceil(picturesOf(shard, manifest) / manifest.settings.chunk);
}

/** Places in the manifest of all pictures of a chunk, those that cannot be read included. */
export function positionsOf({ shard, chunk }: ChunkPlace, manifest: Pick<Manifest, 'settings' | 'pictures'>): number[] {
  const { chunk: size, shards } = manifest.settings;
  const first = chunk * size;
  const count = Math.min(size, picturesOf(shard, manifest) - first);
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * shards + shard);
}

/** Writes a chunk's JSON, which makes it count; the .npy must be there. @throws VggpuError 'output' */
export async function writeChunkFacts(folder: string, facts: ChunkFacts): Promise<void> {
  const lines = Object.entries(facts).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  await writeFileAtomic(join(folder, chunkFiles(facts, facts.of).json), `{\n${lines.join(',\n')}\n}\n`);
}

/** @returns a chunk's JSON; undefined where there is none, 'damaged' where it is none of this version */
export async function readChunkFacts(path: string): Promise<ChunkFacts | 'damaged' | undefined> {
  try {
    return v.parse(ChunkSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'damaged';
  }
}

/** What is wrong with a chunk. */
export interface ChunkFault {
  readonly kind: 'missing' | 'torn' | 'foreign' | 'duplicated';
  /** Below the folder of shards. */
  readonly file: string;
  readonly what: string;
}

/** A chunk that is whole as far as its JSON, its size and its header tell; or what is wrong with it. */
export type ChunkState = { readonly facts: ChunkFacts } | { readonly fault: ChunkFault };

/** Looks at a chunk without reading its rows. */
export async function inspectChunk(folder: string, place: ChunkPlace, manifest: Manifest): Promise<ChunkState> {
  const { npy, json } = chunkFiles(place, manifest.settings.shards);
  const facts = await readChunkFacts(join(folder, json));
  const fault = (kind: ChunkFault['kind'], file: string, what: string): ChunkState => ({ fault: { kind, file, what } });
  if (facts === undefined) return fault('missing', json, 'is missing');
  if (facts === 'damaged') return fault('torn', json, 'is damaged, or another version of vggpu wrote it');
  const wrong = factsFault(facts, place, manifest);
  if (wrong) return fault(wrong.kind, json, wrong.what);
  const array = await arrayFault(join(folder, npy), manifest.settings, facts.names.length);
  if (array === undefined) return { facts };
  return fault(array === 'is missing' ? 'missing' : 'torn', npy, array);
}

/** @returns why this JSON is not that of the chunk in its place, or undefined */
function factsFault(
  facts: ChunkFacts,
  place: ChunkPlace,
  manifest: Manifest,
): Pick<ChunkFault, 'kind' | 'what'> | undefined {
  if (facts.manifest !== manifest.digest) return { kind: 'foreign', what: 'belongs to another manifest' };
  const { shard, chunk, of } = facts;
  if (of !== manifest.settings.shards || shard !== place.shard || chunk !== place.chunk) {
    return { kind: 'duplicated', what: `is a copy of ${chunkFiles({ shard, chunk }, of).json}` };
  }
  const { names, labels } = manifest.pictures;
  const skipped = new Set(facts.skipped.map(({ file }) => file));
  const expected = positionsOf(place, manifest).filter((position) => !skipped.has(names[position]!));
  const same =
    expected.length === facts.positions.length &&
    expected.length === facts.names.length &&
    expected.length + facts.skipped.length === positionsOf(place, manifest).length &&
    expected.every((position, i) => facts.positions[i] === position && facts.names[i] === names[position]) &&
    (labels && expected.map((position) => labels[position]).join()) === facts.labels?.join();
  return same ? undefined : { kind: 'torn', what: 'does not name the pictures that belong to it' };
}
