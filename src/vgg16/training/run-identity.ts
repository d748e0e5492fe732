// What makes two training runs the same: a checkpoint goes on only where all of it agrees.
import type { Network } from '../../nn/network.js';
import { tensorsOf } from '../../nn/parameters.js';
import { type Batches, identityOfPictures } from '../batches.js';
import type { FitOptions } from '../options.js';
import type { RunIdentity } from './checkpoint.js';
import type { RunContext } from './run-fit.js';

/** What the identity calls the sets. */
export const [TRAINING, VALIDATION] = ['the training pictures', 'the validation pictures'] as const;

/** Everything that decides how a run goes, by the names that an error calls it. */
export async function identityOf(
  { network, classes, weights, epochsBefore, kept }: RunContext,
  batches: Batches,
  valid: Batches | undefined,
  options: FitOptions,
): Promise<RunIdentity> {
  const { seed = batches.seed, learningRate = 0.001, optimizer = 'adam' } = options;
  const text = (value: unknown) => (value === undefined || value === false ? null : JSON.stringify(value));
  return {
    weights,
    ...(network.precision === 'f32' ? {} : { 'the precision': network.precision }),
    'the network': JSON.stringify(network.spec),
    classes: classes.join(', '),
    'the first trained layer': firstTrained(network),
    'the layers taken over': kept,
    [TRAINING]: await identityOfPictures(batches),
    [VALIDATION]: valid ? await identityOfPictures(valid) : null,
    ...{ seed, optimizer, 'the batch size': batches.batchSize, shuffle: batches.shuffle, exif: batches.exif },
    'the learning rate': learningRate,
    'the learning rate of older layers': options.baseLearningRate ?? null,
    momentum: options.momentum ?? null,
    'class weights': text(options.classWeights),
    augmentation: text(options.augment),
    'epochs of earlier runs': epochsBefore,
  };
}

function firstTrained({ layers }: Network): string | null {
  const trained = layers.find(({ parameters }) => parameters && tensorsOf(parameters)[0]!.requiresGrad);
  return trained?.spec.name ?? null;
}
