import { sumAll, sumRows } from '../../src/kernels/reduce.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/reduce.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

// A sum of n values in [-1, 1) wanders as far as sqrt(n), and each addition rounds by at most 6e-8 of where it stands.
// The sums here go through levels of at most a few hundred terms: values near 1 keep 1e-6 of their sum, where one plain
// float32 loop over 70,000 of them is off by 2e-6.
const tolerance = (n: number) => ({ absolute: 1e-6 * Math.sqrt(n), relative: 1e-6 });
const nearOne = (count: number, floats: (n: number) => Float32Array<ArrayBuffer>) =>
  floats(count).map((v) => 1 + v / 1000);

testKernel(gpu, {
  kernel: sumRows,
  cases: [
    { rows: 1, columns: 1 },
    { rows: 3, columns: 7 },
    { rows: 256, columns: 12 },
    { rows: 257, columns: 1 },
    { rows: 513, columns: 10 },
    { rows: 1000, columns: 64 },
    { rows: 2049, columns: 68 },
    { rows: 33_000, columns: 4 },
    { rows: 70_001, columns: 3 },
    { rows: 2, columns: 70_000 },
  ],
  inputs: {
    x: (d, random) =>
      d.rows > 30_000 ? nearOne(d.rows * d.columns, random.floats) : random.floats(d.rows * d.columns),
  },
  reference: ({ columns }, { x }) => ({ y: reference.sumRows(x, columns) }),
  tolerance: ({ rows }) => tolerance(rows),
});

testKernel(gpu, {
  kernel: sumAll,
  cases: [
    { count: 1, scale: 1 },
    { count: 7, scale: 1 / 7 },
    { count: 65, scale: 1 },
    { count: 1024, scale: -2 },
    { count: 1025, scale: 1 },
    { count: 4099, scale: 1 },
    { count: 300_001, scale: 1 / 300_001 },
    { count: 400_000, scale: 1 },
  ],
  inputs: { x: (d, random) => (d.count === 400_000 ? nearOne(d.count, random.floats) : random.floats(d.count)) },
  reference: ({ scale }, { x }) => ({ y: [reference.sumAll(x, scale)] }),
  tolerance: ({ count, scale }) => ({ absolute: Math.abs(scale) * tolerance(count).absolute, relative: 1e-6 }),
});
