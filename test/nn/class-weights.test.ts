// Class weights: pictures of a class count as often as its weight says, in a step of training alone.
import { describe, expect, it } from 'vitest';
import { freeTensor, tensorFrom } from '../../src/autograd/tensor.js';
import { freeNetwork } from '../../src/nn/network.js';
import { createSgd } from '../../src/nn/optimizers.js';
import { trainStep } from '../../src/nn/training.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { randomRows, randomWeights, smallNetwork, smallSpec, weightsOf } from './small-network.js';

const gpu = useGpu({ debug: true });
const live = () => gpu().pool.bytes().live;

describe('class weights', () => {
  const plain = smallSpec(); // without dropout, which draws by a row's place
  const weights = Float32Array.of(2, 1, 0);

  /** One step of SGD on some rows of one batch: loss, correct predictions, and the weights afterwards. */
  async function step(positions: readonly number[], learningRate: number, classWeights?: Float32Array<ArrayBuffer>) {
    const { values, labels } = randomRows(9, 4);
    const network = smallNetwork(gpu(), plain, randomWeights(plain, 1));
    const optimizer = createSgd(gpu(), { learningRate });
    const row = values.length / 9;
    const rows = Float32Array.from(positions.flatMap((i) => [...values.subarray(i * row, (i + 1) * row)]));
    const x = tensorFrom(gpu(), [positions.length, 16, 16, 3], rows, 'rows');
    const batch = { x, labels: Uint32Array.from(positions, (i) => labels[i]!) };
    const options = { from: 0, seed: 1, step: 1, microBatch: 4, classWeights };
    try {
      return { ...(await trainStep(network, optimizer, batch, options)), weights: await weightsOf(network) };
    } finally {
      freeTensor(gpu(), x);
      optimizer.free();
      freeNetwork(network);
    }
  }
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const { labels } = randomRows(9, 4);

  it('of 2 and 0 learn what a batch with those rows twice, or not at all, would', async () => {
    const before = live();
    const counted = all.flatMap((i) => new Array<number>(weights[labels[i]!]!).fill(i));
    expect(new Set(counted).size, 'some count twice, some once, some not').toBeLessThan(counted.length);
    expect(new Set(labels).size).toBe(3);
    const weighted = await step(all, 0.1, weights);
    const repeated = await step(counted, (0.1 * counted.length) / all.length);
    expect(weighted.loss, 'divided by the number of rows').toBeCloseTo((repeated.loss * counted.length) / 9, 5);
    for (const [i, { kernel, bias }] of weighted.weights.entries()) {
      expectClose(kernel, repeated.weights[i]!.kernel, { absolute: 1e-5, relative: 1e-5 }, `kernel ${i}`);
      expectClose(bias, repeated.weights[i]!.bias, { absolute: 1e-5, relative: 1e-5 }, `bias ${i}`);
    }
    expect(weighted.correct, 'a correct prediction counts alike').toBe((await step(all, 0.1)).correct);
    expect(live()).toBe(before);
  });

  it('of 1 change nothing, to the last bit', async () => {
    expect(await step(all, 0.1, Float32Array.of(1, 1, 1))).toEqual(await step(all, 0.1));
  });

  it('are one for each class', async () => {
    const before = live();
    await expect(step(all, 0.1, Float32Array.of(1, 1))).rejects.toMatchObject({
      code: 'shape',
      message: expect.stringMatching(/weights has shape \(2\); expected \(3\)/),
    });
    expect(live()).toBe(before);
  });

  it('that are no numbers stop the training', async () => {
    await expect(step(all, 0.1, Float32Array.of(1, Number.NaN, 1))).rejects.toMatchObject({ code: 'training' });
  });
});
