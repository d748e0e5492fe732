// One shard of features from its beginning or wherever it was left: manifest made or held against, chunk after chunk written.

import { join } from 'node:path';
import type { Precision } from '../../autograd/tensor.js';
import { makeFolder, removeLeftovers } from '../../data/files/atomic-file.js';
import type { PictureFile } from '../../data/pictures/picture-files.js';
import { chunksOf, shardFolder } from '../../data/shards/chunk.js';
import { assertSamePictures, assertSameSettings } from '../../data/shards/differences.js';
import {
  type Dtype,
  type Manifest,
  manifestPath,
  readManifest,
  type ShardSettings,
  writeManifest,
} from '../../data/shards/manifest.js';
import { hashesOf, sizesOf } from '../../data/shards/picture-facts.js';
import { removeIndex } from '../../data/shards/shard-index.js';
import { removeShardLeftovers, type ShardTotals, shardProgress, writeDone } from '../../data/shards/shard-progress.js';
import { someOf } from '../../data/some-of.js';
import { VggpuError } from '../../errors.js';
import type { Network } from '../../nn/network.js';
import type { DescribeOptions } from '../describe.js';
import type { Skipped } from '../features.js';
import { computeChunks } from './compute-chunks.js';
import { describeFeatures, listShardPictures } from './shard-view.js';

/** What features are computed of, and how. Settings that are not given are those of the manifest, where there is one. */
export interface FeatureShardOptions extends DescribeOptions {
  /** Photos: a folder per class, or any folder of pictures. */
  readonly directory: string;
  readonly weights: string;
  /** The folder of shards; made where it is missing. */
  readonly out: string;
  /** How many shards there are. */
  readonly of: number;
  /** Default: the last layer that a finetune without further options leaves as it is: fc1 of VGG16. */
  readonly layer?: string | undefined;
  /** Default float32. */
  readonly dtype?: Dtype | undefined;
  /** Of the layers, as the network that is lent has it; default 'f32'. */
  readonly precision?: Precision | undefined;
  /** Pictures of a shard that make a chunk; default 1024. */
  readonly chunk?: number | undefined;
  /** How a picture is known again; default 'content', which reads every picture once to make the manifest. */
  readonly hash?: 'content' | 'size' | undefined;
  /** Default true. */
  readonly exif?: boolean | undefined;
  /** Takes the folder's pictures as without classes, whatever folders they lie in. */
  readonly unlabelled?: boolean | undefined;
  /** Words of a command line with which the model is opened and the pictures are taken alike; default `--weights FILE`. */
  readonly words?: readonly string[] | undefined;
  /** Gets lines for the person at the keyboard. */
  readonly say?: ((line: string) => void) | undefined;
  /** Told of pictures whose contents are hashed for a new manifest. */
  readonly onHash?: ((done: number, total: number) => void) | undefined;
}

export interface ComputeShardOptions extends FeatureShardOptions {
  /** From 0. */
  readonly shard: number;
  /** Pictures decoded and run at a time; default 64. The rows do not depend on it. */
  readonly batchSize?: number | undefined;
  /** Reads all chunks that are there, and computes those again that are not what their hashes say. */
  readonly check?: boolean | undefined;
  /** Told of a picture that cannot be read. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
  /** Told how many of the shard's pictures are done in this run, and how many there are to do. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Lends the network, once it is known that there is something to compute; `adapter` names what it runs on. */
  readonly withNetwork: (use: (network: Network, adapter: string) => Promise<void>) => Promise<void>;
}

/** What a run of a shard came to. */
export interface ShardResult extends ShardTotals {
  readonly shard: number;
  readonly of: number;
  readonly layer: string;
  /** Chunks that this run wrote; 0 where the shard was finished before. */
  readonly computed: number;
}

/**
 * Computes what a shard still owes. A process may be killed at any moment: the next run goes on after the last whole chunk, to
 * the same bytes. A finished shard is told by its files alone, without looking at weights or pictures.
 *
 * @throws VggpuError 'usage', 'weights' or 'pictures' where this process sees something else than the manifest says; 'output'
 *   where `out` cannot be written; 'device', 'memory'
 */
