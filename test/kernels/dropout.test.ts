import { describe, expect, it } from 'vitest';
import { dropout } from '../../src/kernels/dropout.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import * as reference from '../reference/dropout.js';
import { expectGradient } from '../reference/finite-differences.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

testKernel(gpu, {
  kernel: dropout,
  cases: [
    { count: 1, first: 0, seed: 0, step: 0, layer: 0, rate: 0.5 },
    { count: 2, first: 3, seed: 1, step: 2, layer: 3, rate: 0.5 },
    { count: 7, first: 5, seed: 1, step: 2, layer: 3, rate: 0.25 },
    { count: 64, first: 8, seed: 9, step: 1, layer: 1, rate: 0.1 },
    { count: 515, first: 4098, seed: 0xffffffff, step: 0xffffffff, layer: 0xffffffff, rate: 0.9 },
    { count: 1028, first: 4_000_000_000, seed: 9, step: 1, layer: 1, rate: 0.5 },
    { count: 32, first: 0, seed: 9, step: 1, layer: 1, rate: 0 },
    { count: 32, first: 2, seed: 9, step: 1, layer: 1, rate: 1 },
  ],
  reference: (d, { x }) => ({ y: reference.dropout(d, x) }),
  // 1 - rate and the division round once each; WGSL's division may be off by 2.5 units in the last place. Where rate is
  // near 1, 1 - rate keeps the rounding of rate, 3e-8.
  tolerance: ({ rate }) => ({ absolute: 0, relative: 5e-7 + 6e-8 / Math.max(1 - rate, 1e-3) }),
});

describe('dropout', () => {
  const d = { count: 41, first: 0, seed: 5, step: 6, layer: 7, rate: 0.5 };

  it('is its own backward', () => {
    const x = Float64Array.from(seeded(1).floats(41));
    const dy = Float64Array.from(seeded(2).floats(41));
    expectGradient((at) => reference.dropout(d, at), x, dy, reference.dropout(d, dy));
  });

  it('is the same however a batch is cut', async () => {
    const x = seeded(1).floats(41);
    const { y: whole } = await evaluate(gpu(), dropout, d, { x }, 'naive');
    for (const cut of [1, 2, 3, 4, 7, 16, 40]) {
      for (const [first, end] of [
        [0, cut],
        [cut, 41],
      ] as const) {
        const part = { ...d, first, count: end - first };
        for (const variant of variantsFor(gpu(), dropout, part)) {
          const { y } = await evaluate(gpu(), dropout, part, { x: x.slice(first, end) }, variant);
          expect(y, `${variant}, cut at ${cut}`).toEqual(whole.slice(first, end));
        }
      }
    }
  });

  it('keeps the share it should, and another one in each step, layer and seed', async () => {
    const count = 100_000;
    const x = new Float32Array(count).fill(1);
    const mask = async (changes: Partial<typeof d>) =>
      (await evaluate(gpu(), dropout, { ...d, count, rate: 0.3, ...changes }, { x }, 'block')).y.map(Math.sign);
    const first = await mask({});
    for (const changes of [{ step: 7 }, { layer: 8 }, { seed: 6 }]) {
      const other = await mask(changes);
      const kept = other.reduce((a, b) => a + b) / count;
      expect(Math.abs(kept - 0.7)).toBeLessThan(4 * Math.sqrt(0.21 / count));
      // independent masks agree on 0.7^2 + 0.3^2 of the elements
      const agree = other.reduce((sum, v, i) => sum + (v === first[i] ? 1 : 0), 0) / count;
      expect(Math.abs(agree - 0.58)).toBeLessThan(4 * Math.sqrt(0.25 / count));
    }
  });
});
