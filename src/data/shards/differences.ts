// Whether a shard sees what the manifest says: what differs, each in a few words.

import { isDeepStrictEqual } from 'node:util';
import { VggpuError } from '../../errors.js';
import { someOf } from '../some-of.js';
import { type Manifest, manifestPath, type PictureFacts, type ShardSettings } from './manifest.js';

/** Words for the settings, in the order in which messages list them. */
const NAMES: readonly (readonly [keyof ShardSettings, string])[] = [
  ['weights', 'the weights'],
  ['layer', 'the layer'],
  ['shards', 'the number of shards'],
  ['precision', '--precision'],
  ['chunk', '--chunk'],
  ['dtype', '--dtype'],
  ['hash', '--hash'],
  ['exif', 'whether EXIF orientation is applied'],
  ['classes', 'the classes'],
];

/** Some settings, as a process sees them. */
export type SomeSettings = { readonly [Key in keyof ShardSettings]?: ShardSettings[Key] | undefined };

/**
 * @param here settings of this process; those left out are taken from the manifest
 * @throws VggpuError 'weights' where the weights are others, else 'usage' where a setting is, with all that differs
 */
export function assertSameSettings(folder: string, { settings: there }: Manifest, here: SomeSettings): void {
  const different = NAMES.filter(([key]) => key in here && !isDeepStrictEqual(here[key], there[key])).map(
    ([key, name]) => `${name} (${shown(key, there[key])} there, ${shown(key, here[key])} here)`,
  );
  if (here.network !== undefined) different.push(...networkDifferences(there.network, here.network));
  if (different.length === 0) return;
  throw new VggpuError(
    different[0]!.startsWith('the weights') ? 'weights' : 'usage',
    `${manifestPath(folder)} was made for something else: ${different.join('; ')}. Run this shard as the others, or name another --out.`,
  );
}

function networkDifferences(there: unknown, here: unknown): string[] {
  if (isDeepStrictEqual(there, here)) return [];
  const [before, now] = [there, here].map((value) => Object(value) as Record<string, unknown>);
  const keys = ['inputSize', 'preprocessing', 'layers'].filter((key) => !isDeepStrictEqual(before![key], now![key]));
  const words: Record<string, string> = { inputSize: "the network's input size", layers: "the network's layers" };
  return keys.map((key) =>
    key === 'preprocessing'
      ? `the preprocessing (${text(before![key])} there, ${text(now![key])} here; --resize says how pictures are resized)`
      : words[key]!,
  );
}

/**
 * Names and sizes of all pictures, and labels where there are some.
 * @throws VggpuError 'pictures' with the first that differ
 */
export function assertSamePictures(folder: string, { pictures: there }: Manifest, here: PictureFacts): void {
  const places = new Map(there.names.map((name, position) => [name, position]));
  const added = here.names.filter((name) => !places.has(name));
  const present = new Set(here.names);
  const gone = there.names.filter((name) => !present.has(name));
  const resized: string[] = [];
  let moved: string | undefined;
  for (const [i, name] of here.names.entries()) {
    const position = places.get(name);
    if (position === undefined) continue;
    if (here.sizes[i] !== there.sizes[position]) {
      resized.push(`${name} (${bytes(there.sizes[position])} there, ${bytes(here.sizes[i])} here)`);
    }
    if (position !== i || here.labels?.[i] !== there.labels?.[position]) moved ??= name;
  }
  const different = [
    ...(added.length > 0 ? [`${added.length} are new (${someOf(added)})`] : []),
    ...(gone.length > 0 ? [`${gone.length} are gone (${someOf(gone)})`] : []),
    ...(resized.length > 0 ? [`${resized.length} have another size: ${someOf(resized)}`] : []),
  ];
  if (different.length === 0 && moved !== undefined) different.push(`${moved} stands in another place or class`);
  if (different.length > 0) throw changed(folder, different.join('; '));
}

/**
 * Contents of the pictures at some positions.
 * @throws VggpuError 'pictures' with the first that differ
 */
export function assertSameContents(
  folder: string,
  { pictures: { names, hashes } }: Manifest,
  positions: ArrayLike<number>,
  here: readonly (string | null)[],
): void {
  const different = Array.from(positions).filter((position, i) => hashes?.[position] !== here[i]);
  if (different.length === 0) return;
  const list = someOf(different.map((position) => names[position]!));
  throw changed(folder, `${different.length} have another content: ${list}`);
}

function changed(folder: string, what: string): VggpuError {
  return new VggpuError(
    'pictures',
    `The pictures are not those of ${manifestPath(folder)}: ${what}. Put them back, or name another --out.`,
  );
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'none';
}

function shown(key: keyof ShardSettings, value: unknown): string {
  if (key === 'weights') return String(value).slice(0, 12);
  return Array.isArray(value) ? someOf(value as string[]) : String(value ?? 'none');
}

function bytes(size: number | null | undefined): string {
  return size === null || size === undefined ? 'unreadable' : `${size} bytes`;
}
