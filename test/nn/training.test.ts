// A step of training: the same in micro-batches, the same for the same seed, and harmless where the loss is no number.
import { describe, expect, it } from 'vitest';
import { elementsOf, freeTensor, tensorFrom } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { copyRows, microBatch } from '../../src/nn/micro-batches.js';
import { freeNetwork, frozenDepth, type Network, trainableTensors, trainFrom } from '../../src/nn/network.js';
import { createAdam, createSgd, type Optimizer } from '../../src/nn/optimizers.js';
import { initialize } from '../../src/nn/parameters.js';
import { evaluateStep, trainStep } from '../../src/nn/training.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { randomBatch, randomRows, randomWeights, smallNetwork, smallSpec, weightsOf } from './small-network.js';

const spec = smallSpec({ rate: 0.5 });
const initial = randomWeights(spec, 1);
const gpu = useGpu({ debug: true });
const tiny = useGpu({ debug: true, limits: { maxStorageBufferBindingSize: 3584 } });
const live = () => gpu().pool.bytes().live;

interface Run {
  readonly rows: number;
  readonly micro?: number;
  readonly seed?: number;
  readonly optimizer?: (gpu: Gpu) => Optimizer;
}

/** Three steps on three batches: what each came to, and the weights afterwards. */
async function train(network: Network, { rows, micro, seed = 1, optimizer: create = createSgd }: Run) {
  const optimizer = create(network.gpu);
  const results = [];
  for (let step = 1; step <= 3; step++) {
    const batch = randomBatch(network.gpu, rows, step);
    const options = { from: 0, seed, step, ...(micro ? { microBatch: micro } : {}) };
    results.push(await trainStep(network, optimizer, batch, options));
    freeTensor(network.gpu, batch.x);
  }
  optimizer.free();
  const weights = await weightsOf(network);
  return { results, losses: results.map(({ loss }) => loss), weights };
}

async function trainOnce(run: Run) {
  const network = smallNetwork(gpu(), spec, initial);
  const outcome = await train(network, run);
  freeNetwork(network);
  return outcome;
}

function expectSame(a: Awaited<ReturnType<typeof train>>, b: Awaited<ReturnType<typeof train>>): void {
  expectClose(a.losses, b.losses, { absolute: 1e-5, relative: 1e-5 }, 'losses');
  expect(a.results.map(({ correct }) => correct)).toEqual(b.results.map(({ correct }) => correct));
  for (const [i, { kernel, bias }] of a.weights.entries()) {
    expectClose(kernel, b.weights[i]!.kernel, { absolute: 1e-5, relative: 1e-5 }, `kernel ${i}`);
    expectClose(bias, b.weights[i]!.bias, { absolute: 1e-5, relative: 1e-5 }, `bias ${i}`);
  }
}

describe('micro-batches', () => {
  it('of any size learn what the whole batch does, dropout included', async () => {
    const before = live();
    const whole = await trainOnce({ rows: 7, micro: 7 });
    for (const micro of [1, 3, 64]) expectSame(await trainOnce({ rows: 7, micro }), whole);
    expect(live()).toBe(before);
  });

  it('come from a batch in pieces as well', async () => {
    const network = smallNetwork(gpu(), spec, initial);
    const optimizer = createSgd(gpu());
    const { x, labels } = randomBatch(gpu(), 7, 1);
    const pieces = [copyRows(gpu(), x, 0, 4), copyRows(gpu(), x, 4, 3)];
    const options = { from: 0, microBatch: 2 };
    const rows: number[] = [];
    const found = await evaluateStep(network, { x: pieces, labels }, options, (_, firstRow) => rows.push(firstRow));
    expect(rows).toEqual([0, 2, 4, 6]);
    const whole = await evaluateStep(network, { x, labels }, options);
    expect(found.loss).toBeCloseTo(whole.loss, 5);
    expect(found.correct).toBe(whole.correct);
    const losses: number[] = [];
    for (const input of [pieces, x]) {
      const own = smallNetwork(gpu(), spec, initial);
      losses.push((await trainStep(own, optimizer, { x: input, labels }, { ...options, seed: 1, step: 1 })).loss);
      freeNetwork(own);
    }
    expect(losses[0], 'the same dropout').toBeCloseTo(losses[1]!, 5);
    for (const tensor of [x, ...pieces]) freeTensor(gpu(), tensor);
    optimizer.free();
    freeNetwork(network);
  });

  it('evaluate to the same, with every probability in place', async () => {
    const network = smallNetwork(gpu(), spec, initial);
    const batch = randomBatch(gpu(), 7, 5);
    const evaluate = async (micro: number) => {
      const rows: number[] = [];
      const result = await evaluateStep(network, batch, { from: 0, microBatch: micro }, (values, firstRow) => {
        rows.splice(firstRow * 3, 0, ...values);
      });
      return { ...result, rows };
    };
    const [whole, parts] = [await evaluate(7), await evaluate(2)];
    expectClose(parts.rows, whole.rows, { absolute: 1e-6, relative: 0 });
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.correct).toBe(whole.correct);
    const right = batch.labels.filter((label, i) => {
      const row = whole.rows.slice(i * 3, i * 3 + 3);
      return row.indexOf(Math.max(...row)) === label;
    });
    expect(whole.correct).toBe(right.length);
    expect((await evaluate(7)).rows, 'no dropout').toEqual(whole.rows);
    freeTensor(gpu(), batch.x);
    freeNetwork(network);
  });
});

