import { copyProbe, fmaProbe } from '../../src/kernels/probe.js';
import { useGpu } from '../gpu.js';
import { testKernel } from './harness.js';

const gpu = useGpu();

testKernel(gpu, {
  kernel: fmaProbe,
  cases: [
    { count: 1, factor: 0.5, term: 1 },
    { count: 300, factor: -0.5, term: 3 },
  ],
  // v = v * factor + term draws near term / (1 - factor), wherever it began: 2 in both, which a half holds
  reference: (d) => ({ y: new Float64Array(4 * d.count).fill(d.term / (1 - d.factor)) }),
});

testKernel(gpu, {
  kernel: copyProbe,
  cases: [{ count: 1 }, { count: 700 }],
  reference: (_, { x }) => ({ y: x }),
  tolerance: () => ({ absolute: 0, relative: 0 }),
});
