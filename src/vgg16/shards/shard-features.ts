// Features that were computed before, as a training run takes them: rows read ahead of the device, and brought up to its depth.

import { createTape } from '../../autograd/tape.js';
import { createTensor, elementsOf, freeTensor, type Tensor, tensorFrom } from '../../autograd/tensor.js';
import type { Shards } from '../../data/shards/shards.js';
import { VggpuError } from '../../errors.js';
import { microBatch, micros } from '../../nn/micro-batches.js';
import { featureShape, forward, type Network } from '../../nn/network.js';
import type { NetworkSpec } from '../../nn/specification.js';
import type { FeatureBatch, FeatureSource, WarpOf } from '../features.js';
import type { FeatureBatches } from './feature-batches.js';
import { assertFeaturesFit } from './features-fit.js';

/**
 * Opens merged shards as the features of a network's first `depth` layers. Where the shards end at an earlier layer, the layers
 * between run on the rows of each batch.
 * @throws VggpuError 'usage' where the shards' layers are not the network's, or lie deeper
 */
export function openShardFeatures(network: Network, batches: FeatureBatches, depth: number): FeatureSource {
  const { shards, positions } = batches;
  const { files } = batches.folder;
  const { gpu } = network;
  assertFeaturesFit(shards, { spec: network.spec, precision: network.precision, depth, purpose: 'train' });
  const here = depthOf(shards);
  const width = elementsOf(featureShape(network, depth));
  const largest = Math.max(1, Math.floor(gpu.capabilities.limits.maxStorageBufferBindingSize / 4 / width));

  const there = (batch: ArrayLike<number>) => Array.from(batch).filter((i) => shards.has(positions[i]!));
  const read = (own: readonly number[]) => {
    const rows = gpu.profiler.span('features read', () => shards.read(own.map((i) => positions[i]!)));
    rows.catch(() => {}); // reported to whoever waits for them
    return rows;
  };

  async function* stored(lists: readonly ArrayLike<number>[], warpOf?: WarpOf): AsyncGenerator<FeatureBatch> {
    if (warpOf) throw noPictures(shards);
    let own = there(lists[0] ?? []);
    let ahead = read(own);
    for (const index of lists.keys()) {
      const [now, values] = [own, await ahead];
      own = there(lists[index + 1] ?? []);
      ahead = read(own);
      if (now.length === 0) continue;
      const x: Tensor[] = [];
      try {
        for (const { first, rows } of micros(now.length, largest)) {
          const part = values.subarray(
            (first * values.length) / now.length,
            ((first + rows) * values.length) / now.length,
          );
          x.push(bringUp(network, part, rows, here, depth));
        }
        yield { index, positions: now, labels: Uint32Array.from(now, (i) => files[i]!.label), x };
      } finally {
        for (const piece of x) freeTensor(gpu, piece);
      }
    }
  }

  return {
    files,
    batches: stored,
    skipped: () => shards.index.skipped.map(({ file, reason }) => ({ file, reason })),
    async close() {}, // the shards belong to who opened them
  };
}

/** How many layers the shards' rows have behind them. */
export function depthOf({ manifest }: Shards): number {
  return (manifest.settings.network as NetworkSpec).layers.length;
}

/** Uploads rows of the first `from` layers' output and runs the layers up to `to`. @returns (rows, ...), which the caller frees */
export function bringUp(
  network: Network,
  values: Float32Array<ArrayBuffer>,
  rows: number,
  from: number,
  to: number,
): Tensor {
  const { gpu } = network;
  const shape = featureShape(network, from);
  if (from === to) return tensorFrom(gpu, [rows, ...shape], values, 'features');
  const y = createTensor(gpu, [rows, ...featureShape(network, to)], 'features');
  const width = elementsOf(shape);
  const bytes = 4 * elementsOf(featureShape(network, to));
  const most = Math.max(1, Math.floor(gpu.capabilities.limits.maxStorageBufferBindingSize / 4 / width));
  for (const { first, rows: some } of micros(rows, Math.min(most, microBatch(network, from, to)))) {
    const part = values.subarray(first * width, (first + some) * width);
    const x = tensorFrom(gpu, [some, ...shape], part, 'features');
    const tape = createTape(gpu, { record: false });
    const result = gpu.profiler.phase('forward', () => forward(tape, network, x, { from, to }));
    gpu.copy(result, 0, y, first * bytes, some * bytes);
    tape.dispose();
    freeTensor(gpu, x);
  }
  return y;
}

/** For what needs pictures in every epoch. */
export function noPictures({ folder }: Shards): VggpuError {
  return new VggpuError(
    'usage',
    `Augmentation moves the pictures anew in every epoch, and ${folder} holds features of pictures as they are. Train on the pictures themselves: vggpu finetune --train DIR --augment.`,
  );
}