describe('seeds', () => {
  it('repeat a run to the last bit, and differ from each other', async () => {
    const run = { rows: 5, seed: 3, optimizer: createAdam };
    const first = await trainOnce(run);
    expect(await trainOnce(run)).toEqual(first);
    expect((await trainOnce({ ...run, seed: 4 })).losses).not.toEqual(first.losses);
  });

  it('of initial weights too', async () => {
    const draw = async (method: 'glorot' | 'he', seed: number) => {
      const network = smallNetwork(gpu(), spec, initial);
      network.layers.forEach(({ parameters }, stream) => {
        if (parameters) initialize(gpu(), parameters, { method, seed, stream });
      });
      const weights = await weightsOf(network);
      freeNetwork(network);
      return weights;
    };
    const first = await draw('glorot', 1);
    expect(await draw('glorot', 1)).toEqual(first);
    expect(await draw('glorot', 2)).not.toEqual(first);
    const he = await draw('he', 1);
    for (const [i, { shape, kernel, bias }] of first.entries()) {
      const receptive = shape.length === 4 ? 9 : 1;
      const [fanIn, fanOut] = [shape.at(-2)! * receptive, shape.at(-1)! * receptive];
      const limit = Math.sqrt(6 / (fanIn + fanOut));
      const deviation = (values: Float32Array) => Math.hypot(...values) / Math.sqrt(values.length);
      expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
      expect(deviation(kernel) / (limit / Math.sqrt(3))).toBeCloseTo(1, elementsOf(shape) > 1000 ? 1 : 0);
      expect(deviation(he[i]!.kernel) / Math.sqrt(2 / fanIn)).toBeCloseTo(1, elementsOf(shape) > 1000 ? 1 : 0);
      expect(bias.every((v) => v === 0)).toBe(true);
    }
  });
});

describe('a loss that is no number', () => {
  it('stops with the step named, and leaves the weights as they were', async () => {
    const damaged = initial.map((layer, i) =>
      i === initial.length - 1 ? { ...layer, bias: Float32Array.of(0, Number.NaN, 0) } : layer,
    );
    const network = smallNetwork(gpu(), spec, damaged);
    const optimizer = createAdam(gpu());
    const before = live();
    const batch = randomBatch(gpu(), 4, 1);
    await expect(trainStep(network, optimizer, batch, { from: 0, seed: 0, step: 17 })).rejects.toMatchObject({
      code: 'training',
      message: expect.stringMatching(/The loss is NaN at step 17\./),
    });
    freeTensor(gpu(), batch.x);
    expect(await weightsOf(network)).toEqual(damaged);
    expect(trainableTensors(network).every(({ grad }) => grad === undefined)).toBe(true);
    expect(live()).toBe(before);
    optimizer.free();
    freeNetwork(network);
  });
});

it('a device too small for one picture says what did not fit, and nothing is lost', async () => {
  const network = smallNetwork(tiny(), spec, initial);
  const optimizer = createAdam(tiny());
  const { values, labels } = randomRows(2, 1);
  const row = values.length / 2;
  const x = [0, 1].map((i) => tensorFrom(tiny(), [1, 16, 16, 3], values.slice(i * row, (i + 1) * row), 'picture'));
  const before = tiny().pool.bytes().live;
  await expect(trainStep(network, optimizer, { x, labels }, { from: 0, seed: 0, step: 1 })).rejects.toMatchObject({
    code: 'memory',
    message: expect.stringMatching(/^conv3x3 \(1, 16, 16, 4\) needs 4096 bytes in one piece; .* at most 3584/),
  });
  expect(tiny().pool.bytes().live).toBe(before);
  expect(await weightsOf(network)).toEqual(initial);
  for (const tensor of x) freeTensor(tiny(), tensor);
  optimizer.free();
  freeNetwork(network);
});

it('memory stays flat over epochs, and all of it comes back', async () => {
  const before = live();
  const network = smallNetwork(gpu(), spec, initial);
  const optimizer = createAdam(gpu());
  const bytes: number[] = [];
  for (let step = 1; step <= 12; step++) {
    const batch = randomBatch(gpu(), 6, step);
    await trainStep(network, optimizer, batch, { from: 0, seed: 1, step, microBatch: 4 });
    await evaluateStep(network, batch, { from: 0, microBatch: 4 }, () => {});
    freeTensor(gpu(), batch.x);
    bytes.push(live());
  }
  expect(new Set(bytes).size).toBe(1);
  optimizer.free();
  freeNetwork(network);
  expect(live()).toBe(before);
});

it('frozen layers stay as they are, and are not part of the trained ones', async () => {
  const network = smallNetwork(gpu(), spec, initial);
  const from = spec.layers.findIndex(({ name }) => name === 'predictions');
  trainFrom(network, from);
  expect(trainableTensors(network).length).toBe(2);
  expect(spec.layers[frozenDepth(network)]?.name).toBe('dropout1');
  const { weights } = await train(network, { rows: 4 });
  expect(weights.slice(0, -1)).toEqual(initial.slice(0, -1));
  expect(weights.at(-1)).not.toEqual(initial.at(-1));
  freeNetwork(network);
});

it('the size of a micro-batch follows from the largest activation', () => {
  const network = smallNetwork(gpu(), spec, initial);
  const limits = { ...gpu().capabilities.limits, maxStorageBufferBindingSize: 16 * 16 * 4 * 4 * (36 / 16) * 5.5 };
  const smaller = { ...network, gpu: { ...gpu(), capabilities: { ...gpu().capabilities, limits } } };
  expect(microBatch(smaller, 0, spec.layers.length)).toBe(5);
  expect(microBatch(smaller, spec.layers.length - 1, spec.layers.length)).toBe(64);
  freeNetwork(network);
});
