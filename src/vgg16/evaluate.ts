// Loss, accuracy and confusion of a network on labelled pictures.
import { epochOrder, splitBatches } from '../data/pictures/batches.js';
import { VggpuError, whyNoNumber } from '../errors.js';
import type { Network } from '../nn/network.js';
import { evaluateStep } from '../nn/training.js';
import type { FeatureSource, Skipped } from './features.js';
import { topClasses } from './predict.js';
import { createMeans, type Means } from './training/means.js';

export interface Evaluation {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of pictures whose most probable class is theirs, 0..1. */
  readonly accuracy: number;
  /** matrix[true class][predicted class] counts pictures. */
  readonly confusion: { readonly classes: readonly string[]; readonly matrix: readonly (readonly number[])[] };
  readonly skipped: readonly Skipped[];
}

/** What the network said about one picture. */
export interface LabelledPrediction {
  /** Below the folder, with posix slashes. */
  readonly file: string;
  /** Where it lies. */
  readonly path: string;
  /** The index of its true class. */
  readonly label: number;
  /** (classes), adding up to 1. */
  readonly probabilities: Float32Array;
}

export interface EvaluateOptions {
  readonly classes: readonly string[];
  readonly batchSize: number;
  /** Layers whose output the features are. */
  readonly depth: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told of every picture that could be read, in the set's order. */
  readonly onPrediction?: ((prediction: LabelledPrediction) => void) | undefined;
}

/** Loss, accuracy and confusion. @throws VggpuError 'pictures' where none of the pictures can be read */
export async function evaluateNetwork(
  network: Network,
  source: FeatureSource,
  { classes, batchSize, depth, onProgress, onPrediction }: EvaluateOptions,
): Promise<Evaluation> {
  const matrix = classes.map(() => classes.map(() => 0));
  const { loss, acc } = await measure(network, source, {
    ...{ what: 'pictures', batchSize, depth },
    onProgress: (done) => onProgress?.(done, source.files.length),
    onProbabilities(values, positions) {
      for (let i = 0; i * classes.length < values.length; i++) {
        const { name: file, path, label } = source.files[positions[i]!]!;
        const probabilities = values.slice(i * classes.length, (i + 1) * classes.length);
        matrix[label]![topClasses(probabilities, 1)[0]!.index]!++;
        onPrediction?.({ file, path, label, probabilities });
      }
    },
  });
  return { loss, accuracy: acc, confusion: { classes, matrix }, skipped: source.skipped() };
}

interface MeasureOptions extends Pick<EvaluateOptions, 'batchSize' | 'depth'> {
  /** What the pictures are, for an error. */
  readonly what: string;
  readonly onProgress: (done: number, means: Means) => void;
  /** Gets the probabilities (rows, classes) of some pictures, and the positions in the set from the first of them on. */
  readonly onProbabilities?: (probabilities: Float32Array, positions: readonly number[]) => void;
}

/** Means over a whole set, in its own order; nothing is learnt. @throws VggpuError 'pictures' where none can be read */
export async function measure(
  network: Network,
  source: FeatureSource,
  { what, batchSize, depth: from, onProgress, onProbabilities }: MeasureOptions,
): Promise<Means> {
  const mean = createMeans();
  const order = epochOrder(source.files.length, { seed: 0, epoch: 0, shuffle: false });
  for await (const batch of source.batches(splitBatches(order, batchSize))) {
    const { labels, positions } = batch;
    const { loss, correct } = await evaluateStep(
      network,
      batch,
      { from },
      onProbabilities && ((values, firstRow) => onProbabilities(values, positions.slice(firstRow))),
    );
    if (network.precision === 'f16' && !Number.isFinite(loss)) {
      throw new VggpuError('weights', `The loss of the ${what} is ${loss}: ${whyNoNumber(true)}.`);
    }
    mean.add(labels.length, loss, correct);
    onProgress(mean.count(), mean.values());
  }
  if (mean.count() === 0) throw new VggpuError('pictures', `None of the ${what} can be read.`);
  return mean.values();
}
