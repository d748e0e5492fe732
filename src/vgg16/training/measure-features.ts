// Mean and deviation of the training features, for a head that standardises its inputs.
import { createTape } from '../../autograd/tape.js';
import { freeTensor } from '../../autograd/tensor.js';
import { epochOrder, splitBatches } from '../../data/pictures/batches.js';
import { copyRows, microBatch, micros } from '../../nn/micro-batches.js';
import { forward, type Network } from '../../nn/network.js';
import { observe } from '../../nn/standardization.js';
import type { FeatureSource } from '../features.js';
import { checkSignal, type FitOptions } from './fit.js';

/**
 * Measures what comes to the network's standardising layer over the training set, without warps; does nothing where it has none
 * or where it was measured by an earlier run.
 */
export async function measureFeatures(
  network: Network,
  train: FeatureSource,
  options: Pick<FitOptions, 'depth' | 'batchSize' | 'epochs' | 'epochsBefore' | 'onProgress' | 'signal'>,
): Promise<void> {
  const { gpu, layers } = network;
  const { depth, epochs } = options;
  const at = layers.findIndex(({ standardization }) => standardization !== undefined);
  const inputs = layers[at]?.standardization;
  if (!inputs || options.epochsBefore > 0) return;
  inputs.seen = 0;
  const size = microBatch(network, depth, at);
  let done = 0;
  const total = train.files.length;
  const order = epochOrder(total, { seed: 0, epoch: 0, shuffle: false });
  for await (const batch of train.batches(splitBatches(order, options.batchSize))) {
    for (const piece of batch.x) {
      for (const { first, rows } of micros(piece.shape[0]!, size)) {
        const part = rows === piece.shape[0] ? piece : copyRows(gpu, piece, first, rows);
        const tape = createTape(gpu, { record: false });
        observe(gpu, inputs, forward(tape, network, part, { from: depth, to: at }));
        tape.dispose();
        if (part !== piece) freeTensor(gpu, part);
      }
    }
    done += batch.labels.length;
    await gpu.finish();
    options.onProgress?.({ phase: 'measure', epoch: 0, epochs, done, total, loss: 0, acc: 0 });
    checkSignal(options);
  }
}
