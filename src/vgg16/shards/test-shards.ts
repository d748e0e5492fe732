// What `vggpu test` writes, from features instead of pictures: class probabilities, a row a picture.

import { softmax } from '../../autograd/ops.js';
import { createTape } from '../../autograd/tape.js';
import { freeTensor } from '../../autograd/tensor.js';
import { assertBatchSize } from '../../data/pictures/batches.js';
import { compareNatural } from '../../data/pictures/picture-files.js';
import type { Shards } from '../../data/shards/shards.js';
import {
  type NamedRows,
  namesPath,
  rowsFormat,
  writeCsvRows,
  writeNpyWithNames,
} from '../../data/submission/row-files.js';
import { VggpuError } from '../../errors.js';
import { microBatch, micros } from '../../nn/micro-batches.js';
import { forward, type Network } from '../../nn/network.js';
import { assertFinite } from '../finite.js';
import type { TestFile } from '../test.js';
import { assertFeaturesFit } from './features-fit.js';
import { bringUp, depthOf } from './shard-features.js';

export interface TestShardsOptions {
  /** Rows read and run at a time; fewer where the device cannot hold them. */
  readonly batchSize: number;
  /** Names of the outputs. */
  readonly classes: readonly string[];
  /** Names the weights in the JSON beside an .npy file. */
  readonly weights: string;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Class probabilities of all pictures with a row, in natural order of their names: the order in which their folder is tested.
 * @throws VggpuError 'usage' where the features are not those of this network, 'weights' where it has nothing to predict with,
 *   'output' where a chunk cannot be read
 */
export async function* shardRows(
  network: Network,
  shards: Shards,
  { batchSize, classes, onProgress }: Pick<TestShardsOptions, 'batchSize' | 'classes' | 'onProgress'>,
): AsyncGenerator<NamedRows, void, undefined> {
  assertBatchSize(batchSize);
  const { gpu, layers, spec, precision } = network;
  if (classes.length === 0) {
    throw new VggpuError(
      'weights',
      `These weights end at ${spec.layers.at(-1)?.name}, so there is nothing to predict with.`,
    );
  }
  assertFeaturesFit(shards, { spec, precision, depth: layers.length, purpose: 'test' });
  const { names } = shards.manifest.pictures;
  const order = naturalOrder(names).filter((position) => shards.has(position));
  const [from, to] = [depthOf(shards), layers.length];
  let done = names.length - order.length;
  for (const { first, rows } of micros(order.length, Math.min(batchSize, microBatch(network, from, to)))) {
    const own = order.slice(first, first + rows);
    const x = bringUp(network, await shards.read(own), rows, from, from);
    const tape = createTape(gpu, { record: false });
    try {
      const y = softmax(tape, forward(tape, network, x, { from, to }));
      const values = new Float32Array(await gpu.read(y, 0, rows * classes.length * 4));
      const fileNames = own.map((position) => names[position]!);
      assertFinite(network, values, fileNames);
      yield { fileNames, rows: values };
    } finally {
      tape.dispose();
      freeTensor(gpu, x);
    }
    done += rows;
    onProgress?.(done, names.length);
  }
}

function naturalOrder(names: readonly string[]): number[] {
  const order = Array.from(names.keys());
  const sorted = names.every((name, i) => i === 0 || compareNatural(names[i - 1]!, name) <= 0);
  return sorted ? order : order.sort((a, b) => compareNatural(names[a]!, names[b]!));
}

/**
 * Writes the class probabilities of merged features to a .csv or .npy file, as `testToFile` does those of pictures.
 * @throws VggpuError as `shardRows`; 'usage' for another extension; 'output'
 */
export async function testShardsToFile(
  network: Network,
  shards: Shards,
  out: string,
  options: TestShardsOptions,
): Promise<TestFile> {
  const { classes, weights } = options;
  const { rows: pictures, skipped: listed } = shards.index;
  const skipped = listed.map(({ file, reason }) => ({ file, reason }));
  if (rowsFormat(out) === 'csv') {
    await writeCsvRows(out, classes, shardRows(network, shards, options));
    return { out, pictures, skipped };
  }
  const about = () => ({ classes, skipped, weights });
  await writeNpyWithNames(
    out,
    { shape: [classes.length], mostRows: pictures, about },
    shardRows(network, shards, options),
  );
  return { out, names: namesPath(out), pictures, skipped };
}
