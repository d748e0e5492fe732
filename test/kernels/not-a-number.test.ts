// A NaN passes through a fused ReLU, in every variant: WGSL's max may drop it, and a broken network would look healthy.
import { describe, expect, it } from 'vitest';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { useGpu } from '../gpu.js';
import { evaluate, variantsFor } from './evaluate.js';

const gpu = useGpu();

describe('fused ReLU', () => {
  for (const M of [1, 4, 9]) {
    it(`matmul/nn, ${M} rows`, async () => {
      const d = { M, K: 8, N: 16, relu: 1 };
      const b = new Float32Array(d.N).fill(-1);
      b[3] = Number.NaN;
      const inputs = { x: new Float32Array(M * d.K), w: new Float32Array(d.K * d.N), b };
      for (const variant of variantsFor(gpu(), matmulNN, d)) {
        const { y } = await evaluate(gpu(), matmulNN, d, inputs, variant);
        expect([...y], variant).toEqual(Array.from({ length: M * d.N }, (_, i) => (i % d.N === 3 ? Number.NaN : 0)));
      }
    });
  }

  it('conv3x3/forward', async () => {
    const d = { N: 1, H: 6, W: 6, C: 8, K: 16, pad: 1, relu: 1 };
    const b = new Float32Array(d.K).fill(-1);
    b[5] = Number.NaN;
    const inputs = { x: new Float32Array(36 * d.C), w: new Float32Array(9 * d.C * d.K), b };
    for (const variant of variantsFor(gpu(), conv3x3Forward, d)) {
      const { y } = await evaluate(gpu(), conv3x3Forward, d, inputs, variant);
      expect([...y], variant).toEqual(Array.from({ length: 36 * d.K }, (_, i) => (i % d.K === 5 ? Number.NaN : 0)));
    }
  });
});
