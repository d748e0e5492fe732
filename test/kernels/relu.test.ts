import { reluBackward, reluForward } from '../../src/kernels/relu.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/relu.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [{ count: 1 }, { count: 7 }, { count: 64 }, { count: 1028 }, { count: 65_536 * 64 + 1 }];

testKernel(gpu, { kernel: reluForward, cases, reference: (_, { x }) => ({ y: reference.reluForward(x) }) });

testKernel(gpu, {
  kernel: reluBackward,
  cases,
  inputs: { y: ({ count }, random) => random.floats(count).map((v) => Math.max(v, 0)) },
  reference: (_, { y, dy }) => ({ dx: reference.reluBackward(y, dy) }),
});
