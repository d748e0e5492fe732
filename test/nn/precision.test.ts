// The frozen layers in float16: which they are, that they agree with float32, that their weights follow, and what overflows.
import { describe, expect, it } from 'vitest';
import { createTape } from '../../src/autograd/tape.js';
import { elementsOf, freeTensor, readTensor, type Tensor } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { halfDepth } from '../../src/nn/half-layers.js';
import {
  createNetwork,
  forward,
  freeNetwork,
  type Network,
  type NetworkOptions,
  trainFrom,
} from '../../src/nn/network.js';
import { createSgd } from '../../src/nn/optimizers.js';
import type { NetworkSpec } from '../../src/nn/specification.js';
import { evaluateStep, trainStep } from '../../src/nn/training.js';
import { writeWeights } from '../../src/nn/weight-arrays.js';
import { expectClose } from '../compare.js';
import { hasFloat16, itWithFloat16 } from '../float16.js';
import { useGpu } from '../gpu.js';
import { type LayerWeights, randomBatch, randomWeights, smallSpec } from './small-network.js';

const options = { debug: true, float16: hasFloat16 };
const gpu = useGpu(options);
const small = useGpu({ ...options, limits: { maxStorageBufferBindingSize: 2 ** 16 } });
const spec = smallSpec({ rate: 0.5, units: 600 });
const weights = randomWeights(spec, 2);
const indexOf = (name: string) => spec.layers.findIndex((layer) => layer.name === name);

/** A network of these weights, all of it frozen. */
function networkOf(
  on: Gpu,
  values: readonly LayerWeights[],
  precision: NetworkOptions['precision'],
  of = spec,
): Network {
  const network = createNetwork(on, of, { precision });
  const own = network.layers.flatMap(({ parameters }) => parameters ?? []);
  for (const [i, parameters] of own.entries()) setWeights(on, parameters, values[i]!);
  return network;
}

function setWeights(on: Gpu, parameters: Parameters<typeof writeWeights>[1], { shape, kernel, bias }: LayerWeights) {
  writeWeights(on, parameters, { shape, data: kernel }, { shape: shape.slice(-1), data: bias });
}

/** What layers up to `to` make of a batch. */
async function outputs(network: Network, x: Tensor, to?: number): Promise<Float32Array> {
  const tape = createTape(network.gpu, { record: false });
  const y = forward(tape, network, x, to === undefined ? {} : { to });
  expect(y.dtype).toBe('f32');
  const values = await readTensor(network.gpu, y);
  tape.dispose();
  return values;
}

/** Agrees to what 11 bits a value give, layer after layer. */
const agree = (found: ArrayLike<number>, expected: ArrayLike<number>, what: string) => {
  const scale = Math.sqrt(Array.from(expected).reduce((sum, v) => sum + v * v, 0) / expected.length);
  expectClose(found, expected, { absolute: 2e-3 * scale, relative: 2e-3 }, what);
};

describe('the precision of a network', () => {
  it('is f32, unless the device was opened for float16', () => {
    const network = createNetwork(gpu(), spec);
    expect([network.precision, halfDepth(network)]).toEqual(['f32', 0]);
    freeNetwork(network);
    const without: Gpu = { ...gpu(), capabilities: { ...gpu().capabilities, features: new Set<string>() } };
    expect(() => createNetwork(without, spec, { precision: 'f16' })).toThrowError(
      expect.objectContaining({
        code: 'device',
        message: expect.stringMatching(/no float16.*leave the precision f32/),
      }),
    );
  });

  itWithFloat16('reaches up to the first trained layer, and never to the logits', () => {
    const network = createNetwork(gpu(), spec, { precision: 'f16' });
    expect(halfDepth(network)).toBe(indexOf('predictions'));
    trainFrom(network, indexOf('fc1'));
    expect(halfDepth(network)).toBe(indexOf('fc1'));
    trainFrom(network, indexOf('block2_conv1'));
    expect(halfDepth(network)).toBe(indexOf('block2_conv1'));
    trainFrom(network, 0);
    expect(halfDepth(network)).toBe(0);
    freeNetwork(network);
    const open = { ...spec, layers: spec.layers.slice(0, indexOf('block2_pool')) };
    const partial = createNetwork(gpu(), open, { precision: 'f16' });
    expect(halfDepth(partial), 'a network without dense layers').toBe(open.layers.length);
    freeNetwork(partial);
  });
});

