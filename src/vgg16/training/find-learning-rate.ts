// The learning-rate range test: a short run in which the rate grows from step to step, and what the loss makes of it.
import { epochOrder, splitBatches } from '../../data/pictures/batches.js';
import { VggpuError } from '../../errors.js';
import { frozenDepth } from '../../nn/network.js';
import { trainStep } from '../../nn/training.js';
import type { Batches } from '../batches.js';
import type { FindLearningRateOptions } from '../options.js';
import { classWeightsOf } from './class-weights.js';
import { checkSignal } from './fit.js';
import { measureFeatures } from './measure-features.js';
import { optimizerFor, type RunContext } from './run-fit.js';
import { takeSnapshot } from './snapshot.js';

/** Share of the old average in the smoothed loss. */
const SMOOTHING = 0.9;

/** The test ends where the smoothed loss is so many times its least. */
const DIVERGED = 4;

/** What the test found. */
export interface LearningRates {
  /** Learning rate and smoothed loss of each step, in nats a picture. */
  readonly points: readonly (readonly [rate: number, loss: number])[];
  /** The rate at which the loss fell fastest, and at most a tenth of the rate at which it was least; the first one tried where it only rose. */
  readonly suggestion: number;
}

/**
 * Trains for some steps, each at a larger rate than the one before, and puts the weights back as they were.
 * Source: Smith 2015, "Cyclical Learning Rates for Training Neural Networks"; smoothed as fast.ai does.
 * @throws VggpuError 'usage' for rates that do not grow or fewer than 5 steps, 'training' where the first losses are no numbers,
 *   'interrupted' where the signal asked for it
 */
export async function findLearningRate(
  context: RunContext,
  batches: Batches,
  options: FindLearningRateOptions,
): Promise<LearningRates> {
  const { network, epochsBefore } = context;
  const { from: least = 1e-6, to: most = 1, steps = 100, seed = batches.seed } = options;
  if (!(least > 0 && most > least && Number.isFinite(most))) {
    throw new VggpuError('usage', `The learning rates must grow from above 0; ${least} to ${most} do not.`);
  }
  if (!(Number.isSafeInteger(steps) && steps >= 5)) {
    throw new VggpuError('usage', `The test takes at least 5 steps, not ${steps}.`);
  }
  const rateAt = (step: number) => least * (most / least) ** ((step - 1) / (steps - 1));
  const train = await context.openFeatures(batches, options.cache ?? true);
  const before = takeSnapshot(network, 'weights as they were');
  const optimizer = optimizerFor(context, { ...options, learningRate: 1, baseLearningRate: 0.1 }, rateAt);
  const depth = frozenDepth(network);
  const classWeights = options.classWeights && classWeightsOf(options.classWeights, batches);
  const points: [number, number][] = [];
  let average = 0;
  try {
    await measureFeatures(network, train, { ...options, depth, batchSize: batches.batchSize, epochs: 0, epochsBefore });
    for (let epoch = 1; points.length < steps; epoch++) {
      const started = points.length;
      const order = epochOrder(train.files.length, { seed, epoch, shuffle: batches.shuffle });
      for await (const batch of train.batches(splitBatches(order, batches.batchSize))) {
        const step = points.length + 1;
        const loss = await lossOfStep(() =>
          trainStep(network, optimizer, batch, { from: depth, seed, step, classWeights }),
        );
        average = SMOOTHING * average + (1 - SMOOTHING) * loss;
        const smoothed = average / (1 - SMOOTHING ** step);
        const lowest = Math.min(...points.map(([, value]) => value));
        if (!Number.isFinite(smoothed) || smoothed > DIVERGED * lowest) return found(points);
        points.push([rateAt(step), smoothed]);
        options.onStep?.(step, steps, smoothed);
        checkSignal(options);
        if (points.length === steps) break;
      }
      if (points.length === started) throw new VggpuError('pictures', 'None of the training pictures can be read.');
    }
    return found(points);
  } finally {
    before.restore();
    before.free();
    optimizer.free();
    await train.close();
  }
}

/** The loss of a step, infinite where the network has burst. */
async function lossOfStep(step: () => Promise<{ readonly loss: number }>): Promise<number> {
  try {
    return (await step()).loss;
  } catch (error) {
    if (error instanceof VggpuError && error.code === 'training') return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Steps to either side over which the curve's slope is taken: single batches are noisy. */
const REACH = 3;

function found(points: readonly [number, number][]): LearningRates {
  if (points.length === 0) {
    throw new VggpuError(
      'training',
      'The loss is no number at the smallest learning rate already: look at the weights and pictures.',
    );
  }
  const losses = points.map(([, loss]) => loss);
  const slopes = losses.map((_, i) => {
    const [before, after] = [Math.max(0, i - REACH), Math.min(losses.length - 1, i + REACH)];
    return (losses[after]! - losses[before]!) / Math.max(1, after - before); // rates grow by the same factor each step
  });
  const rateAtLeast = (values: readonly number[]) => points[values.indexOf(Math.min(...values))]![0];
  const suggestion = Math.max(points[0]![0], Math.min(rateAtLeast(slopes), rateAtLeast(losses) / 10));
  return { points, suggestion };
}
