import { describe, expect, it } from 'vitest';
import { maxPoolBackward, maxPoolForward } from '../../src/kernels/max-pool.js';
import { useGpu } from '../gpu.js';
import { type RandomNumbers, seeded } from '../random.js';
import { expectGradient } from '../reference/finite-differences.js';
import * as reference from '../reference/max-pool.js';
import { reluBackward } from '../reference/relu.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [
  { N: 1, H: 2, W: 2, C: 1 },
  { N: 1, H: 3, W: 2, C: 4 },
  { N: 2, H: 5, W: 7, C: 3 },
  { N: 3, H: 7, W: 6, C: 8 },
  { N: 1, H: 9, W: 9, C: 5 },
  { N: 2, H: 14, W: 14, C: 64 },
  { N: 1, H: 2, W: 3, C: 516 },
];
const exact = () => ({ absolute: 0, relative: 0 });
// Few distinct values, so that most windows have ties; half of them 0, as after a ReLU.
const tied = ({ N, H, W, C }: (typeof cases)[number], random: RandomNumbers) =>
  Float32Array.from({ length: N * H * W * C }, () => Math.max(0, random.integer(-3, 4)));

testKernel(gpu, {
  kernel: maxPoolForward,
  cases,
  reference: (d, { x }) => ({ y: reference.maxPoolForward(d, x) }),
  tolerance: exact,
});

const backwardCases = cases.flatMap((d) => [0, 1].map((relu) => ({ ...d, relu })));

for (const x of [undefined, tied]) {
  testKernel(gpu, {
    kernel: maxPoolBackward,
    cases: backwardCases,
    inputs: {
      ...(x ? { x } : {}),
      // the same seed and the same first draw as the x above, so that y is its maximum
      y: (d) => {
        const random = seeded(backwardCases.indexOf(d as (typeof backwardCases)[number]) + 1);
        const input = x ? x(d, random) : random.floats(d.N * d.H * d.W * d.C);
        return Float32Array.from(reference.maxPoolForward(d, Float64Array.from(input)));
      },
    },
    reference: (d, { x, dy }) => {
      const dx = reference.maxPoolBackward(d, x, dy);
      return { dx: d.relu ? reluBackward(x, dx) : dx };
    },
    tolerance: exact,
  });
}

describe('max-pool', () => {
  it('has a reference whose backward is its derivative', () => {
    const d = { N: 2, H: 5, W: 4, C: 3 };
    const random = seeded(1);
    const x = Float64Array.from(random.floats(d.N * d.H * d.W * d.C));
    const dy = Float64Array.from(random.floats(24));
    expectGradient((at) => reference.maxPoolForward(d, at), x, dy, reference.maxPoolBackward(d, x, dy));
  });

  it('passes NaN on from any place in a window, and gives it the gradient', async () => {
    const d = { N: 4, H: 2, W: 2, C: 4 };
    const x = Float32Array.from({ length: 64 }, (_, i) => i % 7);
    for (let n = 0; n < 4; n++) {
      x[16 * n + 4 * n + 1] = Number.NaN; // channel 1, in picture n at place n of the window
      new Uint32Array(x.buffer)[16 * n + 4 * n + 2] = 0xffc00000; // channel 2, with the sign bit set
    }
    for (const variant of variantsFor(gpu(), maxPoolForward, d)) {
      const { y } = await evaluate(gpu(), maxPoolForward, d, { x }, variant);
      expect([...y].map(Number.isNaN), variant).toEqual(Array.from(y, (_, i) => i % 4 === 1 || i % 4 === 2));
      const dy = new Float32Array(16).fill(1);
      for (const backward of variantsFor(gpu(), maxPoolBackward, { ...d, relu: 0 })) {
        const { dx } = await evaluate(gpu(), maxPoolBackward, { ...d, relu: 0 }, { x, y, dy }, backward);
        for (const [i, v] of x.entries()) if (Number.isNaN(v)) expect(dx[i], backward).toBe(1);
        expect(dx.reduce((a, b) => a + b)).toBe(16);
      }
    }
  });

  it('takes infinities for numbers', async () => {
    const d = { N: 1, H: 2, W: 4, C: 4 };
    const x = new Float32Array(32).fill(Number.NEGATIVE_INFINITY);
    x[20] = Number.POSITIVE_INFINITY;
    for (const variant of variantsFor(gpu(), maxPoolForward, d)) {
      const { y } = await evaluate(gpu(), maxPoolForward, d, { x }, variant);
      expect([...y], variant).toEqual([Infinity, ...new Array(7).fill(-Infinity)]);
    }
  });
});
