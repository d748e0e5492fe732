// Every op of this project, for whoever walks them all: tests, the bench, the study pages. A new descriptor gets a line here.
import { accumulate } from './accumulate.js';
import { castToFloat, castToHalf } from './cast.js';
import { extractColumns, insertColumns } from './columns.js';
import { conv3x3Forward, conv3x3ForwardPooled, conv3x3InputGradient, conv3x3WeightGradient } from './conv3x3.js';
import { countCorrect } from './correct.js';
import { dropout } from './dropout.js';
import { globalAveragePoolBackward, globalAveragePoolForward } from './global-average-pool.js';
import { halfConv3x3Forward, halfConv3x3ForwardPooled } from './half-conv3x3.js';
import { halfMatmulNN } from './half-matmul.js';
import { halfMaxPoolForward } from './half-max-pool.js';
import type { Kernel } from './kernel.js';
import { matmulNN, matmulNT, matmulTN } from './matmul.js';
import { maxPoolBackward, maxPoolForward } from './max-pool.js';
import { adamSteps, rmspropSteps, sgdSteps } from './optimizer-steps.js';
import { adam, rmsprop, sgd } from './optimizers.js';
import { pictureToTensor, pictureWarp } from './picture.js';
import { copyProbe, fmaProbe } from './probe.js';
import { randomBits, randomNormal, randomUniform } from './random.js';
import { sumAll, sumRows } from './reduce.js';
import { reluBackward, reluForward } from './relu.js';
import { sigmoidBackward, sigmoidForward } from './sigmoid.js';
import { softmaxBackward, softmaxForward } from './softmax.js';
import { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from './softmax-cross-entropy.js';
import { foldStandardize, momentsUpdate, standardize } from './standardize.js';

const all: readonly unknown[] = [
  conv3x3Forward,
  conv3x3ForwardPooled,
  conv3x3InputGradient,
  conv3x3WeightGradient,
  maxPoolForward,
  maxPoolBackward,
  globalAveragePoolForward,
  globalAveragePoolBackward,
  matmulNN,
  matmulNT,
  matmulTN,
  reluForward,
  reluBackward,
  sigmoidForward,
  sigmoidBackward,
  softmaxForward,
  softmaxBackward,
  softmaxCrossEntropyForward,
  softmaxCrossEntropyBackward,
  dropout,
  momentsUpdate,
  standardize,
  foldStandardize,
  sumRows,
  sumAll,
  countCorrect,
  accumulate,
  insertColumns,
  extractColumns,
  adam,
  adamSteps,
  sgd,
  sgdSteps,
  rmsprop,
  rmspropSteps,
  randomBits,
  randomUniform,
  randomNormal,
  pictureToTensor,
  pictureWarp,
  fmaProbe,
  copyProbe,
  castToHalf,
  castToFloat,
  halfConv3x3Forward,
  halfConv3x3ForwardPooled,
  halfMaxPoolForward,
  halfMatmulNN,
];

/** All descriptors. Their dims and bindings are checked by name where they run, not by type as in a single descriptor. */
export const kernels = all as readonly Kernel[];
