import { describe, it } from 'vitest';
import { globalAveragePoolBackward, globalAveragePoolForward } from '../../src/kernels/global-average-pool.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { expectGradient } from '../reference/finite-differences.js';
import * as reference from '../reference/global-average-pool.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [
  { N: 1, H: 1, W: 1, C: 1 },
  { N: 1, H: 3, W: 5, C: 3 },
  { N: 3, H: 7, W: 7, C: 20 },
  { N: 2, H: 1, W: 9, C: 68 },
  { N: 1, H: 56, W: 56, C: 128 },
];

testKernel(gpu, {
  kernel: globalAveragePoolForward,
  cases,
  // activations as block2_pool has them: large and not negative, so that nothing cancels
  inputs: { x: ({ N, H, W, C }, random) => random.floats(N * H * W * C).map((v) => 300 * Math.abs(v)) },
  reference: (d, { x }) => ({ y: reference.globalAveragePoolForward(d, x) }),
  // half an ulp (6e-8) for each addition in sequence, most of which cancel: a random walk of H W steps at worst
  tolerance: ({ H, W }) => ({ absolute: 0, relative: 1e-7 * (2 + Math.sqrt(H * W)) }),
});

testKernel(gpu, {
  kernel: globalAveragePoolBackward,
  cases,
  reference: (d, { dy }) => ({ dx: reference.globalAveragePoolBackward(d, dy) }),
});

describe('global average pooling', () => {
  it('has a reference whose backward is its derivative', () => {
    const d = { N: 2, H: 3, W: 4, C: 3 };
    const x = Float64Array.from(seeded(1).floats(72));
    const dy = Float64Array.from(seeded(2).floats(6));
    expectGradient(
      (at) => reference.globalAveragePoolForward(d, at),
      x,
      dy,
      reference.globalAveragePoolBackward(d, dy),
    );
  });
});
