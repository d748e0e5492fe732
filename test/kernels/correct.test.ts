import { countCorrect } from '../../src/kernels/correct.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/correct.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

testKernel(gpu, {
  kernel: countCorrect,
  cases: [
    { rows: 1, columns: 1 },
    { rows: 5, columns: 2 },
    { rows: 64, columns: 1000 },
    { rows: 67, columns: 65 },
    { rows: 3000, columns: 3 },
    { rows: 70_000, columns: 2 },
  ],
  inputs: {
    // Few distinct values, so that rows tie; the largest near the labels; here and there a NaN or an infinity.
    logits: (d, random) =>
      random.floats(d.rows * d.columns).map((v, i) => {
        const kind = random.integer(0, 40 * d.columns);
        if (kind < 3) return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][kind]!;
        return Math.round(4 * v) - 8 * Number(i % d.columns > 3);
      }),
    labels: (d, random) => Uint32Array.from({ length: d.rows }, () => random.integer(0, Math.min(d.columns, 4))),
    count: () => Uint32Array.of(1000),
  },
  reference: ({ columns }, { logits, labels, count }) => ({
    count: [count[0]! + reference.countCorrect(logits, labels, columns)],
  }),
  integers: ['count'],
});

// A label that no column has never counts, though a read past the row would find something larger.
testKernel(gpu, {
  kernel: countCorrect,
  cases: [{ rows: 9, columns: 3 }],
  inputs: {
    logits: ({ rows, columns }) => Float32Array.from({ length: rows * columns }, (_, i) => Math.floor(i / columns)),
    labels: ({ rows }) => Uint32Array.from({ length: rows }, (_, r) => [0, 3, 0xffffffff][r % 3]!),
    count: () => Uint32Array.of(0),
  },
  reference: ({ rows }) => ({ count: [rows / 3] }),
  integers: ['count'],
});
