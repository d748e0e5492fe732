// A folder of pictures through a network, labelled or not: class probabilities or one layer's output, a row a picture.
import { softmax } from '../autograd/ops.js';
import { createTape } from '../autograd/tape.js';
import { elementsOf, freeTensor, type Shape } from '../autograd/tensor.js';
import { assertBatchSize } from '../data/pictures/batches.js';
import { listPictures } from '../data/pictures/image-folder.js';
import type { PictureFile } from '../data/pictures/picture-files.js';
import { decodeBatches } from '../data/pictures/prefetch.js';
import {
  type NamedRows,
  namesPath,
  rowsFormat,
  writeCsvRows,
  writeNpyWithNames,
} from '../data/submission/row-files.js';
import { VggpuError } from '../errors.js';
import { microBatch } from '../nn/micro-batches.js';
import { featureShape, forward, type Network } from '../nn/network.js';
import { type Picture, picturesToTensor } from '../nn/pictures.js';
import { classesOf } from '../nn/specification.js';
import { decodeOptions, type Skipped } from './features.js';
import { assertFinite } from './finite.js';
import type { TestOptions, TestResult } from './options.js';

export interface TestRowsOptions {
  /** Pictures decoded and run at a time; fewer where the device cannot hold them. The rows do not depend on it. */
  readonly batchSize: number;
  /** Whether EXIF orientation is applied. */
  readonly exif: boolean;
  /** Name of the layer whose output is wanted, in inference mode; absent: the class probabilities. */
  readonly layer?: string | undefined;
  /** Told of a picture that cannot be read. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
  /** Told how many pictures are done, those that cannot be read included. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What one row is made of. */
interface Row {
  /** Layers to run. */
  readonly depth: number;
  readonly shape: Shape;
  readonly probabilities: boolean;
}

/**
 * The rows of all pictures that can be read, in the order given: (classes) probabilities, or (...shape) of one layer. Pictures
 * are decoded ahead of the device, and every micro-batch is padded to full size, so that a row does not depend on its
 * neighbours to the last bit.
 *
 * @throws VggpuError 'usage' for a layer or a batch size that cannot be; 'weights' where the network has no last layer to
 *   predict with, or gives what is no number; 'pictures' where no picture can be read
 */
export async function* testRows(
  network: Network,
  files: readonly PictureFile[],
  options: TestRowsOptions,
): AsyncGenerator<NamedRows, void, undefined> {
  const { exif, onSkip, onProgress } = options;
  assertBatchSize(options.batchSize);
  const row = describeRow(network, options.layer);
  const batchSize = Math.max(1, Math.min(options.batchSize, microBatch(network, 0, row.depth), files.length));
  let skipped = 0;
  let read = 0;
  const settings = {
    ...{ batchSize, ...decodeOptions(network, exif), passing: true },
    onSkip({ name: file }: PictureFile, reason: string) {
      skipped++;
      onSkip?.({ file, reason });
    },
  };
  for await (const batch of decodeBatches(files, settings)) {
    const fileNames = batch.files.map(({ name }) => name);
    const rows = await runRows(network, batch.pictures, row, batchSize);
    assertFinite(network, rows, fileNames);
    read += fileNames.length;
    yield { fileNames, rows };
    onProgress?.(read + skipped, files.length);
  }
  if (read === 0) throw new VggpuError('pictures', `None of the ${files.length} pictures can be read.`);
}

function describeRow(network: Network, layer: string | undefined): Row {
  const names = network.spec.layers.map(({ name }) => name);
  const last = network.spec.layers.at(-1);
  if (layer !== undefined) {
    const depth = names.indexOf(layer) + 1;
    if (depth > 0) return { depth, shape: featureShape(network, depth), probabilities: false };
    throw new VggpuError('usage', `There is no layer '${layer}': these weights have ${names.join(', ')}.`);
  }
  if (classesOf(network.spec) === undefined) {
    throw new VggpuError(
      'weights',
      `These weights end at ${last?.name}, so there is nothing to predict with. Finetune a head on them first (vggpu finetune --cut ${last?.name} --head gap), or ask for a layer's output (--features ${last?.name}).`,
    );
  }
  return { depth: names.length, shape: featureShape(network, names.length), probabilities: true };
}

/** @returns (pictures, ...shape) */
async function runRows(network: Network, pictures: readonly Picture[], row: Row, size: number): Promise<Float32Array> {
  const { gpu, spec } = network;
  const x = picturesToTensor(gpu, spec, pictures, size);
  const tape = createTape(gpu, { record: false });
  try {
    const y = forward(tape, network, x, { to: row.depth });
    const wanted = row.probabilities ? softmax(tape, y) : y;
    return new Float32Array(await gpu.read(wanted, 0, pictures.length * elementsOf(row.shape) * 4));
  } finally {
    tape.dispose();
    freeTensor(gpu, x);
  }
}

/**
 * The class probabilities of every picture in a folder.
 * @throws VggpuError 'pictures' for a folder that is missing or empty; as `testRows`
 */
export async function testFolder(network: Network, directory: string, options: TestOptions): Promise<TestResult> {
  const { batchSize = 8, exif = true, onProgress } = options;
  const { files } = await listPictures(directory);
  const fileNames: string[] = [];
  const predictions: Float32Array[] = [];
  const skipped: Skipped[] = [];
  const onSkip = (picture: Skipped) => {
    skipped.push(picture);
    options.onSkip?.(picture);
  };
  for await (const batch of testRows(network, files, { batchSize, exif, onSkip, onProgress })) {
    const classes = batch.rows.length / batch.fileNames.length;
    fileNames.push(...batch.fileNames);
    predictions.push(...batch.fileNames.map((_, i) => batch.rows.slice(i * classes, (i + 1) * classes)));
  }
  return { fileNames, predictions, skipped };
}

export interface TestFileOptions extends TestRowsOptions {
  /** Names of the outputs. */
  readonly classes: readonly string[];
  /** Names the weights in the JSON beside an .npy file. */
  readonly weights: string;
}

/** What a run over a folder came to. */
export interface TestFile {
  readonly out: string;
  /** The JSON with the file names, beside an .npy file. */
  readonly names?: string;
  /** Rows written. */
  readonly pictures: number;
  readonly skipped: readonly Skipped[];
}

/**
 * Writes the rows of all pictures to a .csv or .npy file while they are computed, whole or not at all.
 * @throws VggpuError as `testRows`; 'usage' for another extension, or a layer's output as .csv; 'output'
 */
export async function testToFile(
  network: Network,
  files: readonly PictureFile[],
  out: string,
  options: TestFileOptions,
): Promise<TestFile> {
  const { layer, classes, weights } = options;
  const format = testFormat(out, layer);
  const skipped: Skipped[] = [];
  let pictures = 0;
  async function* counted(): AsyncGenerator<NamedRows, void, undefined> {
    const onSkip = (picture: Skipped) => {
      skipped.push(picture);
      options.onSkip?.(picture);
    };
    for await (const batch of testRows(network, files, { ...options, onSkip })) {
      pictures += batch.fileNames.length;
      yield batch;
    }
  }
  if (format === 'csv') {
    await writeCsvRows(out, classes, counted());
    return { out, pictures, skipped };
  }
  const { shape } = describeRow(network, layer);
  const what = layer === undefined ? { classes } : { layer, shape };
  const about = () => ({ ...what, skipped, weights });
  await writeNpyWithNames(out, { shape, mostRows: files.length, about }, counted());
  return { out, names: namesPath(out), pictures, skipped };
}

/** @throws VggpuError 'usage' for another extension, or a layer's output as .csv */
export function testFormat(out: string, layer: string | undefined): 'csv' | 'npy' {
  const format = rowsFormat(out);
  if (layer === undefined || format === 'npy') return format;
  throw new VggpuError('usage', `${out}: the features of a layer are written as .npy. Name a file that ends in .npy.`);
}
