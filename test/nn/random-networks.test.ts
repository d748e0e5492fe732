// 200 random networks, trained three steps, agree with TensorFlow.js' own layers, losses and optimizers.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sequential } from '../../src/nn/sequential.js';
import type { WeightArray } from '../../src/nn/weight-arrays.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { inTensorFlow, preprocessed, type RandomNetwork, randomNetwork, randomPictures } from './random-networks.js';

const NETWORKS = 200;
const TOGETHER = 20; // networks a test
const STEPS = 3;
const ROWS = 3;
const TOLERANCE = 1e-4; // of the largest value of an array; 1e-5 is seen

const gpu = useGpu();

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

/** Places whose values differ by more than the tolerance of the largest expected value; NaN counts. */
function different(actual: ArrayLike<number>, expected: ArrayLike<number>): number[] {
  expect(actual.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return [...Array(expected.length).keys()].filter(
    (i) => !(Math.abs(actual[i]! - expected[i]!) <= TOLERANCE * largest),
  );
}

/** How far apart two ways from the initial weights end, over the length of the second. */
function deviation(initial: readonly WeightArray[], ours: Run, theirs: Run): number {
  let [apart, way] = [0, 0];
  for (const [i, { data }] of initial.entries()) {
    for (const [k, from] of data.entries()) {
      const [own, their] = [ours.weights[i]![k]!, theirs.weights[i]![k]!];
      apart += (own - their) ** 2;
      way += (their - from) ** 2;
    }
  }
  return Math.sqrt(apart / way);
}

/** Losses of each step, and every array of weights after the last. */
interface Run {
  readonly losses: number[];
  readonly weights: Float32Array[];
}

async function trainBoth(
  seed: number,
): Promise<{ network: RandomNetwork; initial: WeightArray[]; ours: Run; theirs: Run }> {
  const network = randomNetwork(seed);
  const batches = Array.from({ length: STEPS }, (_, step) => randomPictures(network, ROWS, seeded(1000 * seed + step)));
  const model = new Sequential({ gpu: gpu(), layers: network.layers, seed });
  const loss = network.outputs === 1 ? 'binary_crossentropy' : 'categorical_crossentropy';
  model.compile({ optimizer: network.optimizer.ours, loss });
  const initial = await model.getWeights();
  const losses: number[] = [];
  for (const { x, targets } of batches) losses.push((await model.trainOnBatch(x, targets)).loss);
  const weights = (await model.getWeights()).map(({ data }) => data);
  const theirs = await trainTheirs(model, network, initial, batches);
  model.close();
  return { network, initial, ours: { losses, weights }, theirs };
}

async function trainTheirs(
  { layers }: Sequential,
  network: RandomNetwork,
  initial: readonly WeightArray[],
  batches: readonly ReturnType<typeof randomPictures>[],
): Promise<Run> {
  const model = inTensorFlow(layers, network);
  const own = model.layers.filter((layer) => layer.weights.length > 0);
  for (const [i, layer] of own.entries()) {
    layer.setWeights(initial.slice(2 * i, 2 * i + 2).map(({ data, shape }) => tf.tensor(data, [...shape])));
  }
  const losses: number[] = [];
  for (const { x, targets } of batches) {
    const pictures = tf.tensor(preprocessed(x.data, network.preprocessing), x.shape);
    losses.push((await model.trainOnBatch(pictures, tf.tensor2d(targets))) as number);
  }
  return {
    losses,
    weights: own.flatMap((layer) => layer.getWeights().map((tensor) => tensor.dataSync() as Float32Array)),
  };
}

describe(`${NETWORKS} random networks`, () => {
  const kinds = new Set<string>();

  it.each(Array.from({ length: NETWORKS / TOGETHER }, (_, i) => i * TOGETHER))(
    `%i and the ${TOGETHER - 1} after it train as in TensorFlow.js`,
    async (first) => {
      const live = gpu().pool.bytes().live;
      for (let seed = first; seed < first + TOGETHER; seed++) {
        tf.engine().startScope();
        const { network, initial, ours, theirs } = await trainBoth(seed);
        tf.engine().endScope();
        const what = `network ${seed}: ${network.layers.map((layer) => layer.className).join(' ')}, ${network.optimizer.name}`;
        expect(different(ours.losses, theirs.losses), `${what}: losses ${ours.losses}, ${theirs.losses}`).toEqual([]);
        const entries = initial.reduce((sum, { data }) => sum + data.length, 0);
        const off = initial.flatMap((_, i) => different(ours.weights[i]!, theirs.weights[i]!));
        expect(off.length, `${what}: weights`).toBeLessThanOrEqual(network.optimizer.adaptive ? 0.01 * entries : 0);
        expect(deviation(initial, ours, theirs), `${what}: way`).toBeLessThan(network.optimizer.adaptive ? 0.05 : 1e-3);
        const moved = ours.weights.map((weights, i) => weights.some((value, k) => value !== initial[i]!.data[k]));
        const trainable = network.layers.flatMap((layer) =>
          'kernelInitializer' in layer ? [layer.trainable, layer.trainable] : [],
        );
        for (const [i, may] of trainable.entries()) if (!may) expect(moved[i], `${what}: frozen ${i}`).toBe(false);
        expect(moved.some(Boolean), `${what}: something learns`).toBe(true);
        for (const layer of network.layers) kinds.add(layer.className);
        kinds.add(`outputs ${network.outputs}`).add(network.optimizer.name);
      }
      expect(gpu().pool.bytes().live).toBe(live);
    },
  );

  it('are of every kind', () => {
    expect(kinds.size, [...kinds].join(', ')).toBe(9 + 4 + 5);
  });
});
