// Training against TensorFlow.js' own: the same weights, pictures and optimizer give the same losses and weights.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { freeTensor } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { freeNetwork } from '../../src/nn/network.js';
import { createAdam, createRmsprop, createSgd, type Optimizer } from '../../src/nn/optimizers.js';
import { trainStep } from '../../src/nn/training.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import {
  CLASSES,
  randomBatch,
  randomRows,
  randomWeights,
  smallNetwork,
  smallSpec,
  weightsOf,
} from './small-network.js';

const ROWS = 6;
const STEPS = 3;
const spec = smallSpec();
const initial = randomWeights(spec, 2);
const gpu = useGpu();

/** The network of `smallSpec` in TensorFlow.js. */
function logitsOf(x: tf.Tensor4D, variables: readonly tf.Variable[]): tf.Tensor2D {
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5] = variables as readonly tf.Tensor[];
  const conv = (input: tf.Tensor4D, w: tf.Tensor, b: tf.Tensor) =>
    tf.relu(tf.add(tf.conv2d(input, w as tf.Tensor4D, 1, 'same'), b)) as tf.Tensor4D;
  const pool = (input: tf.Tensor4D) => tf.maxPool(input, 2, 2, 'valid');
  const features = pool(conv(pool(conv(conv(x, w1!, b1!), w2!, b2!)), w3!, b3!));
  const hidden = tf.relu(tf.add(tf.matMul(features.reshape([ROWS, -1]), w4 as tf.Tensor2D), b4!)) as tf.Tensor2D;
  return tf.add(tf.matMul(hidden, w5 as tf.Tensor2D), b5!);
}

/** Losses of each step, and all weights after the last, kernels and biases in turn. */
function trainWithTensorFlow(optimizer: tf.Optimizer): { losses: number[]; weights: Float32Array[] } {
  const variables = initial.flatMap(({ shape, kernel, bias }) => [
    tf.variable(tf.tensor(kernel, [...shape])),
    tf.variable(tf.tensor(bias)),
  ]);
  const losses = Array.from({ length: STEPS }, (_, step) => {
    const { values, labels } = randomRows(ROWS, 10 + step);
    const loss = optimizer.minimize(() => {
      const oneHot = tf.oneHot(tf.tensor1d([...labels], 'int32'), CLASSES);
      return tf.losses.softmaxCrossEntropy(oneHot, logitsOf(tf.tensor4d(values, [ROWS, 16, 16, 3]), variables));
    }, true);
    return loss!.dataSync()[0]!;
  });
  return { losses, weights: variables.map((variable) => variable.dataSync() as Float32Array) };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe(`${STEPS} steps of training agree with TensorFlow.js`, () => {
  const epsilon = 1e-8;
  it.each<[string, () => tf.Optimizer, (gpu: Gpu) => Optimizer]>([
    ['Adam', () => tf.train.adam(0.001, 0.9, 0.999, epsilon), (g) => createAdam(g, { learningRate: 0.001, epsilon })],
    ['SGD', () => tf.train.sgd(0.02), (g) => createSgd(g, { learningRate: 0.02 })],
    [
      'SGD with momentum',
      () => tf.train.momentum(0.02, 0.9),
      (g) => createSgd(g, { learningRate: 0.02, momentum: 0.9 }),
    ],
    [
      'SGD with Nesterov momentum',
      () => tf.train.momentum(0.02, 0.9, true),
      (g) => createSgd(g, { learningRate: 0.02, momentum: 0.9, nesterov: true }),
    ],
    // TensorFlow adds epsilon under the root and Keras behind it: so small that neither shows.
    [
      'RMSprop',
      () => tf.train.rmsprop(0.001, 0.9, 0, 1e-16),
      (g) => createRmsprop(g, { learningRate: 0.001, rho: 0.9, epsilon: 1e-16 }),
    ],
  ])('%s', async (name, theirs, ours) => {
    const live = gpu().pool.bytes().live;
    const expected = trainWithTensorFlow(theirs());
    const network = smallNetwork(gpu(), spec, initial);
    const optimizer = ours(gpu());
    const losses: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const batch = randomBatch(gpu(), ROWS, 10 + step);
      losses.push((await trainStep(network, optimizer, batch, { from: 0, seed: 0, step: step + 1 })).loss);
      freeTensor(gpu(), batch.x);
    }
    const weights = (await weightsOf(network)).flatMap(({ kernel, bias }) => [kernel, bias]);
    const absolute = name.startsWith('SGD') ? 2e-6 : 1e-4; // the others divide by a gradient's size, rounding included
    expectClose(losses, expected.losses, { absolute, relative: 1e-6 }, 'losses');
    for (const [i, values] of weights.entries()) {
      expectClose(values, expected.weights[i]!, { absolute, relative: 1e-6 }, `weights ${i}`);
    }
    const moved = weights.map((values, i) => {
      const before = i % 2 ? initial[(i - 1) / 2]!.bias : initial[i / 2]!.kernel;
      return Math.max(...values.map((v, k) => Math.abs(v - before[k]!)));
    });
    expect(Math.min(...moved), 'every layer learns').toBeGreaterThan(3e-4);
    optimizer.free();
    freeNetwork(network);
    expect(gpu().pool.bytes().live).toBe(live);
  });
});
