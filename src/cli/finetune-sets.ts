// What `vggpu finetune` learns from: folders of photos, or features that were computed before.
import type { Command } from 'commander';
import { openShards, type Shards } from '../data/shards/shards.js';
import { someOf } from '../data/some-of.js';
import { VggpuError } from '../errors.js';
import { type Batches, foundLine, holdBack, readBatches } from '../vgg16/batches.js';
import { featureBatches } from '../vgg16/shards/feature-batches.js';
import { noPictures } from '../vgg16/shards/shard-features.js';

export interface SetOptions {
  readonly train?: string;
  readonly valid?: string;
  readonly validFraction?: number;
  readonly features?: string;
  readonly validFeatures?: string;
  readonly augment?: string | true;
  readonly cache: boolean;
  readonly exif: boolean;
  readonly batchSize: number;
  readonly seed: number;
}

/** What to learn from, and what is held back. */
export interface TrainingSets {
  readonly train: Batches;
  readonly valid: Batches | undefined;
  close(): Promise<void>;
}

/** Opens the sets, and says on stderr what was found. @throws VggpuError 'usage', 'pictures' or 'output' */
export async function openSets(options: SetOptions, command: Command): Promise<TrainingSets> {
  const { train, features, validFeatures } = options;
  if (train === undefined && features === undefined) {
    command.error("error: required option '--train <dir>' not specified (or --features <folder>)");
  }
  if (features === undefined && validFeatures !== undefined) {
    throw new VggpuError('usage', '--valid-features goes with --features; with --train DIR, name --valid DIR.');
  }
  const sets = features === undefined ? await readPictures(options, train!) : await readFeatures(options, features);
  console.error(`Training: ${foundLine(sets.train)}`);
  const [valid, fraction] =
    features === undefined ? ['--valid DIR', ' or --valid-fraction 0.1'] : ['--valid-features FOLDER', ''];
  console.error(
    sets.valid
      ? `Validation: ${foundLine(sets.valid)}`
      : `No validation: ${valid}${fraction} would show how well it does on photos it has not seen.`,
  );
  return sets;
}

async function readPictures(options: SetOptions, directory: string): Promise<TrainingSets> {
  const { batchSize, seed, exif, valid: held, validFraction } = options;
  if (held !== undefined && validFraction !== undefined) {
    throw new VggpuError(
      'usage',
      '--valid and --valid-fraction exclude each other: name the folder, or the share of --train.',
    );
  }
  const settings = { batchSize, seed, exif };
  const all = await readBatches(directory, settings);
  const close = async () => {};
  if (validFraction !== undefined) {
    const [train, valid] = holdBack(all, validFraction, seed);
    return { train, valid, close };
  }
  const valid = held && (await readBatches(held, { ...settings, shuffle: false, classes: all.classes }));
  return { train: all, valid: valid || undefined, close };
}

async function readFeatures(options: SetOptions, folder: string): Promise<TrainingSets> {
  const { batchSize, seed, validFeatures } = options;
  checkFeatureOptions(options);
  const open: Shards[] = [];
  const close = async () => {
    for (const shards of open) await shards.close();
  };
  try {
    open.push(await openShards(folder));
    saySkipped(open[0]!);
    const train = featureBatches(open[0]!, { batchSize, seed });
    if (options.augment !== undefined) throw noPictures(open[0]!);
    if (validFeatures === undefined) return { train, valid: undefined, close };
    open.push(await openShards(validFeatures));
    saySkipped(open[1]!);
    const valid = featureBatches(open[1]!, { batchSize, seed, shuffle: false, classes: train.classes });
    return { train, valid, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function saySkipped({ folder, index: { skipped } }: Shards): void {
  if (skipped.length === 0) return;
  const names = someOf(skipped.map(({ file }) => file));
  console.error(`Skipped in ${folder}, since they could not be read when the features were computed: ${names}.`);
}

/** @throws VggpuError 'usage' for options that are for pictures */
function checkFeatureOptions({ train, valid, validFraction, cache, exif }: SetOptions): void {
  const given: [unknown, string, string][] = [
    [train, '--train', 'learn from pictures or from features, not from both'],
    [valid, '--valid', 'name --valid-features FOLDER, the features of the photos held back'],
    [validFraction, '--valid-fraction', 'name --valid-features FOLDER, the features of the photos held back'],
    [cache ? undefined : true, '--no-cache', 'the features are there, and are not computed again'],
    [exif ? undefined : true, '--no-exif', 'orientation was settled when the features were computed'],
  ];
  const wrong = given.find(([value]) => value !== undefined);
  if (wrong) throw new VggpuError('usage', `${wrong[1]} does not go with --features: ${wrong[2]}.`);
}
