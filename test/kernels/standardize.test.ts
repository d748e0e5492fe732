import { expect, it } from 'vitest';
import { run } from '../../src/kernels/run.js';
import { foldStandardize, momentsUpdate, standardize } from '../../src/kernels/standardize.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { type RandomNumbers, seeded } from '../random.js';
import * as reference from '../reference/standardize.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

/** Features as pooled activations are: far from zero, little spread, and a column that never changes. */
function features({ rows, columns }: { readonly rows: number; readonly columns: number }, random: RandomNumbers) {
  return random.floats(rows * columns).map((v, i) => (i % columns === 3 ? 7 : 300 * ((i % columns) % 5) + 3 * v));
}
const unless =
  (fill: (columns: number, random: RandomNumbers) => Float32Array<ArrayBuffer>) =>
  ({ columns, seen }: { readonly columns: number; readonly seen: number }, random: RandomNumbers) =>
    seen === 0 ? new Float32Array(columns).fill(Number.NaN) : fill(columns, random);

testKernel(gpu, {
  kernel: momentsUpdate,
  cases: [
    { rows: 1, columns: 1, seen: 0 },
    { rows: 1, columns: 7, seen: 1 },
    { rows: 3, columns: 17, seen: 0 },
    { rows: 5, columns: 8, seen: 0 },
    { rows: 64, columns: 12, seen: 64 },
    { rows: 37, columns: 1028, seen: 1_000_000 },
    { rows: 700, columns: 6, seen: 10 },
  ],
  inputs: {
    x: features,
    mean: unless((columns, random) => random.floats(columns).map((v, c) => (c === 3 ? 7 : 300 * (c % 5) + v))),
    m2: unless((columns, random) => random.floats(columns).map((v, c) => (c === 3 ? 0 : 3 + v))),
  },
  reference: ({ rows, columns, seen }, { x, mean, m2 }) => ({
    ...reference.mergeMoments({ mean, m2 }, seen, reference.moments(x, columns), rows),
  }),
  // Columns stand at up to 1,200, where float32 steps by 1.2e-4, and spread by 3: the mean is held to two of its steps,
  // the squares to a few of theirs, which only counting from near the mean reaches.
  tolerance: () => ({ absolute: 2e-6, relative: 2e-6 }),
});

// Constant and poisoned columns aside, batch by batch must give what one pass over everything gives.
it('moments over many batches equal those of all rows at once', async () => {
  const random = seeded(5);
  const columns = 20;
  const batches = [5, 64, 1, 33].map((rows) => features({ rows, columns }, random));
  const all = reference.moments(Float64Array.from(batches.flatMap((batch) => [...batch])), columns);
  for (const variant of Object.keys(momentsUpdate.variants)) {
    const mean = gpu().pool.take(columns * 4, 'mean');
    const m2 = gpu().pool.take(columns * 4, 'm2');
    for (const block of [mean, m2]) gpu().write(block, new Float32Array(columns).fill(Number.NaN));
    let seen = 0;
    for (const batch of batches) {
      const rows = batch.length / columns;
      const x = gpu().pool.take(batch.byteLength, 'x');
      gpu().write(x, batch);
      run(gpu(), momentsUpdate, { rows, columns, seen }, { x, mean, m2 }, variant);
      gpu().pool.give(x);
      seen += rows;
    }
    const got = { mean: new Float32Array(await gpu().read(mean)), m2: new Float32Array(await gpu().read(m2)) };
    expectClose(got.mean, all.mean, { absolute: 1e-5, relative: 1e-6 }, `mean, ${variant}`);
    expectClose(got.m2, all.m2, { absolute: 1e-4, relative: 1e-4 }, `m2, ${variant}`);
    gpu().pool.give(mean);
    gpu().pool.give(m2);
  }
});

const moments = {
  mean: (d: { readonly columns: number }, random: RandomNumbers) => random.floats(d.columns).map((v) => 10 * v),
  m2: (d: { readonly columns: number; readonly seen: number }, random: RandomNumbers) =>
    random.floats(d.columns).map((v, c) => (c === 1 ? 0 : d.seen * (1.5 + v) ** 2)),
};

testKernel(gpu, {
  kernel: standardize,
  cases: [
    { rows: 1, columns: 1, seen: 1, epsilon: 1e-3 },
    { rows: 5, columns: 7, seen: 3, epsilon: 1e-3 },
    { rows: 33, columns: 12, seen: 1200, epsilon: 0.1 },
    { rows: 64, columns: 513, seen: 64, epsilon: 1 },
  ],
  inputs: moments,
  reference: ({ seen, epsilon }, { x, mean, m2 }) => ({ y: reference.standardize(x, { mean, m2 }, seen, epsilon) }),
  tolerance: ({ epsilon }) => ({ absolute: 1e-6, relative: epsilon < 1e-2 ? 3e-6 : 2e-6 }),
});

testKernel(gpu, {
  kernel: foldStandardize,
  cases: [
    { K: 1, N: 1, seen: 1, epsilon: 1e-3 },
    { K: 5, N: 3, seen: 9, epsilon: 1e-3 },
    { K: 128, N: 64, seen: 100, epsilon: 1e-3 },
    { K: 1027, N: 10, seen: 1200, epsilon: 1e-3 },
  ],
  inputs: {
    mean: ({ K }, random) => moments.mean({ columns: K }, random),
    m2: ({ K, seen }, random) => moments.m2({ columns: K, seen }, random).map((v) => v || seen),
  },
  reference: ({ seen, epsilon }, { w, b, mean, m2 }) => reference.fold(w, b, { mean, m2 }, seen, epsilon),
  // Terms of b2 are up to 20 in size; K of them are added.
  tolerance: ({ K }) => ({ absolute: 2e-6 * Math.sqrt(K) + 2e-6, relative: 3e-6 }),
});

it('the reference folds: x·w2 + b2 = standardize(x)·w + b', () => {
  const random = seeded(9);
  const [K, N, seen, epsilon] = [6, 4, 30, 0.5];
  const [x, w, b, mean] = [5 * K, K * N, N, K].map((n) => Float64Array.from(random.floats(n))) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const m2 = Float64Array.from(random.floats(K), (v) => 20 + 20 * v);
  const { w2, b2 } = reference.fold(w, b, { mean, m2 }, seen, epsilon);
  const straight = reference.dense(reference.standardize(x, { mean, m2 }, seen, epsilon), w, b);
  expect(straight.length).toBe(5 * N);
  expectClose(reference.dense(x, w2, b2), straight, { absolute: 1e-12, relative: 1e-12 });
});
