import { describe, expect, it } from 'vitest';
import { randomBits, randomNormal, randomUniform } from '../../src/kernels/random.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/random.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

// Random123's known answers for philox4x32-10: counter, key, expected.
const known = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], // the digits of pi
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const;
const words = (count: number, word: () => number) => Uint32Array.from({ length: count }, word);

describe('Philox', () => {
  it('has a reference with the published known answers', () => {
    for (const [counter, key, bits] of known) expect(reference.philox(counter, key)).toEqual(bits);
  });

  it('gives the published known answers', async () => {
    const inputs = {
      counter: Uint32Array.from(known.flatMap(([counter]) => [...counter])),
      key: Uint32Array.from(known.flatMap(([, key]) => [...key])),
    };
    const { bits } = await evaluate(gpu(), randomBits, { count: known.length }, inputs, 'naive');
    expect([...new Uint32Array(bits.buffer)]).toEqual(known.flatMap(([, , answer]) => [...answer]));
  });
});

testKernel(gpu, {
  kernel: randomBits,
  cases: [{ count: 1 }, { count: 65 }, { count: 300 }],
  inputs: {
    counter: (d, random) => words(4 * d.count, () => random.integer(0, 2 ** 32)),
    key: (d, random) => words(2 * d.count, () => random.integer(0, 2 ** 32)),
  },
  reference: ({ count }, { counter, key }) => ({
    bits: Array.from({ length: count }, (_, b) =>
      reference.philox([...counter.subarray(4 * b, 4 * b + 4)], [...key.subarray(2 * b, 2 * b + 2)]),
    ).flat(),
  }),
  integers: ['bits'],
});

testKernel(gpu, {
  kernel: randomUniform,
  cases: [
    { count: 1, seed: 0, stream: 0, low: 0, high: 1 },
    { count: 7, seed: 1, stream: 2, low: -1, high: 1 },
    { count: 1030, seed: 0xffffffff, stream: 3, low: 2, high: 5 },
  ],
  reference: (d) => ({ y: reference.randomUniform(d) }),
  tolerance: ({ low, high }) => ({ absolute: 1.2e-7 * (Math.abs(low) + Math.abs(high)), relative: 0 }),
});

testKernel(gpu, {
  kernel: randomNormal,
  cases: [
    { count: 1, seed: 0, stream: 0, mean: 0, deviation: 1 },
    { count: 7, seed: 1, stream: 2, mean: 3, deviation: 0.01 },
    { count: 4099, seed: 0xffffffff, stream: 3, mean: -1, deviation: 2 },
  ],
  reference: (d) => ({ y: reference.randomNormal(d) }),
  // WGSL lets sine and cosine be off by 2^-11 within +-pi, and the radius reaches 5.8
  tolerance: ({ deviation }) => ({ absolute: 5.8 * 2 ** -11 * deviation, relative: 1e-6 }),
});

describe('random numbers', () => {
  const count = 100_000;
  const mean = (y: Float32Array, f = (v: number) => v) => y.reduce((sum, v) => sum + f(v), 0) / y.length;

  it('are uniform: moments and range', async () => {
    const d = { count, seed: 7, stream: 1, low: -1, high: 3 };
    const { y } = await evaluate(gpu(), randomUniform, d, {}, 'block');
    expect(y.every((v) => v >= -1 && v < 3)).toBe(true);
    const spread = 4 / Math.sqrt(12);
    expect(Math.abs(mean(y) - 1)).toBeLessThan((4 * spread) / Math.sqrt(count));
    expect(Math.abs(mean(y, (v) => (v - 1) ** 2) / spread ** 2 - 1)).toBeLessThan(4 / Math.sqrt(count));
  });

  it('stay below high where the sum would round up to it', async () => {
    // one unit in the last place apart: half of all draws round up
    for (const [low, high] of [
      [1, 1 + 2 ** -23],
      [-1 - 2 ** -23, -1],
      [8, 9],
      [-1, 0],
    ] as const) {
      const d = { count: 4096, seed: 7, stream: 1, low, high };
      for (const variant of variantsFor(gpu(), randomUniform, d)) {
        const { y } = await evaluate(gpu(), randomUniform, d, {}, variant);
        expect(
          y.every((v) => v >= low && v < high),
          `${variant} in [${low}, ${high})`,
        ).toBe(true);
      }
    }
  });

  it('are normal: four moments', async () => {
    const d = { count, seed: 11, stream: 0, mean: 0, deviation: 1 };
    const { y } = await evaluate(gpu(), randomNormal, d, {}, 'block');
    const bound = 4 / Math.sqrt(count); // four standard errors, times each moment's own deviation
    expect(Math.abs(mean(y))).toBeLessThan(bound);
    expect(Math.abs(mean(y, (v) => v ** 2) - 1)).toBeLessThan(Math.sqrt(2) * bound);
    expect(Math.abs(mean(y, (v) => v ** 3))).toBeLessThan(Math.sqrt(15) * bound);
    expect(Math.abs(mean(y, (v) => v ** 4) - 3)).toBeLessThan(Math.sqrt(96) * bound);
  });

  it('differ by seed and by stream', async () => {
    const draw = async (seed: number, stream: number) =>
      (await evaluate(gpu(), randomUniform, { count: 64, seed, stream, low: 0, high: 1 }, {}, 'block')).y;
    const first = await draw(1, 1);
    expect(await draw(1, 1)).toEqual(first);
    expect(await draw(2, 1)).not.toEqual(first);
    expect(await draw(1, 2)).not.toEqual(first);
  });
});
