import { accumulate } from '../../src/kernels/accumulate.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/accumulate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

testKernel(gpu, {
  kernel: accumulate,
  cases: [{ count: 1 }, { count: 7 }, { count: 64 }, { count: 1028 }, { count: 65_536 * 64 + 4 }],
  reference: (_, { x, y }) => ({ y: reference.accumulate(x, y) }),
});
