// Loss, accuracy and confusion of a network on labelled pictures.
import { epochOrder, splitBatches } from '../data/pictures/batches.js';
import { VggpuError } from '../errors.js';
import type { Network } from '../nn/network.js';
import { evaluateStep } from '../nn/training.js';
import { type FeatureSource, freeFeatures, type Skipped } from './features.js';
import { createMeans } from './fit.js';
import { topClasses } from './predict.js';

export interface Evaluation {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of pictures whose most probable class is theirs, 0..1. */
  readonly accuracy: number;
  /** matrix[true class][predicted class] counts pictures. */
  readonly confusion: { readonly classes: readonly string[]; readonly matrix: readonly (readonly number[])[] };
  readonly skipped: readonly Skipped[];
}

export interface EvaluateOptions {
  readonly classes: readonly string[];
  readonly batchSize: number;
  /** Layers whose output the features are. */
  readonly depth: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** @throws VggpuError 'pictures' where none of the pictures can be read */
export async function evaluateNetwork(
  network: Network,
  source: FeatureSource,
  { classes, batchSize, depth: from, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  const mean = createMeans();
  const matrix = classes.map(() => classes.map(() => 0));
  const order = epochOrder(source.files.length, { seed: 0, epoch: 0, shuffle: false });
  for await (const batch of source.batches(splitBatches(order, batchSize))) {
    const { labels } = batch;
    const { loss, correct } = await evaluateStep(network, batch, { from }, (probabilities, firstRow) => {
      for (let i = 0; i * classes.length < probabilities.length; i++) {
        const [best] = topClasses(probabilities.subarray(i * classes.length, (i + 1) * classes.length), 1);
        matrix[labels[firstRow + i]!]![best!.index]!++;
      }
    });
    freeFeatures(network, batch);
    mean.add(labels.length, loss, correct);
    onProgress?.(mean.count(), source.files.length);
  }
  if (mean.count() === 0) throw new VggpuError('pictures', 'None of the pictures can be read.');
  const { loss, acc } = mean.values();
  return { loss, accuracy: acc, confusion: { classes, matrix }, skipped: source.skipped() };
}