export async function computeShard(options: ComputeShardOptions): Promise<ShardResult> {
  const { out, shard, of, check = false } = options;
  const found = await readManifest(out);
  const before = found && (await progressOf(found, options));
  const prepared = before && before.owed.length === 0 ? undefined : await prepareManifest(options, found);
  const manifest = prepared?.manifest ?? found!;
  const { owed, done } = before ?? (await shardProgress(out, shard, manifest, check));
  if (owed.length > 0 || !done) {
    await makeFolder(join(out, shardFolder(shard, of)));
    await removeShardLeftovers(out, shard, manifest, owed[0] ?? Math.max(0, chunksOf(shard, manifest) - 1));
  }
  if (prepared && owed.length > 0) {
    await removeIndex(out);
    await options.withNetwork((network, adapter) =>
      computeChunks(network, { ...options, manifest, files: prepared.files, owed, adapter }),
    );
  }
  const { totals, owed: left } = await shardProgress(out, shard, manifest);
  if (left.length > 0) {
    const files = `${join(out, shardFolder(shard, of))} has lost chunk ${someOf(left)} while this ran`;
    throw new VggpuError('output', `${files}: does something else write there? Run again.`);
  }
  if (!done || owed.length > 0) await writeDone(out, shard, manifest, totals);
  return { shard, of, layer: manifest.settings.layer, computed: owed.length, ...totals };
}

function progressOf(manifest: Manifest, options: ComputeShardOptions) {
  const { out, shard, of, layer, dtype, precision, chunk, hash, check } = options;
  assertSameSettings(out, manifest, { shards: of, ...given({ layer, dtype, precision, chunk, hash }) });
  return shardProgress(out, shard, manifest, check);
}

/** Settings that are there. */
function given<Settings extends object>(settings: Settings): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<Settings>;
}

/**
 * Makes the manifest, or holds what is seen here against the one that is there: names and sizes of all pictures, the weights and
 * every setting. Contents are hashed for a new manifest alone.
 *
 * @param found the manifest where it has been read
 * @throws VggpuError 'usage', 'weights' or 'pictures' with what differs; 'output'
 */
export async function prepareManifest(
  options: FeatureShardOptions,
  found?: Manifest | undefined,
): Promise<{ manifest: Manifest; files: readonly PictureFile[]; made: boolean }> {
  const { directory, out, of, exif = true, say } = options;
  const { files, labels, classes, stray } = await listShardPictures(directory, options.unlabelled);
  say?.(`Found ${files.length} images${classes ? ` belonging to ${classes.length} classes` : ', without labels'}.`);
  if (stray > 0) say?.(`Left out ${stray} pictures beside the class folders; --unlabelled takes them in.`);
  const there = found ?? (await readManifest(out));
  const network = await describeFeatures(options.weights, {
    ...options,
    layer: options.layer ?? there?.settings.layer,
  });
  const settings: ShardSettings = {
    ...{ layer: network.layer, shape: network.shape },
    dtype: options.dtype ?? there?.settings.dtype ?? 'float32',
    precision: options.precision ?? 'f32',
    chunk: options.chunk ?? there?.settings.chunk ?? 1024,
    shards: of,
    hash: options.hash ?? there?.settings.hash ?? 'content',
    ...{ exif, weights: network.weights, network: network.network, classes },
  };
  const paths = files.map(({ path }) => path);
  const names = files.map(({ name }) => name);
  const sizes = await sizesOf(paths);
  if (there) {
    assertSameSettings(out, there, settings);
    assertSamePictures(out, there, { names, sizes, labels });
    return { manifest: there, files, made: false };
  }
  await makeFolder(out);
  await removeLeftovers(manifestPath(out));
  const hashes = settings.hash === 'content' ? await hashesOf(paths, options.onHash) : undefined;
  const pictures = { names, sizes, hashes, labels };
  const { weights, words = ['--weights', weights] } = options;
  const madeFrom = { directory, weights, words };
  const made = await writeManifest(out, { settings, pictures, madeFrom });
  const manifest = await readManifest(out);
  if (!manifest) throw new VggpuError('output', `${manifestPath(out)} was removed while this ran. Run again.`);
  assertSameSettings(out, manifest, settings); // another process may have been first
  assertSamePictures(out, manifest, pictures);
  return { manifest, files, made };
}
