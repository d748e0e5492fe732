import { describe, expect, it } from 'vitest';
import { sigmoidBackward, sigmoidForward } from '../../src/kernels/sigmoid.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { expectGradient } from '../reference/finite-differences.js';
import * as reference from '../reference/sigmoid.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [{ count: 1 }, { count: 7 }, { count: 64 }, { count: 1028 }];

testKernel(gpu, {
  kernel: sigmoidForward,
  cases,
  inputs: { x: ({ count }, random) => random.floats(count).map((v) => 20 * v) },
  reference: (_, { x }) => ({ y: reference.sigmoidForward(x) }),
  // WGSL lets exp(-x) be off by 3 + 2 |x| units in the last place, here 43 of 1.2e-7
  tolerance: () => ({ absolute: 1e-30, relative: 6e-6 }),
});

testKernel(gpu, {
  kernel: sigmoidBackward,
  cases,
  inputs: { y: ({ count }, random) => random.floats(count).map(Math.abs) },
  reference: (_, { y, dy }) => ({ dx: reference.sigmoidBackward(y, dy) }),
});

describe('sigmoid', () => {
  it('has a reference whose backward is its derivative', () => {
    const x = Float64Array.from(seeded(1).floats(9)).map((v) => 4 * v);
    const dy = Float64Array.from(seeded(2).floats(9));
    expectGradient(reference.sigmoidForward, x, dy, reference.sigmoidBackward(reference.sigmoidForward(x), dy));
  });

  it('saturates without overflow and passes NaN on', async () => {
    const x = Float32Array.of(1e4, -1e4, 3e38, -3e38, Infinity, -Infinity, 0, Number.NaN);
    for (const variant of variantsFor(gpu(), sigmoidForward, { count: 8 })) {
      const { y } = await evaluate(gpu(), sigmoidForward, { count: 8 }, { x }, variant);
      expect([...y], variant).toEqual([1, 0, 1, 0, 1, 0, 0.5, Number.NaN]);
    }
  });
});
