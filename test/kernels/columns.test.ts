import { extractColumns, insertColumns } from '../../src/kernels/columns.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/columns.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [
  { rows: 1, width: 1, total: 1, first: 0 },
  { rows: 3, width: 5, total: 11, first: 6 },
  { rows: 3, width: 5, total: 11, first: 2 },
  { rows: 7, width: 8, total: 20, first: 12 },
  { rows: 64, width: 1000, total: 4096, first: 1000 },
  { rows: 5, width: 4, total: 10, first: 4 },
];

testKernel(gpu, {
  kernel: insertColumns,
  cases,
  reference: (d, { x, y }) => ({ y: reference.insertColumns(x, y, d) }),
  tolerance: () => ({ absolute: 0, relative: 0 }),
});

testKernel(gpu, {
  kernel: extractColumns,
  cases,
  reference: (d, { y }) => ({ x: reference.extractColumns(y, d) }),
  tolerance: () => ({ absolute: 0, relative: 0 }),
});
