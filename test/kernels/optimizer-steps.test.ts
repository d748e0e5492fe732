// Steps of several tensors in one dispatch: against float64, and against a dispatch for each.
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/kernels/buffers.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import {
  ADAM,
  adamSteps,
  RMSPROP,
  rmspropSteps,
  SGD,
  type StepKernels,
  sgdSteps,
  stepTogether,
} from '../../src/kernels/optimizer-steps.js';
import { run } from '../../src/kernels/run.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { type RandomNumbers, seeded } from '../random.js';
import * as reference from '../reference/optimizers.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const small = useGpu({ limits: { maxStorageBuffersPerShaderStage: 8 } }); // what WebGPU promises on any device

const counts = [
  { count0: 268, count1: 4, count2: 64, count3: 8 },
  { count0: 7, count1: 1030, count2: 1, count3: 3 },
  { count0: 0, count1: 12, count2: 0, count3: 0 },
  { count0: 5, count1: 0, count2: 0, count3: 66 },
  { count0: 70_000, count1: 0, count2: 36, count3: 4 },
];
const three = counts.map(({ count0, count1, count2 }) => ({ count0, count1, count2 }));
const scalars = { rate: 0.3, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 };

// The kernel's 1 - beta starts from beta as a float32 holds it, and so does this one.
const single = <D extends Record<string, number>>(d: D): D =>
  Object.fromEntries(Object.entries(d).map(([name, value]) => [name, Math.fround(value)])) as D;

type Tensors = Readonly<Record<string, Float64Array>>;

/** What `step` makes of each tensor; one that is not there stays as it is. @param names of what is updated */
function each(
  d: Readonly<Record<string, number>>,
  inputs: Tensors,
  names: readonly string[],
  step: (tensors: Record<string, Float64Array>) => Tensors,
): Record<string, Float64Array> {
  const all: Record<string, Float64Array> = {};
  for (let i = 0; `count${i}` in d; i++) {
    const own = Object.fromEntries(['g', ...names].map((name) => [name, inputs[`${name}${i}`]!]));
    const after = d[`count${i}`] === 0 ? own : step(own);
    for (const name of names) all[`${name}${i}`] = after[name]!;
  }
  return all;
}

/** For averages of squares. */
const positive = (count: number, random: RandomNumbers) => random.floats(count || 4).map(Math.abs);

testKernel(gpu, {
  kernel: adamSteps,
  cases: three.map((d) => ({ ...d, ...scalars })),
  inputs: {
    v0: (d, random) => positive(d.count0, random),
    v1: (d, random) => positive(d.count1, random),
    v2: (d, random) => positive(d.count2, random),
  },
  reference: (d, inputs) =>
    each(d, inputs, ['p', 'm', 'v'], (tensors) => reference.adam(tensors as never, single(scalars))),
});

testKernel(gpu, {
  kernel: sgdSteps,
  cases: counts.map((d, i) => ({ ...d, nesterov: i % 2, rate: 0.3, momentum: 0.9 })),
  reference: (d, inputs) => each(d, inputs, ['p', 'v'], (tensors) => reference.sgd(tensors as never, single(d))),
});

testKernel(gpu, {
  kernel: rmspropSteps,
  cases: counts.map((d) => ({ ...d, rate: 0.3, rho: 0.5, epsilon: 1e-3 })),
  inputs: {
    a0: (d, random) => positive(d.count0, random),
    a1: (d, random) => positive(d.count1, random),
    a2: (d, random) => positive(d.count2, random),
    a3: (d, random) => positive(d.count3, random),
  },
  reference: (d, inputs) => each(d, inputs, ['p', 'a'], (tensors) => reference.rmsprop(tensors as never, single(d))),
});

/** As of a small network: kernels and biases, two of which no vector of 4 divides. */
const SIZES = [432, 16, 2304, 16, 4608, 32, 18_432, 64, 2, 130, 7];
const steps: [name: string, kernels: StepKernels, values: Record<string, number>, dispatches: number][] = [
  ['adam', ADAM, scalars, 4],
  ['sgd', SGD, { rate: 0.3, momentum: 0.9, nesterov: 1 }, 3],
  ['rmsprop', RMSPROP, { rate: 0.3, rho: 0.5, epsilon: 1e-3 }, 3],
];

/** To the bit on software; a driver of hardware joins products and sums of one shader in other places than of another's. */
function expectSame(actual: readonly Uint32Array[], expected: readonly Uint32Array[]): void {
  if (gpu().capabilities.kind === 'cpu') {
    expect(actual).toEqual(expected);
    return;
  }
  const floats = (bits: Uint32Array) => new Float32Array(bits.buffer, bits.byteOffset, bits.length);
  expect(actual.length).toBe(expected.length);
  for (const [i, bits] of actual.entries()) {
    expectClose(floats(bits), floats(expected[i]!), { absolute: 1e-6, relative: 1e-6 }, `tensor ${i}`);
  }
}

describe.each(steps)('%s', (_, kernels, values, dispatches) => {
  const names = Object.keys(kernels.one.bindings);

  /** Tensors of the sizes above, the same every time, and what they hold after two steps. */
  async function stepped(on: Gpu, step: (tensors: { count: number; blocks: Record<string, Block> }[]) => void) {
    const random = seeded(5);
    const tensors = SIZES.map((count) => {
      const blocks: Record<string, Block> = {};
      for (const name of names) {
        blocks[name] = on.pool.take(4 * count, name);
        on.write(blocks[name], random.floats(count).map(Math.abs));
      }
      return { count, blocks };
    });
    const before = on.counts.dispatches;
    step(tensors);
    step(tensors);
    const ran = on.counts.dispatches - before;
    const after: Uint32Array[] = [];
    for (const { blocks } of tensors) {
      for (const name of names) {
        after.push(new Uint32Array(await on.read(blocks[name]!)));
        on.pool.give(blocks[name]!);
      }
    }
    return { after, ran };
  }

  it('makes of many tensors in few dispatches what it makes of each in one', async () => {
    const live = gpu().pool.bytes().live;
    const alone = await stepped(gpu(), (tensors) => {
      for (const { count, blocks } of tensors) run(gpu(), kernels.one, { ...values, count }, blocks);
    });
    const together = await stepped(gpu(), (tensors) => stepTogether(gpu(), kernels, values, tensors));
    expectSame(together.after, alone.after);
    expect([alone.ran, together.ran]).toEqual([2 * SIZES.length, 2 * dispatches]);
    expect(gpu().pool.bytes().live).toBe(live);
  });

  it('goes one by one where a shader cannot bind as many', async () => {
    const together = await stepped(gpu(), (tensors) => stepTogether(gpu(), kernels, values, tensors));
    const alone = await stepped(small(), (tensors) => stepTogether(small(), kernels, values, tensors));
    expectSame(alone.after, together.after);
    expect(alone.ran).toBe(2 * SIZES.length);
  });
});
