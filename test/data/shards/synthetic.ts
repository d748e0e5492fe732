// Shards of made-up features, without pictures or a device: every value follows from its picture and column.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeFolder } from '../../../src/data/files/atomic-file.js';
import { chunkFiles, chunksOf, positionsOf, shardFolder, writeChunkFacts } from '../../../src/data/shards/chunk.js';
import { type NamedValues, writeChunkArray } from '../../../src/data/shards/chunk-array.js';
import {
  type Dtype,
  type Manifest,
  readManifest,
  type ShardView,
  writeManifest,
} from '../../../src/data/shards/manifest.js';

export interface SyntheticOptions {
  readonly pictures: number;
  readonly shards: number;
  readonly chunk: number;
  readonly width: number;
  readonly dtype: Dtype;
  /** Places of pictures without a row. */
  readonly skipped?: readonly number[];
  /** How many classes the pictures have, in runs of equal length; 0 for none. */
  readonly classes?: number;
  readonly network?: unknown;
  readonly weights?: string;
  readonly layer?: string;
}

/** Of the picture at a place: float16 holds it exactly. */
export const featureOf = (position: number, column: number): number => ((position * 7 + column * 3) % 512) / 64;

export function syntheticView(options: SyntheticOptions): ShardView {
  const { pictures, shards, chunk, width, dtype, classes = 2, network = {}, weights = 'w', layer = 'fc1' } = options;
  const label = (position: number) => Math.floor((position * classes) / pictures);
  const places = Array.from({ length: pictures }, (_, position) => position);
  const names = places.map((position) => (classes > 0 ? `c${label(position)}/${position}.jpg` : `${position}.jpg`));
  return {
    settings: {
      ...{
        layer,
        shape: [width],
        dtype,
        precision: 'f32',
        chunk,
        shards,
        hash: 'content',
        exif: true,
        weights,
        network,
      },
      ...(classes > 0 ? { classes: Array.from({ length: classes }, (_, i) => `c${i}`) } : {}),
    },
    pictures: {
      names,
      sizes: places.map((position) => 1000 + position),
      hashes: names.map((name) => createHash('sha256').update(name).digest('hex')),
      ...(classes > 0 ? { labels: places.map(label) } : {}),
    },
    madeFrom: { directory: 'my photos', weights: 'vgg16.h5', words: ['--weights', 'vgg16.h5', '--resize', 'area'] },
  };
}

/** Writes manifest and all chunks of all shards. */
export async function writeSynthetic(folder: string, options: SyntheticOptions): Promise<Manifest> {
  await makeFolder(folder);
  await writeManifest(folder, syntheticView(options));
  const manifest = (await readManifest(folder))!;
  for (let shard = 0; shard < options.shards; shard++) {
    await makeFolder(join(folder, shardFolder(shard, options.shards)));
    for (let chunk = 0; chunk < chunksOf(shard, manifest); chunk++) {
      await writeSyntheticChunk(folder, manifest, { shard, chunk }, options);
    }
  }
  return manifest;
}

export async function writeSyntheticChunk(
  folder: string,
  manifest: Manifest,
  place: { readonly shard: number; readonly chunk: number },
  { width, shards: of, skipped = [] }: SyntheticOptions,
): Promise<void> {
  const all = positionsOf(place, manifest);
  const { names, labels } = manifest.pictures;
  const positions = all.filter((position) => !skipped.includes(position));
  const own = positions.map((position) => names[position]!);
  async function* pieces(): AsyncGenerator<NamedValues> {
    const values = new Float32Array(positions.length * width);
    for (const [i, position] of positions.entries()) {
      for (let column = 0; column < width; column++) values[i * width + column] = featureOf(position, column);
    }
    yield { names: own, values };
  }
  const { sha256 } = await writeChunkArray(join(folder, chunkFiles(place, of).npy), manifest.settings, pieces());
  await writeChunkFacts(folder, {
    ...{ version: 1, manifest: manifest.digest, ...place, of, names: own, positions, sha256, adapter: 'none' },
    ...(labels ? { labels: positions.map((position) => labels[position]!) } : {}),
    skipped: all
      .filter((position) => skipped.includes(position))
      .map((position) => ({ file: names[position]!, reason: 'made up' })),
  });
}
