// What a shard is about to compute: the pictures of a folder, the network up to a layer, and the weights below it.

import { join } from 'node:path';
import { type ImageFolder, listPictures, readImageFolder } from '../../data/pictures/image-folder.js';
import { isHidden, kindOf, listFolder, type PictureFile } from '../../data/pictures/picture-files.js';
import type { ShardSettings } from '../../data/shards/manifest.js';
import { VggpuError } from '../../errors.js';
import { describeLayers, type NetworkSpec } from '../../nn/specification.js';
import { type DescribeOptions, openModel } from '../describe.js';
import { weightsDigest } from './weights-digest.js';

/** The folder in which lesson 1 keeps pictures whose class nobody knows. */
const UNKNOWN = 'unknown';

/** Pictures of a folder, labelled or not. */
export interface ShardPictures {
  readonly files: readonly PictureFile[];
  /** One for each file, with `classes`. */
  readonly labels?: readonly number[];
  readonly classes?: readonly string[];
  /** Pictures beside the class folders, which are left out. */
  readonly stray: number;
}

/**
 * Lists a folder per class as training does: by class in code-point order, then by name in natural order. A folder without
 * folders, or with a single one called `unknown`, has no classes, and neither has any with `unlabelled`.
 * @throws VggpuError 'pictures' as `readImageFolder` and `listPictures`
 */
export async function listShardPictures(directory: string, unlabelled = false): Promise<ShardPictures> {
  const folders: string[] = [];
  for (const entry of await listFolder(directory)) {
    if (isHidden(entry.name)) continue;
    if ((await kindOf(entry, join(directory, entry.name))) === 'folder') folders.push(entry.name);
  }
  if (unlabelled || folders.length === 0 || (folders.length === 1 && folders[0] === UNKNOWN)) {
    return { files: (await listPictures(directory)).files, stray: 0 };
  }
  const { files, classes, stray }: ImageFolder = await readImageFolder(directory);
  return { files, labels: files.map(({ label }) => label), classes, stray };
}

/** A network as far as features need it. */
export interface FeatureNetwork extends Pick<ShardSettings, 'layer' | 'shape' | 'weights'> {
  readonly network: NetworkSpec;
}

/**
 * Reads from a weights file what decides the output of a layer.
 * @param options how the file is opened; `layer` by default the last one whose output is the same in every epoch of a finetune
 * @throws VggpuError 'weights', or 'usage' where there is no such layer
 */
export async function describeFeatures(
  weights: string,
  { layer: name, ...options }: DescribeOptions & { readonly layer?: string | undefined },
): Promise<FeatureNetwork> {
  const model = await openModel(weights, options);
  try {
    const { spec } = model.description;
    const layer = name ?? defaultLayer(spec);
    const depth = spec.layers.findIndex((one) => one.name === layer) + 1;
    if (depth === 0) {
      const names = spec.layers.map((one) => one.name).join(', ');
      throw new VggpuError('usage', `There is no layer '${layer}': these weights have ${names}.`);
    }
    const network = { ...spec, layers: spec.layers.slice(0, depth) };
    const shape = describeLayers(network).at(-1)!.output;
    return { layer, shape, network, weights: await weightsDigest(model, network.layers) };
  } finally {
    await model.file.close();
  }
}

/** The layer before the first dropout; without one, the layer before the last dense one, or the last of all. */
function defaultLayer({ layers }: NetworkSpec): string {
  const dropout = layers.findIndex(({ kind }) => kind === 'dropout');
  const top = dropout > 0 ? dropout : layers.findLastIndex(({ kind }) => kind === 'dense');
  return layers[(top > 0 ? top : layers.length) - 1]!.name;
}
