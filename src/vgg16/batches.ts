// Batches of a folder as lesson 1 looks at them: pictures with one-hot labels, in the order that an epoch takes them.
import { assertBatchSize, epochOrder } from '../data/pictures/batches.js';
import { digestOf } from '../data/pictures/digest.js';
import { type ImageFolder, type LabelledPicture, readImageFolder } from '../data/pictures/image-folder.js';
import { decodeBatches } from '../data/pictures/prefetch.js';
import { VggpuError } from '../errors.js';
import type { Picture } from '../nn/pictures.js';
import { classesOf, type NetworkSpec } from '../nn/specification.js';

const DEFAULT_BATCH_SIZE = 8; // as in the lesson's class

export interface BatchesOptions {
  /** Pictures a batch; default 8. */
  readonly batchSize?: number;
  /** Whether each epoch takes them in another order; default true. */
  readonly shuffle?: boolean;
  /** Default 42. */
  readonly seed?: number;
  /** Names of the classes in the order of the labels; default: the folders, sorted. */
  readonly classes?: readonly string[];
  /** Whether EXIF orientation is applied; default true. */
  readonly exif?: boolean;
}

/** One batch of decoded pictures. */
export interface PictureBatch {
  readonly images: readonly Picture[];
  /** One-hot, one for each image: 1 at the class's index. */
  readonly labels: readonly Float32Array[];
  /** Below the folder, with posix slashes. */
  readonly fileNames: readonly string[];
}

/** A folder of labelled pictures, divided into batches. Each loop over it is one epoch. */
export interface Batches extends AsyncIterable<PictureBatch> {
  readonly folder: ImageFolder;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly exif: boolean;
  /** Class names in the order of their indices. */
  readonly classes: readonly string[];
  readonly classIndices: Readonly<Record<string, number>>;
  /** In the folder's order. */
  readonly fileNames: readonly string[];
  /** Number of pictures. */
  readonly count: number;
  /** Names the pictures and what was computed of them, where there are no files to look at. */
  readonly identity?: string;
}

/** Names the pictures of a set, the same wherever they lie. */
export async function identityOfPictures({ identity, folder }: Batches): Promise<string> {
  return identity ?? digestOf(folder.files);
}

/**
 * Lists a folder that holds one folder per class.
 * @throws VggpuError 'pictures' for a folder that cannot be used, 'usage' for a batch size below 1
 */
export async function readBatches(directory: string, options: BatchesOptions = {}): Promise<Batches> {
  const { classes } = options;
  assertBatchSize(options.batchSize ?? DEFAULT_BATCH_SIZE);
  return batchesOf(await readImageFolder(directory, classes ? { classes } : {}), options);
}

/**
 * Holds a share of each class back, drawn by `seed`: at least one picture of a class, and never its last.
 * @param fraction of the pictures, between 0 and 1
 * @returns what is left, and what was held back, which is not shuffled
 * @throws VggpuError 'usage' where the fraction is not between 0 and 1, 'pictures' where a class has a single picture
 */
export function holdBack(batches: Batches, fraction: number, seed: number): [rest: Batches, held: Batches] {
  if (!(fraction > 0 && fraction < 1)) {
    throw new VggpuError('usage', `The fraction held back must be between 0 and 1, not ${fraction}.`);
  }
  const { folder, batchSize, shuffle, exif } = batches;
  const held = new Set<LabelledPicture>();
  for (const [label, name] of folder.classes.entries()) {
    const own = folder.files.filter((file) => file.label === label);
    if (own.length < 2) {
      throw new VggpuError(
        'pictures',
        `${folder.root} has ${own.length} pictures of ${name}: none can be held back for validation. Add some, or name a folder for validation.`,
      );
    }
    const count = Math.min(own.length - 1, Math.max(1, Math.round(own.length * fraction)));
    const order = epochOrder(own.length, { seed, epoch: label, shuffle: true });
    for (const position of order.subarray(0, count)) held.add(own[position]!);
  }
  const part = (keep: boolean) => ({ ...folder, files: folder.files.filter((file) => held.has(file) === keep) });
  const options = { batchSize, seed: batches.seed, exif };
  return [batchesOf(part(false), { ...options, shuffle }), batchesOf(part(true), { ...options, shuffle: false })];
}

function batchesOf(folder: ImageFolder, options: BatchesOptions): Batches {
  const { batchSize = DEFAULT_BATCH_SIZE, shuffle = true, seed = 42, exif = true } = options;
  let epoch = 0;
  async function* pictures(): AsyncGenerator<PictureBatch, void, undefined> {
    const order = epochOrder(folder.files.length, { seed, epoch: epoch++, shuffle });
    const files = Array.from(order, (position) => folder.files[position]!);
    for await (const batch of decodeBatches(files, { batchSize, exif })) {
      yield {
        images: batch.pictures,
        labels: batch.files.map(({ label }) => oneHot(label, folder.classes.length)),
        fileNames: batch.files.map(({ name }) => name),
      };
    }
  }
  return {
    folder,
    batchSize,
    shuffle,
    seed,
    exif,
    classes: folder.classes,
    classIndices: folder.classIndices,
    fileNames: folder.files.map(({ name }) => name),
    count: folder.files.length,
    [Symbol.asyncIterator]: pictures,
  };
}

/** "Found 23000 images belonging to 2 classes.", as Keras says it. */
export function foundLine({ count, classes }: Batches): string {
  return `Found ${count} images belonging to ${classes.length} classes.`;
}

function oneHot(label: number, classes: number): Float32Array {
  const row = new Float32Array(classes);
  row[label] = 1;
  return row;
}

/** @throws VggpuError 'usage' where a folder has another number of classes than a network tells apart */
export function checkClassCount(spec: NetworkSpec, { classes, folder }: Batches): void {
  const count = classesOf(spec);
  if (count === classes.length) return;
  throw new VggpuError(
    'usage',
    `${folder.root} has ${classes.length} classes (${classes.join(', ')}); the model tells ${count ?? 'no'} classes apart.`,
  );
}
