// A whole training run: sets and optimizer opened, an earlier run resumed, epochs trained and kept, all closed again.
import { type Augmentation, augmentationOf, checkAugmentation, DEFAULT_AUGMENTATION } from '../../nn/augmentation.js';
import { frozenDepth, type Network } from '../../nn/network.js';
import { createOptimizer, type Optimizer } from '../../nn/optimizers.js';
import { tensorsOf } from '../../nn/parameters.js';
import { breakDown } from '../../profile/breakdown.js';
import type { Batches } from '../batches.js';
import type { FeatureSource } from '../features.js';
import type { FitOptions, FitResult } from '../options.js';
import type { Run } from './checkpoint.js';
import { classWeightsOf } from './class-weights.js';
import { fitNetwork } from './fit.js';
import { assertNoneLost, keepRun } from './keeper.js';
import { type RunTuning, takeUpChoices, tuneOnTheSide } from './run-choices.js';
import { identityOf } from './run-identity.js';
import { startOfRun } from './run-state.js';
import { takeSnapshot } from './snapshot.js';

/** What a run works on, as `Vgg16` has it. */
export interface RunContext {
  readonly network: Network;
  /** Layers taken over from the pretrained network; those of them that are trained are the older layers. */
  readonly kept: number;
  /** Epochs that earlier runs trained. */
  readonly epochsBefore: number;
  readonly classes: readonly string[];
  /** Names the weights that the run starts from. */
  readonly weights: string;
  /** What it runs on, by name and driver. */
  readonly adapter: string;
  /** Where variants that are measured on the side go; undefined where none are. */
  readonly tuning?: RunTuning | undefined;
  /** Goes into saved models, for the record. */
  readonly training: Readonly<Record<string, unknown>>;
  readonly openFeatures: (set: Batches, cache: boolean) => Promise<FeatureSource>;
  readonly say: (line: string) => void;
}

/** @throws VggpuError as `Vgg16.fit` says */
export async function runFit(...parameters: Parameters<typeof train>): Promise<FitResult> {
  const [context, , , options] = parameters;
  const putBack = await takeUpChoices(context, options); // before anything runs, and before caches are named after them
  try {
    return await train(...parameters);
  } finally {
    putBack();
  }
}

async function train(
  context: RunContext,
  batches: Batches,
  valid: Batches | undefined,
  options: FitOptions,
): Promise<FitResult> {
  const { network, epochsBefore } = context;
  const { profiler } = network.gpu;
  const { epochs = 1, seed = batches.seed, cache = true, onProfile } = options;
  const augmentation = augmentationFor(context, options);
  const identity = await identityOf(context, batches, valid, options);
  await assertNoneLost(options);
  const learnt = await context.openFeatures(batches, cache && !augmentation);
  const validation = valid && (await context.openFeatures(valid, cache));
  const optimizer = optimizerFor(context, options);
  const best = takeSnapshot(network, 'best weights');
  const state = startOfRun(epochsBefore * Math.ceil(batches.count / batches.batchSize));
  try {
    const run: Run = { network, optimizer, best, state, identity, epochs, adapter: context.adapter };
    const keeper = await keepRun(run, context, options);
    const depth = frozenDepth(network);
    const work = { batch: batches.batchSize, depth, optimizer: options.optimizer ?? 'adam' };
    const tuner = await tuneOnTheSide(context, context.tuning, work);
    if (onProfile) profiler.start();
    try {
      await fitNetwork(network, learnt, validation, state, {
        ...{ epochs, epochsBefore, seed, optimizer, depth },
        ...{ earlyStop: options.earlyStop, signal: options.signal, onProgress: options.onProgress },
        batchSize: batches.batchSize,
        validBatchSize: valid?.batchSize ?? batches.batchSize,
        shuffle: batches.shuffle,
        classWeights: options.classWeights && classWeightsOf(options.classWeights, batches),
        warp: augmentation && ((epoch) => (picture) => augmentationOf(augmentation, { seed, epoch, picture })),
        async onStep() {
          await profiler.span('checkpoint', keeper.afterStep);
          if (!options.signal?.aborted) await profiler.span('tuning', tuner.afterStep);
        },
        async onEpoch(result, epoch, better) {
          if (better) best.take();
          await tuner.end(result.seconds);
          await profiler.span('checkpoint', keeper.afterEpoch);
          options.onEpoch?.(result, epoch);
          onProfile?.(breakDown(await profiler.take()), epoch);
        },
      });
    } catch (error) {
      await keeper.onError(error);
      throw error;
    } finally {
      await tuner.end();
    }
    await keeper.atEnd();
    const { resumedFrom } = keeper;
    const skipped = [...learnt.skipped(), ...(validation?.skipped() ?? [])];
    return { epochs: state.history, skipped, best: state.best, ...(resumedFrom ? { resumedFrom } : {}) };
  } finally {
    if (onProfile) await profiler.stop().catch(() => undefined); // a lost device has been told of
    best.free();
    optimizer.free();
    await learnt.close();
    await validation?.close();
  }
}

/** @throws VggpuError 'usage' where a setting is out of its range */
function augmentationFor({ say }: RunContext, { augment }: FitOptions): Augmentation | undefined {
  if (!augment) return undefined;
  const augmentation = augment === true ? DEFAULT_AUGMENTATION : augment;
  checkAugmentation(augmentation);
  say('Pictures are moved at random in every epoch, so their features are computed each time and not cached.');
  return augmentation;
}

/** An optimizer in which the older layers learn at a rate of their own. */
export function optimizerFor(
  { network, kept }: Pick<RunContext, 'network' | 'kept'>,
  { optimizer: name = 'adam', learningRate = 0.001, baseLearningRate = learningRate / 10, momentum }: FitOptions,
  rateAt: number | ((step: number) => number) = learningRate,
): Optimizer {
  const older = new Set(
    network.layers.slice(0, kept).flatMap(({ parameters }) => (parameters ? tensorsOf(parameters) : [])),
  );
  const share = baseLearningRate / learningRate;
  return createOptimizer(network.gpu, {
    ...{ name, learningRate: rateAt },
    ...(momentum === undefined ? {} : { momentum }),
    rateOf: (parameter) => (older.has(parameter) ? share : 1),
  });
}
