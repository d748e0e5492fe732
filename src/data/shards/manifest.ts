// The manifest of a folder of shards: every picture in its place, and everything that decides what its row of features holds.
//
// The file is JSON with one picture a line, [name, bytes, sha256, label], so that a million of them are read as they stream by.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { VggpuError } from '../../errors.js';
import { createExclusively } from './create-exclusively.js';

/** How a chunk stores its numbers. */
export type Dtype = 'float32' | 'float16';

/** What is known of a picture: its size, and its content where contents are hashed. */
export interface PictureFacts {
  /** Names below the folder of pictures, with posix slashes: by class, then in natural order. */
  readonly names: readonly string[];
  /** Bytes; null for a file that could not be read. */
  readonly sizes: readonly (number | null)[];
  /** SHA-256 of the contents in hexadecimal digits, null as above; absent where contents are not hashed. */
  readonly hashes?: readonly (string | null)[] | undefined;
  /** Indices into the classes; absent where the pictures have none. */
  readonly labels?: readonly number[] | undefined;
}

/** Everything but the pictures. */
export interface ShardSettings {
  /** The layer whose output the features are. */
  readonly layer: string;
  /** Of one row. */
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** In which the layers ran: float32 or float16. */
  readonly precision: 'f32' | 'f16';
  /** Pictures of a shard that make a chunk, those that cannot be read included. */
  readonly chunk: number;
  /** How many shards there are. */
  readonly shards: number;
  /** How a picture is known again: by its content, or by its size alone. */
  readonly hash: 'content' | 'size';
  /** Whether EXIF orientation is applied. */
  readonly exif: boolean;
  /** Names the values of the weights below and in the layer, whatever file holds them. */
  readonly weights: string;
  /** The network up to the layer: input size, preprocessing, layers. */
  readonly network: unknown;
  /** Class names in the order of the labels; absent where the pictures have none. */
  readonly classes?: readonly string[] | undefined;
}

/** What the manifest was made from, as it was typed: for the commands that messages name. Nothing is held against it. */
export interface MadeFrom {
  readonly directory: string;
  readonly weights: string;
  /** Options that every shard needs, `--weights` among them. */
  readonly words: readonly string[];
}

/** What a shard is about to compute, as it sees it. */
export interface ShardView {
  readonly settings: ShardSettings;
  readonly pictures: PictureFacts;
  readonly madeFrom: MadeFrom;
}

/** A manifest as read. */
export interface Manifest extends ShardView {
  /** SHA-256 of the file without the line that says what it was made from; chunks name it. */
  readonly digest: string;
}

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const AtLeastOne = v.pipe(Count, v.minValue(1));
const SettingsSchema = v.object({
  layer: v.string(),
  shape: v.pipe(v.array(AtLeastOne), v.minLength(1)),
  dtype: v.picklist(['float32', 'float16']),
  precision: v.optional(v.picklist(['f32', 'f16']), 'f32'), // manifests were written before there was another
  chunk: AtLeastOne,
  shards: AtLeastOne,
  hash: v.picklist(['content', 'size']),
  exif: v.boolean(),
  weights: v.string(),
  network: v.unknown(),
  classes: v.optional(v.array(v.string())),
});
const MadeFromSchema = v.object({ directory: v.string(), weights: v.string(), words: v.array(v.string()) });
const PictureSchema = v.tuple([v.string(), v.nullable(Count), v.nullable(v.string()), v.nullable(Count)]);

/** Where a folder of shards has its manifest. */
export function manifestPath(folder: string): string {
  return join(folder, 'manifest.json');
}

/**
 * Writes a manifest where there is none.
 * @returns whether it was written: false where another process was first
 * @throws VggpuError 'output'
 */
export async function writeManifest(folder: string, view: ShardView): Promise<boolean> {
  return createExclusively(manifestPath(folder), manifestText(view));
}

function* manifestText({ settings, pictures, madeFrom }: ShardView): Generator<Uint8Array> {
  const head = [
    '{',
    '"version":1,',
    `"madeFrom":${JSON.stringify(madeFrom)},`,
    `"settings":${JSON.stringify(settings)},`,
  ];
  yield Buffer.from(`${[...head, '"pictures":['].join('\n')}\n`);
  const { names, sizes, hashes, labels } = pictures;
  const step = 1024;
  for (let first = 0; first < names.length; first += step) {
    const lines = names.slice(first, first + step).map((name, i) => {
      const at = first + i;
      const facts = [name, sizes[at] ?? null, hashes?.[at] ?? null, labels?.[at] ?? null];
      return `${JSON.stringify(facts)}${at + 1 < names.length ? ',' : ''}\n`;
    });
    yield Buffer.from(lines.join(''));
  }
  yield Buffer.from(']\n}\n');
}

/**
 * Reads a folder's manifest.
 * @param keep 'names' forgets sizes and hashes, which a finetune of a million rows has no use for
 * @returns undefined where there is none
 * @throws VggpuError 'output' where it cannot be read, or is not as this version writes it
 */
export async function readManifest(folder: string, keep: 'all' | 'names' = 'all'): Promise<Manifest | undefined> {
  const path = manifestPath(folder);
  const hash = createHash('sha256');
  const head: string[] = [];
  const [names, sizes, hashes, labels]: [string[], (number | null)[], (string | null)[], number[]] = [[], [], [], []];
  let ended = false;
  try {
    for await (const line of linesOf(path)) {
      if (head.length !== 2) hash.update(`${line}\n`);
      if (head.length < 5) head.push(line);
      else if (line === ']') ended = true;
      else if (!ended) {
        const [name, size, content, label] = v.parse(PictureSchema, JSON.parse(line.replace(/,$/, '')));
        names.push(name);
        if (label !== null) labels.push(label);
        if (keep === 'names') continue;
        sizes.push(size);
        hashes.push(content);
      }
    }
    if (!ended) throw new Error('it ends early');
    const [, version = '', made = '', settled = ''] = head;
    if (version !== '"version":1,') throw new Error('it is of another version');
    const madeFrom = v.parse(MadeFromSchema, valueIn(made, '"madeFrom":'));
    const settings = v.parse(SettingsSchema, valueIn(settled, '"settings":'));
    const classes = settings.classes?.length ?? 0;
    if (labels.length !== (settings.classes ? names.length : 0) || labels.some((label) => label >= classes)) {
      throw new Error('its labels do not fit its classes');
    }
    const pictures = {
      ...{ names, sizes },
      ...(settings.hash === 'content' ? { hashes } : {}),
      ...(settings.classes ? { labels } : {}),
    };
    return { settings, pictures, madeFrom, digest: hash.digest('hex') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const what = typeof code === 'string' && /^E/.test(code) ? `it cannot be read (${code})` : message;
    throw new VggpuError(
      'output',
      `${path} is not a manifest as this version writes it: ${what}. Restore it, or name another folder.`,
      { cause: error },
    );
  }
}

/** The JSON behind a key at the beginning of a line. */
function valueIn(line: string, key: string): unknown {
  if (!line.startsWith(key) || !line.endsWith(',')) throw new Error(`${key.slice(0, -1)} was expected in its place`);
  return JSON.parse(line.slice(key.length, -1));
}

/** Lines that end in a line feed: JSON has none within its strings, but may have other line separators. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, piece as Buffer]) : (piece as Buffer);
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n');
  }
  if (rest.length > 0) throw new Error('it ends within a line');
}
