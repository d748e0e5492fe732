import { describe, expect, it } from 'vitest';
import { accepts } from '../../src/kernels/kernel.js';
import { matmulNN, matmulNT, matmulTN } from '../../src/kernels/matmul.js';
import { run } from '../../src/kernels/run.js';
import type { Tolerance } from '../compare.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import * as reference from '../reference/matmul.js';
import { reluBackward } from '../reference/relu.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

// (M, K, N): one element, odd sizes, batch 1, a row of each few-rows variant, sizes that do and do not divide the
// tiles, K past one block of the sum, a classifier of two classes, and a thin slice of a column panel.
const shapes = [
  [1, 1, 1],
  [1, 7, 3],
  [3, 5, 9],
  [1, 300, 52],
  [2, 257, 12],
  [5, 64, 20],
  [8, 520, 68],
  [7, 36, 132],
  [64, 128, 2],
  [9, 1028, 10],
  [33, 40, 76],
  [130, 24, 72],
  [128, 64, 64],
  [1, 520, 1336],
  [4, 2052, 4],
  [6, 40, 1028],
].map(([M, K, N]) => ({ M: M!, K: K!, N: N! }));

// Terms lie in (-1, 1), so a sum of `length` of them has an RMS of sqrt(length) / 3; 1e-6 times its root for the
// rounding of the sum, and a floor for short ones.
const tolerance = (length: number): Tolerance => ({ absolute: 1e-6 + 5e-7 * Math.sqrt(length), relative: 1e-6 });

testKernel(gpu, {
  kernel: matmulNN,
  cases: shapes.flatMap((d, i) => ({ ...d, relu: i % 2 })),
  reference: (d, { x, w, b }) => ({ y: reference.matmulNN(d, d.relu === 1, x, w, b) }),
  tolerance: ({ K }) => tolerance(K),
});

testKernel(gpu, {
  kernel: matmulNT,
  cases: shapes.flatMap((d) => [0, 1].map((relu) => ({ ...d, relu }))),
  reference: (d, { dy, w, x }) => {
    const dx = reference.matmulNT(d, dy, w);
    return { dx: d.relu ? reluBackward(x, dx) : dx };
  },
  tolerance: ({ N }) => tolerance(N),
});

testKernel(gpu, {
  kernel: matmulTN,
  cases: shapes,
  reference: (d, { x, dy }) => ({ dw: reference.matmulTN(d, x, dy) }),
  tolerance: ({ M }) => tolerance(M),
});

describe('rows of matmul/nn', () => {
  it('have the same bits in every batch and variant', async () => {
    const [K, N, largest] = [1032, 36, 65];
    const random = seeded(2);
    const upload = (values: Float32Array<ArrayBuffer>) => {
      const block = gpu().pool.take(values.byteLength, 'test');
      gpu().write(block, values);
      return block;
    };
    const [x, w, b] = [largest * K, K * N, N].map((count) => upload(random.floats(count)));
    const y = gpu().pool.take(largest * N * 4, 'test');
    let expected: Uint32Array | undefined;
    for (const M of [largest, 64, 8, 4, 2, 1]) {
      const d = { M, K, N, relu: 0 };
      for (const [name, variant] of Object.entries(matmulNN.variants)) {
        if (!accepts(variant, d, gpu().capabilities)) continue;
        run(gpu(), matmulNN, d, { x: x!, w: w!, b: b!, y }, name);
        const bits = new Uint32Array(await gpu().read(y, 0, M * N * 4));
        expected ??= bits;
        expect(
          bits.every((word, i) => word === expected![i]),
          `${name} at batch ${M}`,
        ).toBe(true);
      }
    }
    for (const block of [x!, w!, b!, y]) gpu().pool.give(block);
  });
});

describe('reference of matmul', () => {
  it('has gradients that finite differences of its forward confirm', () => {
    const d = { M: 3, K: 5, N: 4 };
    const random = seeded(1);
    const [x, w, b, dy] = [d.M * d.K, d.K * d.N, d.N, d.M * d.N].map((n) => Float64Array.from(random.floats(n)));
    const loss = () => reference.matmulNN(d, false, x!, w!, b!).reduce((sum, v, i) => sum + v * dy![i]!, 0);
    expectGradient(loss, x!, reference.matmulNT(d, dy!, w!));
    expectGradient(loss, w!, reference.matmulTN(d, x!, dy!));
  });
});

/** Central differences of `loss` by each element of `at` against `gradient`. */
function expectGradient(loss: () => number, at: Float64Array, gradient: Float64Array): void {
  const step = 1e-4;
  for (let i = 0; i < at.length; i++) {
    const value = at[i]!;
    at[i] = value + step;
    const above = loss();
    at[i] = value - step;
    const below = loss();
    at[i] = value;
    expect(Math.abs((above - below) / (2 * step) - gradient[i]!)).toBeLessThan(
      1e-6 * Math.max(1, Math.abs(gradient[i]!)),
    );
  }
}