describe('layers in float16', () => {
  itWithFloat16('agree with float32 after each of them, and are not the same', async () => {
    const before = gpu().pool.bytes().live;
    const { x } = randomBatch(gpu(), 3, 1);
    const wide = networkOf(gpu(), weights, 'f32');
    const half = networkOf(gpu(), weights, 'f16');
    for (let to = 0; to <= spec.layers.length; to++) {
      const [found, expected] = [await outputs(half, x, to), await outputs(wide, x, to)];
      agree(found, expected, `${to} layers`);
      if (to > 0) expect(found, `${to} layers`).not.toEqual(expected);
    }
    freeTensor(gpu(), x);
    freeNetwork(wide);
    freeNetwork(half);
    expect(gpu().pool.bytes().live).toBe(before);
  });

  itWithFloat16('are the same in column panels', async () => {
    const rows = [];
    for (const on of [gpu(), small()]) {
      const before = on.pool.bytes().live;
      const network = networkOf(on, weights, 'f16');
      const { x } = randomBatch(on, 3, 1);
      const panels = network.layers[indexOf('fc1')]!.parameters!.panels.length;
      rows.push({ panels, values: await outputs(network, x, indexOf('fc1') + 1) });
      freeTensor(on, x);
      freeNetwork(network);
      expect(on.pool.bytes().live).toBe(before);
    }
    expect(rows.map(({ panels }) => panels)).toEqual([1, 5]);
    expect(rows[1]!.values).toEqual(rows[0]!.values);
  });

  itWithFloat16('follow their weights, whether these are written or trained', async () => {
    const other = randomWeights(spec, 9);
    const network = networkOf(gpu(), weights, 'f16');
    const { x, labels } = randomBatch(gpu(), 3, 1);
    const first = await outputs(network, x);
    const own = network.layers.flatMap(({ parameters }) => parameters ?? []);
    for (const [i, parameters] of own.entries()) setWeights(gpu(), parameters, other[i]!);
    const expected = networkOf(gpu(), other, 'f16');
    const second = await outputs(network, x);
    expect(second).toEqual(await outputs(expected, x));
    expect(second).not.toEqual(first);

    trainFrom(network, indexOf('block2_conv1'));
    const optimizer = createSgd(gpu(), { learningRate: 0.1 });
    await trainStep(network, optimizer, { x, labels }, { from: 0, seed: 1, step: 1 });
    optimizer.free();
    const trained = await outputs(network, x);
    trainFrom(network, spec.layers.length); // all of it frozen again, and so in float16
    const third = await outputs(network, x);
    agree(third, trained, 'after training');
    expect(Math.abs(third[0]! - second[0]!)).toBeGreaterThan(0.01 * Math.abs(second[0]!));
    freeTensor(gpu(), x);
    freeNetwork(network);
    freeNetwork(expected);
  });

  itWithFloat16('leave loss and gradients of the trained layers as they are', async () => {
    const losses: number[][] = [];
    for (const precision of ['f32', 'f16'] as const) {
      const network = networkOf(gpu(), weights, precision);
      trainFrom(network, indexOf('fc1'));
      const optimizer = createSgd(gpu(), { learningRate: 0.002 });
      const { x, labels } = randomBatch(gpu(), 6, 3);
      const own: number[] = [];
      for (let step = 1; step <= 4; step++) {
        own.push((await trainStep(network, optimizer, { x, labels }, { from: 0, seed: 1, step, microBatch: 4 })).loss);
        own.push((await evaluateStep(network, { x, labels }, { from: 0 })).loss);
      }
      losses.push(own);
      freeTensor(gpu(), x);
      optimizer.free();
      freeNetwork(network);
    }
    expectClose(losses[1]!, losses[0]!, { absolute: 2e-3, relative: 2e-3 }, 'losses');
    expect(losses[0]!.at(-1)).toBeLessThan(losses[0]![1]!);
  });
});

describe('what overflows', () => {
  /** The weights, with one layer's kernel changed. */
  const changed = (
    of: NetworkSpec,
    base: readonly LayerWeights[],
    name: string,
    change: (v: number, i: number) => number,
  ) => {
    const names = of.layers.flatMap(({ kind, name }) => (kind === 'conv3x3' || kind === 'dense' ? [name] : []));
    return base.map((layer, i) => (names[i] === name ? { ...layer, kernel: layer.kernel.map(change) } : layer));
  };
  const broken: [string, LayerWeights[]][] = [
    ['activations', changed(spec, weights, 'block1_conv2', (v) => 3e5 * v)],
    [
      'activations that the next layer would turn to 0',
      changed(
        spec,
        changed(spec, weights, 'block1_conv2', (v) => 3e5 * Math.abs(v)),
        'block2_conv1',
        (v) => -Math.abs(v),
      ),
    ],
    ['weights', changed(spec, weights, 'block2_conv1', (v, i) => (i === 7 ? 1e5 : v))],
  ];

  itWithFloat16.each(broken)('%s give NaN at the end, for the loss too', async (_, values) => {
    const { x, labels } = randomBatch(gpu(), 2, 1);
    const wide = networkOf(gpu(), values, 'f32');
    expect((await outputs(wide, x)).every(Number.isFinite)).toBe(true);
    const half = networkOf(gpu(), values, 'f16');
    const logits = await outputs(half, x);
    expect([...logits]).toEqual(Array.from({ length: elementsOf([2, 3]) }, () => Number.NaN));
    expect((await evaluateStep(half, { x, labels }, { from: 0 })).loss).toBeNaN();
    trainFrom(half, indexOf('predictions'));
    const optimizer = createSgd(gpu(), { learningRate: 0.1 });
    await expect(trainStep(half, optimizer, { x, labels }, { from: 0, seed: 1, step: 1 })).rejects.toMatchObject({
      code: 'training',
      message: expect.stringMatching(/float16 may have overflowed/),
    });
    optimizer.free();
    freeTensor(gpu(), x);
    freeNetwork(wide);
    freeNetwork(half);
  });
});
