// Optimizers beyond their formulas: rates by step and by parameter, and going on from a checkpoint.
import { describe, expect, it } from 'vitest';
import { freeTensor, readTensor, type Tensor } from '../../src/autograd/tensor.js';
import { freeNetwork, type Network, trainableTensors } from '../../src/nn/network.js';
import {
  createAdam,
  createOptimizer,
  createRmsprop,
  createSgd,
  type Optimizer,
  type OptimizerOptions,
  type RateOptions,
} from '../../src/nn/optimizers.js';
import { trainStep } from '../../src/nn/training.js';
import { useGpu } from '../gpu.js';
import { randomBatch, randomWeights, smallNetwork, smallSpec, weightsOf } from './small-network.js';

const spec = smallSpec({ rate: 0.5 });
const initial = randomWeights(spec, 3);
const gpu = useGpu({ debug: true });
const live = () => gpu().pool.bytes().live;

type Create = (options: RateOptions) => Optimizer;
const each: [name: string, slots: readonly string[], create: Create][] = [
  ['adam', ['m', 'v'], (options) => createAdam(gpu(), options)],
  ['sgd', ['velocity'], (options) => createSgd(gpu(), { ...options, momentum: 0.9, nesterov: true })],
  ['rmsprop', ['average'], (options) => createRmsprop(gpu(), options)],
];

async function train(network: Network, optimizer: Optimizer, first: number, last: number): Promise<void> {
  for (let step = first; step <= last; step++) {
    const batch = randomBatch(gpu(), 5, step);
    await trainStep(network, optimizer, batch, { from: 0, seed: 1, step });
    freeTensor(gpu(), batch.x);
  }
}

/** The weights after `steps` steps. */
async function trained(create: (network: Network) => Optimizer, steps = 3) {
  const network = smallNetwork(gpu(), spec, initial);
  const optimizer = create(network);
  await train(network, optimizer, 1, steps);
  const weights = await weightsOf(network);
  optimizer.free();
  freeNetwork(network);
  return weights;
}

describe.each(each)('%s', (name, slots, create) => {
  it('goes on from its state, on another network, as if it had never stopped', async () => {
    const before = live();
    const learningRate = (step: number) => 0.002 / step;
    const expected = await trained(() => create({ learningRate }), 6);

    const first = smallNetwork(gpu(), spec, initial);
    const earlier = create({ learningRate });
    await train(first, earlier, 1, 3);
    const state = earlier.state();
    expect(state.step).toBe(3);
    expect(state.slots.length).toBe(slots.length * trainableTensors(first).length);
    const saved: [name: string, place: number, values: Float32Array<ArrayBuffer>][] = [];
    for (const slot of state.slots) {
      expect(slot.tensor.shape).toEqual(slot.parameter.shape);
      const place = trainableTensors(first).indexOf(slot.parameter);
      saved.push([slot.name, place, await readTensor(gpu(), slot.tensor)]);
    }
    expect(
      saved.every(([, , values]) => values.some((v) => v !== 0)),
      'there is something to lose',
    ).toBe(true);
    const weights = await weightsOf(first);
    earlier.free();
    freeNetwork(first);

    const second = smallNetwork(gpu(), spec, weights);
    const later = create({ learningRate });
    await train(second, later, 1, 2); // what it remembers is forgotten
    const [parameters, untouched] = [trainableTensors(second), smallNetwork(gpu(), spec, weights)];
    trainableTensors(untouched).forEach((tensor, i) => {
      gpu().copy(tensor, 0, parameters[i]!, 0, tensor.bytes);
    });
    later.begin(parameters, state.step);
    expect(later.state().step).toBe(3);
    for (const slot of later.state().slots) {
      const place = parameters.indexOf(slot.parameter);
      gpu().write(slot.tensor, saved.find(([own, at]) => own === slot.name && at === place)![2]);
    }
    await train(second, later, 4, 6);
    expect(await weightsOf(second)).toEqual(expected);
    later.free();
    freeNetwork(second);
    freeNetwork(untouched);
    expect(live()).toBe(before);
  });

  it('begins with averages of 0, and refuses a step that is none', async () => {
    const network = smallNetwork(gpu(), spec, initial);
    const optimizer = create({});
    const parameters = trainableTensors(network).slice(0, 2);
    optimizer.begin(parameters, 7);
    const found = optimizer.state();
    expect(found.step).toBe(7);
    expect(found.slots.map((slot) => [slot.name, slot.parameter])).toEqual(
      parameters.flatMap((parameter) => slots.map((slot) => [slot, parameter])),
    );
    for (const { tensor } of found.slots) expect(new Set(await readTensor(gpu(), tensor))).toEqual(new Set([0]));
    for (const step of [-1, 1.5, Number.NaN]) {
      expect(() => optimizer.begin([], step)).toThrowError(
        expect.objectContaining({ code: 'training', message: expect.stringContaining(`${name} cannot go on`) }),
      );
    }
    expect(optimizer.state().slots.length).toBe(found.slots.length);
    optimizer.free();
    freeNetwork(network);
  });

  it('takes a rate for each step, from 1', async () => {
    const steps: number[] = [];
    const learningRate = (step: number) => {
      steps.push(step);
      return step === 2 ? 0.25 : 0.001;
    };
    const expected = await trained(() => create({ learningRate: 0.001 }), 1);
    expect(await trained(() => create({ learningRate }), 1)).toEqual(expected);
    expect(await trained(() => create({ learningRate }), 2)).not.toEqual(
      await trained(() => create({ learningRate: 0.001 }), 2),
    );
    expect(steps).toEqual([1, 1, 2]);
  });

  it('takes a factor for each parameter', async () => {
    const [half, whole] = [
      await trained(() => create({ learningRate: 0.001 }), 1),
      await trained(() => create({ learningRate: 0.002 }), 1),
    ];
    const factors = (network: Network) => {
      const parameters = trainableTensors(network);
      return (parameter: Tensor) => [0, 0, 0.5, 0.5][parameters.indexOf(parameter)] ?? 1;
    };
    const mixed = await trained((network) => create({ learningRate: 0.002, rateOf: factors(network) }), 1);
    expect(mixed).toEqual([initial[0], half[1], ...whole.slice(2)]);
    expect(half[1]).not.toEqual(whole[1]);
  });
});

