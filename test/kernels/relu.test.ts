import { describe, expect, it } from 'vitest';
import { reluBackward, reluForward } from '../../src/kernels/relu.js';
import { run } from '../../src/kernels/run.js';
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

describe('relu/forward and NaN', () => {
  for (const variant of Object.keys(reluForward.variants)) {
    it(`${variant} hands it on`, async () => {
      const x = gpu().pool.take(16, 'x');
      const y = gpu().pool.take(16, 'y');
      gpu().write(x, Float32Array.of(Number.NaN, -1, 2, Number.NEGATIVE_INFINITY));
      run(gpu(), reluForward, { count: 4 }, { x, y }, variant);
      expect([...new Float32Array(await gpu().read(y))]).toEqual([Number.NaN, 0, 2, 0]);
    });
  }
});
