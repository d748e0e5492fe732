import { describe, expect, it } from 'vitest';
import {
  conv3x3Forward,
  conv3x3ForwardPooled,
  conv3x3InputGradient,
  conv3x3WeightGradient,
} from '../../src/kernels/conv3x3.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import * as reference from '../reference/conv3x3.js';
import { maxPoolForward } from '../reference/max-pool.js';
import { reluBackward } from '../reference/relu.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

// Odd sizes, one pixel, channels not divisible by 4, sizes that do not divide the tiles, both paddings.
const cases = [
  { N: 1, H: 1, W: 1, C: 1, K: 1, pad: 1 },
  { N: 1, H: 3, W: 3, C: 2, K: 3, pad: 0 },
  { N: 2, H: 5, W: 7, C: 3, K: 5, pad: 1 },
  { N: 1, H: 1, W: 6, C: 4, K: 8, pad: 1 },
  { N: 1, H: 1, W: 1, C: 8, K: 8, pad: 1 },
  { N: 2, H: 2, W: 2, C: 8, K: 16, pad: 1 },
  { N: 1, H: 12, W: 9, C: 3, K: 8, pad: 1 },
  { N: 3, H: 9, W: 6, C: 8, K: 24, pad: 1 },
  { N: 1, H: 8, W: 11, C: 12, K: 20, pad: 0 },
  { N: 1, H: 14, W: 14, C: 32, K: 40, pad: 1 },
  { N: 2, H: 17, W: 13, C: 16, K: 64, pad: 1 },
  { N: 1, H: 34, W: 35, C: 8, K: 72, pad: 1 },
  { N: 1, H: 9, W: 10, C: 72, K: 8, pad: 0 },
  // Few input channels: rows that end at each of the 6 pixels made together, channels that fill no subgroup or several, strips that end within
  // a picture, and enough of them for both levels of their sum.
  { N: 3, H: 3, W: 3, C: 3, K: 2, pad: 0 },
  { N: 2, H: 6, W: 4, C: 1, K: 4, pad: 1 },
  { N: 1, H: 7, W: 10, C: 2, K: 12, pad: 0 },
  { N: 3, H: 11, W: 8, C: 3, K: 32, pad: 0 },
  { N: 2, H: 19, W: 65, C: 3, K: 40, pad: 1 },
  { N: 1, H: 5, W: 15, C: 4, K: 36, pad: 1 },
  { N: 2, H: 10, W: 7, C: 5, K: 12, pad: 1 },
  { N: 2, H: 35, W: 300, C: 1, K: 4, pad: 1 },
];

// Products of numbers in [-1, 1) add up to about sqrt(length) / 3, with a rounding error that grows like it; Winograd's F(4x4) loses up to 1e-4
// of the output's RMS.
const tolerance = (length: number) => ({ absolute: 4e-5 * Math.sqrt(length) + 1e-5, relative: 1e-5 });

testKernel(gpu, {
  kernel: conv3x3Forward,
  cases: cases.map((d, i) => ({ ...d, relu: i % 2 })),
  reference: (d, { x, w, b }) => ({ y: reference.conv3x3Forward(d, x, w, b) }),
  tolerance: (d) => tolerance(9 * d.C),
});

testKernel(gpu, {
  kernel: conv3x3ForwardPooled,
  cases: cases.filter((d) => Math.min(d.H, d.W) + 2 * d.pad >= 4).map((d, i) => ({ ...d, relu: i % 2 })),
  reference: (d, { x, w, b }) => {
    const [P, Q] = [d.H + 2 * d.pad - 2, d.W + 2 * d.pad - 2];
    return { y: maxPoolForward({ N: d.N, H: P, W: Q, C: d.K }, reference.conv3x3Forward(d, x, w, b)) };
  },
  tolerance: (d) => tolerance(9 * d.C),
});

testKernel(gpu, {
  kernel: conv3x3InputGradient,
  cases: cases.flatMap((d) => [0, 1].map((relu) => ({ ...d, relu }))),
  reference: (d, { dy, w, x }) => {
    const dx = reference.conv3x3InputGradient(d, dy, w);
    return { dx: d.relu ? reluBackward(x, dx) : dx };
  },
  tolerance: (d) => tolerance(9 * d.K),
});

testKernel(gpu, {
  kernel: conv3x3WeightGradient,
  cases,
  reference: (d, { x, dy }) => ({ dw: reference.conv3x3WeightGradient(d, x, dy) }),
  tolerance: (d) => tolerance(d.N * d.H * d.W),
});

describe('the references against finite differences', () => {
  for (const pad of [0, 1]) {
    it(`pad ${pad}`, () => {
      const d = { N: 2, H: 4, W: 5, C: 2, K: 3, pad, relu: 0 };
      const random = seeded(5);
      const draw = (count: number) => Float64Array.from({ length: count }, () => random.uniform(-1, 1));
      const [x, w, b] = [draw(d.N * d.H * d.W * d.C), draw(9 * d.C * d.K), draw(d.K)];
      const dy = draw(reference.conv3x3Forward(d, x, w, b).length);
      const loss = () => reference.conv3x3Forward(d, x, w, b).reduce((sum, v, i) => sum + v * dy[i]!, 0);
      const check = (values: Float64Array, gradient: Float64Array) => {
        for (const i of values.keys()) {
          const [at, step] = [values[i]!, 1e-4];
          values[i] = at + step;
          const above = loss();
          values[i] = at - step;
          const slope = (above - loss()) / (2 * step);
          values[i] = at;
          expect(Math.abs(slope - gradient[i]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
        }
      };
      check(x, reference.conv3x3InputGradient(d, dy, w));
      check(w, reference.conv3x3WeightGradient(d, x, dy));
    });
  }
});