describe('createOptimizer', () => {
  const described = (options: OptimizerOptions) => createOptimizer(gpu(), options).describe();

  it("has Keras' defaults", () => {
    expect(described({ name: 'adam' })).toEqual({
      ...{ name: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    });
    expect(described({ name: 'sgd' })).toEqual({ name: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false });
    expect(described({ name: 'rmsprop' })).toEqual({ name: 'rmsprop', learningRate: 0.001, rho: 0.9, epsilon: 1e-8 });
    expect(described({ name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true })).toEqual({
      ...{ name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true },
    });
    expect(described({ name: 'sgd', learningRate: () => 1 })).not.toHaveProperty('learningRate');
  });

  it.each<[OptimizerOptions, (options: RateOptions) => Optimizer]>([
    [{ name: 'adam' }, (options) => createAdam(gpu(), options)],
    [{ name: 'rmsprop' }, (options) => createRmsprop(gpu(), options)],
    [
      { name: 'sgd', momentum: 0.5, nesterov: true },
      (options) => createSgd(gpu(), { ...options, momentum: 0.5, nesterov: true }),
    ],
  ])('makes %o', async (options, create) => {
    const rates = { learningRate: 0.005, rateOf: ({ shape }: Tensor) => (shape.length === 1 ? 2 : 1) };
    expect(await trained(() => createOptimizer(gpu(), { ...options, ...rates }), 2)).toEqual(
      await trained(() => create(rates), 2),
    );
  });

  it.each<[OptimizerOptions, RegExp]>([
    [{ name: 'adagrad' as 'adam' }, /no optimizer 'adagrad'; there are adam, sgd, rmsprop/],
    [{ name: 'adam', learningRate: 0 }, /learning rate is 0; expected a number above 0/],
    [{ name: 'sgd', learningRate: Number.NaN }, /learning rate is NaN/],
    [{ name: 'sgd', learningRate: Infinity }, /learning rate is Infinity/],
    [{ name: 'adam', momentum: 0.9 }, /adam takes no momentum/],
    [{ name: 'rmsprop', nesterov: true }, /rmsprop takes no momentum/],
    [{ name: 'sgd', momentum: 1.1 }, /momentum is 1\.1; expected 0 to 1/],
    [{ name: 'sgd', momentum: Number.NaN }, /momentum is NaN/],
    [{ name: 'sgd', nesterov: true }, /Nesterov needs a momentum above 0/],
  ])('refuses %o', (options, message) => {
    expect(() => createOptimizer(gpu(), options)).toThrowError(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
    );
  });
});
