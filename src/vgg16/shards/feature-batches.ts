// Merged shards as the batches of a training run: the same pictures in the same order as their folder would give.

import { assertBatchSize } from '../../data/pictures/batches.js';
import type { LabelledPicture } from '../../data/pictures/image-folder.js';
import type { Shards } from '../../data/shards/shards.js';
import { someOf } from '../../data/some-of.js';
import { VggpuError } from '../../errors.js';
import type { Batches, BatchesOptions } from '../batches.js';

/** Batches whose rows were computed before. There are no pictures to loop over. */
export interface FeatureBatches extends Batches {
  readonly shards: Shards;
  /** Names the pictures and everything that made their rows. */
  readonly identity: string;
  /** The place in the manifest of each of `folder.files`. */
  readonly positions: Uint32Array;
}

/** Whether a run learns from features that were computed before. */
export function isFeatureBatches(batches: Batches): batches is FeatureBatches {
  return 'shards' in batches;
}

/**
 * Takes opened shards for batches. They stay open until their owner closes them.
 * @throws VggpuError 'pictures' where the pictures have no classes, or one that is not among `options.classes`; 'usage'
 */
export function featureBatches(shards: Shards, options: Omit<BatchesOptions, 'exif'> = {}): FeatureBatches {
  const { batchSize = 8, shuffle = true, seed = 42 } = options;
  assertBatchSize(batchSize);
  const { folder: root, manifest } = shards;
  const { settings, pictures, digest } = manifest;
  const own = settings.classes;
  if (!own || !pictures.labels) {
    throw new VggpuError(
      'pictures',
      `${root} holds features of pictures without classes, so nothing can be learnt of them: compute those of a folder with one folder per class.`,
    );
  }
  const classes = options.classes?.map((name) => name.normalize('NFC')) ?? [...own];
  const labelOf = own.map((name) => classes.indexOf(name));
  const unknown = own.filter((_, label) => labelOf[label]! < 0);
  if (unknown.length > 0) {
    throw new VggpuError(
      'pictures',
      `${root} has features of ${someOf(unknown)}, which no class of the model is called: its classes are ${someOf(classes, 12)}.`,
    );
  }
  const positions = byLabel(pictures.labels, labelOf, classes.length);
  const files = Array.from(positions, (position): LabelledPicture => {
    const name = pictures.names[position]!;
    return { path: name, name, label: labelOf[pictures.labels![position]!]! };
  });
  const classIndices = Object.fromEntries(classes.map((name, label) => [name, label]));
  return {
    folder: { root, classes, classIndices, files, ignored: 0, stray: 0 },
    ...{ batchSize, shuffle, seed, exif: settings.exif, classes, classIndices, count: files.length },
    ...{ shards, positions, identity: JSON.stringify([digest, classes]) },
    fileNames: files.map(({ name }) => name),
    [Symbol.asyncIterator]() {
      throw new VggpuError('usage', `${root} holds features: there are no pictures to loop over.`);
    },
  };
}

/** The manifest's places by the labels that they have here: a folder read with other classes lists them so. */
function byLabel(labels: readonly number[], labelOf: readonly number[], classes: number): Uint32Array {
  const starts = new Uint32Array(classes + 1);
  for (const label of labels) starts[labelOf[label]! + 1]!++;
  for (let label = 0; label < classes; label++) starts[label + 1]! += starts[label]!;
  const positions = new Uint32Array(labels.length);
  for (const [position, label] of labels.entries()) positions[starts[labelOf[label]!]!++] = position;
  return positions;
}
