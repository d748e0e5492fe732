// A whole training run: sets and optimizer opened, an earlier run resumed, epochs trained, checkpoints and logs kept.
import { existsSync } from 'node:fs';
import { digestOf } from '../../data/pictures/digest.js';
import { VggpuError } from '../../errors.js';
import { augmentationOf, checkAugmentation, DEFAULT_AUGMENTATION } from '../../nn/augmentation.js';
import { frozenDepth, type Network } from '../../nn/network.js';
import { createOptimizer, type Optimizer } from '../../nn/optimizers.js';
import { tensorsOf } from '../../nn/parameters.js';
import { breakDown } from '../../profile/breakdown.js';
import type { Batches } from '../batches.js';
import type { FeatureSource, WarpOf } from '../features.js';
import type { FitOptions, FitResult } from '../options.js';
import { type BestModel, openBestModel } from './best-model.js';
import { type Run, type RunIdentity, restoreCheckpoint, saveCheckpoint, unfinished } from './checkpoint.js';
import { classWeightsOf } from './class-weights.js';
import { writeEpochLog } from './epoch-log.js';
import { fitNetwork } from './fit.js';
import { startOfRun } from './run-state.js';
import { takeSnapshot } from './snapshot.js';

const MINUTE = 60_000;

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
  /** Goes into saved models, for the record. */
  readonly training: Readonly<Record<string, unknown>>;
  readonly openFeatures: (set: Batches, cache: boolean) => Promise<FeatureSource>;
  readonly say: (line: string) => void;
}

/** @throws VggpuError as `Vgg16.fit` says */
export async function runFit(
  context: RunContext,
  batches: Batches,
  valid: Batches | undefined,
  options: FitOptions,
): Promise<FitResult> {
  const { network, epochsBefore, say } = context;
  const { profiler } = network.gpu;
  const { epochs = 1, seed = batches.seed, learningRate = 0.001, checkpoint } = options;
  const augmentation = options.augment === true ? DEFAULT_AUGMENTATION : options.augment || undefined;
  if (augmentation) {
    checkAugmentation(augmentation);
    say('Pictures are moved at random in every epoch, so their features are computed each time and not cached.');
  }
  const identity = await identityOf(context, batches, valid, options);
  if (checkpoint && !options.resume) await assertNotUnfinished(checkpoint);
  const train = await context.openFeatures(batches, !augmentation && (options.cache ?? true));
  const validation = valid && (await context.openFeatures(valid, options.cache ?? true));
  const optimizer = optimizerFor(context, options);
  const best = takeSnapshot(network, 'best weights');
  const state = startOfRun(epochsBefore * Math.ceil(batches.count / batches.batchSize));
  const run: Run = { network, optimizer, best, state, identity, epochs };
  let saved = performance.now();
  const save = async (finished: boolean) => {
    if (checkpoint) await saveCheckpoint(checkpoint, run, finished);
    saved = performance.now();
  };
  try {
    const resumed = checkpoint && options.resume && existsSync(checkpoint) ? checkpoint : undefined;
    if (resumed) await restoreCheckpoint(resumed, run);
    const { epoch: resumedEpochs, batch: resumedBatches } = state;
    if (resumed) say(`Resumes ${resumed}: ${state.epoch} epochs and ${state.batch} batches are done.`);
    const bestModel = await openBest(context, options, best, valid ?? batches, valid !== undefined);
    const writeBest = async () => {
      if (state.best) await bestModel?.write(state.best);
    };
    const log = async () => {
      if (options.log) await writeEpochLog(options.log, state.history, learningRate);
    };
    if (resumed) await log();
    try {
      if (options.onProfile) profiler.start();
      await fitNetwork(network, train, validation, state, {
        ...{ epochs, epochsBefore, seed, optimizer, depth: frozenDepth(network) },
        batchSize: batches.batchSize,
        validBatchSize: valid?.batchSize ?? batches.batchSize,
        shuffle: batches.shuffle,
        classWeights: options.classWeights && classWeightsOf(options.classWeights, batches),
        warp:
          augmentation &&
          ((epoch): WarpOf =>
            (picture) =>
              augmentationOf(augmentation, { seed, epoch, picture })),
        ...{ earlyStop: options.earlyStop, signal: options.signal, onProgress: options.onProgress },
        async onStep() {
          if (performance.now() - saved < (options.checkpointMinutes ?? 10) * MINUTE) return;
          await profiler.span('checkpoint', async () => {
            await writeBest();
            await save(false);
          });
        },
        async onEpoch(result, epoch, better) {
          if (better) best.take();
          await log();
          await profiler.span('checkpoint', () => save(false));
          options.onEpoch?.(result, epoch);
          options.onProfile?.(breakDown(await profiler.take()), epoch);
        },
      });
    } catch (error) {
      if (error instanceof VggpuError && error.code === 'interrupted') await save(false);
      await writeBest();
      throw error;
    }
    await writeBest();
    await save(true);
    const skipped = [...train.skipped(), ...(validation?.skipped() ?? [])];
    const resumedFrom = resumed ? { epochs: resumedEpochs, batches: resumedBatches } : undefined;
    return { epochs: state.history, skipped, best: state.best, ...(resumedFrom ? { resumedFrom } : {}) };
  } finally {
    if (options.onProfile) await profiler.stop().catch(() => undefined); // a lost device has been told of
    best.free();
    optimizer.free();
    await train.close();
    await validation?.close();
  }
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

async function openBest(
  { network, classes, training, say }: RunContext,
  { best: file }: FitOptions,
  snapshot: ReturnType<typeof takeSnapshot>,
  judged: Batches,
  validated: boolean,
): Promise<BestModel | undefined> {
  if (file === undefined) return undefined;
  const judgement = {
    monitor: validated ? 'val_loss' : 'loss',
    pictures: await digestOf(judged.folder.files),
  } as const;
  return openBestModel(file, { network, snapshot, judgement, facts: { classes, training }, say });
}

/** @throws VggpuError 'usage' where a run would be lost */
async function assertNotUnfinished(file: string): Promise<void> {
  const run = await unfinished(file);
  if (!run) return;
  throw new VggpuError(
    'usage',
    `${file} holds a run that stopped after ${run.epoch} of ${run.epochs} epochs. Go on with it (--resume), or delete the file to start anew.`,
  );
}

async function identityOf(
  { network, classes, weights, epochsBefore, kept }: RunContext,
  batches: Batches,
  valid: Batches | undefined,
  options: FitOptions,
): Promise<RunIdentity> {
  const { seed = batches.seed, learningRate = 0.001, optimizer = 'adam' } = options;
  const text = (value: unknown) => (value === undefined || value === false ? null : JSON.stringify(value));
  return {
    weights,
    'the network': JSON.stringify(network.spec),
    classes: classes.join(', '),
    'the first trained layer': network.layers[frozenTo(network)]?.spec.name ?? null,
    'the layers taken over': kept,
    'the training pictures': await digestOf(batches.folder.files),
    'the validation pictures': valid ? await digestOf(valid.folder.files) : null,
    ...{ seed, optimizer, 'the batch size': batches.batchSize, shuffle: batches.shuffle, exif: batches.exif },
    'the learning rate': learningRate,
    'the learning rate of older layers': options.baseLearningRate ?? null,
    momentum: options.momentum ?? null,
    'class weights': text(options.classWeights),
    augmentation: text(options.augment),
    'epochs of earlier runs': epochsBefore,
  };
}

/** Index of the first trained layer. */
function frozenTo({ layers }: Network): number {
  return layers.findIndex(({ parameters }) => parameters !== undefined && tensorsOf(parameters)[0]!.requiresGrad);
}
