// Kernels on float16, against float64 references whose inputs are rounded to halves first.
import { describe, expect, it } from 'vitest';
import { castToFloat, castToHalf } from '../../src/kernels/cast.js';
import { elementsOf, outputSize, pooledElements } from '../../src/kernels/conv3x3-shape.js';
import { halfConv3x3Forward, halfConv3x3ForwardPooled } from '../../src/kernels/half-conv3x3.js';
import { halfMatmulNN } from '../../src/kernels/half-matmul.js';
import { halfMaxPoolForward } from '../../src/kernels/half-max-pool.js';
import { hasFloat16 } from '../float16.js';
import { useGpu } from '../gpu.js';
import { packHalves, unpackHalves } from '../halves.js';
import { seeded } from '../random.js';
import { conv3x3Forward } from '../reference/conv3x3.js';
import { matmulNN } from '../reference/matmul.js';
import { maxPoolForward } from '../reference/max-pool.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu({ float16: hasFloat16 }); // without it, the variants that every device runs

// WGSL lets a device round to either neighbouring half (2^-10 of the value), and take subnormal halves (below 2^-14) for 0.
const stored = (absolute: number) => ({ absolute: absolute + 2 ** -14, relative: 2 ** -10 + 1e-5 });
const exact = () => ({ absolute: 0, relative: 0 });
const counts = [1, 2, 3, 4, 7, 8, 130, 1001, 5000].map((count) => ({ count }));

testKernel(gpu, {
  kernel: castToHalf,
  cases: counts,
  inputs: { x: ({ count }, random) => random.floats(count).map((v, i) => v * 2 ** ((i % 31) - 15)) },
  halves: { y: ({ count }) => count },
  reference: (_, { x }) => ({ y: x }),
  tolerance: () => stored(0),
});

testKernel(gpu, {
  kernel: castToFloat,
  cases: counts,
  inputs: { x: ({ count }, random) => random.floats(count).map((v, i) => v * 2 ** ((i % 25) - 10)) },
  halves: { x: ({ count }) => count },
  reference: (_, { x }) => ({ y: x }),
  tolerance: () => ({ absolute: 2 ** -14, relative: 0 }),
});

// As for conv3x3/forward: Winograd's F(4x4) loses up to 1e-4 of the output's RMS before it is rounded to halves.
// Odd sizes, one pixel, odd channels (a word then holds two pixels' halves), sizes that do not divide the tiles, both paddings.
const convolutions = [
  { N: 1, H: 1, W: 1, C: 1, K: 1, pad: 1 },
  { N: 1, H: 3, W: 3, C: 2, K: 3, pad: 0 },
  { N: 3, H: 5, W: 7, C: 3, K: 5, pad: 1 },
  { N: 1, H: 1, W: 6, C: 4, K: 8, pad: 1 },
  { N: 2, H: 2, W: 2, C: 8, K: 16, pad: 1 },
  { N: 1, H: 12, W: 9, C: 3, K: 8, pad: 1 },
  { N: 3, H: 9, W: 6, C: 8, K: 24, pad: 1 },
  { N: 1, H: 8, W: 11, C: 12, K: 20, pad: 0 },
  { N: 1, H: 14, W: 14, C: 32, K: 40, pad: 1 },
  { N: 2, H: 17, W: 13, C: 16, K: 64, pad: 1 },
  { N: 1, H: 9, W: 10, C: 72, K: 8, pad: 0 },
  { N: 1, H: 16, W: 17, C: 64, K: 136, pad: 1 },
].map((d, i) => ({ ...d, relu: i % 2 }));

testKernel(gpu, {
  kernel: halfConv3x3Forward,
  cases: convolutions,
  halves: { x: (d) => elementsOf(d).x, w: (d) => elementsOf(d).w, y: (d) => elementsOf(d).y },
  reference: (d, { x, w, b }) => ({ y: conv3x3Forward(d, x, w, b) }),
  tolerance: (d) => stored(1e-5 + 4e-5 * Math.sqrt(9 * d.C)),
});

testKernel(gpu, {
  kernel: halfConv3x3ForwardPooled,
  cases: convolutions.filter((d) => Math.min(d.H, d.W) + 2 * d.pad >= 4),
  halves: { x: (d) => elementsOf(d).x, w: (d) => elementsOf(d).w, y: pooledElements },
  reference: (d, { x, w, b }) => {
    const { P, Q } = outputSize(d);
    return { y: maxPoolForward({ N: d.N, H: P, W: Q, C: d.K }, conv3x3Forward(d, x, w, b)) };
  },
  tolerance: (d) => stored(1e-5 + 4e-5 * Math.sqrt(9 * d.C)),
});

const product = ([M, K, N]: readonly number[], i: number) => ({ M: M!, K: K!, N: N!, relu: i % 2 });
testKernel(gpu, {
  kernel: halfMatmulNN,
  cases: [
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
  ].map(product),
  halves: { x: ({ M, K }) => M * K, w: ({ K, N }) => K * N, y: ({ M, N }) => M * N },
  reference: (d, { x, w, b }) => ({ y: matmulNN(d, d.relu === 1, x, w, b) }),
  tolerance: ({ K }) => stored(1e-5 + 1e-6 * Math.sqrt(K)),
});

const pixels = (d: { N: number; H: number; W: number; C: number }) => d.N * d.H * d.W * d.C;
testKernel(gpu, {
  kernel: halfMaxPoolForward,
  cases: [
    { N: 1, H: 2, W: 2, C: 1 },
    { N: 1, H: 3, W: 2, C: 4 },
    { N: 3, H: 5, W: 7, C: 3 },
    { N: 3, H: 7, W: 6, C: 8 },
    { N: 1, H: 9, W: 9, C: 5 },
    { N: 2, H: 14, W: 14, C: 64 },
  ],
  inputs: { x: (d, random) => random.floats(pixels(d)).map((v) => v + 1.5 * Math.sign(v)) }, // no subnormal halves
  halves: { x: pixels, y: (d) => pixels({ ...d, H: Math.floor(d.H / 2), W: Math.floor(d.W / 2) }) },
  reference: (d, { x }) => ({ y: maxPoolForward(d, x) }),
  tolerance: exact,
});

describe('rows of matmul/nn_f16', () => {
  it('have the same bits in every batch and in every variant without matrix units', async () => {
    const [K, N] = [1032, 36];
    const random = seeded(2);
    const x = random.floats(65 * K);
    const shared = { w: packHalves(random.floats(K * N)), b: random.floats(N) };
    let expected: number[] | undefined;
    for (const M of [65, 8, 4, 1]) {
      const d = { M, K, N, relu: 0 };
      const rows = packHalves(x.subarray(0, M * K));
      for (const variant of variantsFor(gpu(), halfMatmulNN, d)) {
        if (variant.includes('matrix')) continue;
        const { y } = await evaluate(gpu(), halfMatmulNN, d, { x: rows, ...shared }, variant);
        const bits = [...new Uint32Array(y.buffer)];
        expected ??= bits;
        expect(bits, `${variant} at batch ${M}`).toEqual(expected.slice(0, bits.length));
      }
    }
  });
});

describe('conv3x3/forward_pooled_f16', () => {
  it('makes what the convolution and the pool make, to the same bits, NaN of what a half cannot hold too', async () => {
    const d = { N: 2, H: 9, W: 10, C: 32, K: 40, pad: 1, relu: 0 };
    const random = seeded(3);
    const { x, w, b } = elementsOf(d);
    const inputs = { x: packHalves(random.floats(x)), w: packHalves(random.floats(w)), b: random.floats(b) };
    inputs.b.set([65_500, -65_500, Number.NaN], 4); // the products take some outputs past 65504, on either side
    const pool = { N: d.N, H: d.H, W: d.W, C: d.K };
    const variants = variantsFor(gpu(), halfConv3x3ForwardPooled, d);
    expect(variants).toContain('winograd4');
    for (const variant of variants) {
      const { y } = await evaluate(gpu(), halfConv3x3Forward, d, inputs, variant);
      const fused = await evaluate(gpu(), halfConv3x3ForwardPooled, d, inputs, variant);
      const apart = await evaluate(gpu(), halfMaxPoolForward, pool, { x: new Uint32Array(y.buffer) }, 'naive');
      expect(new Uint32Array(fused.y.buffer), variant).toEqual(new Uint32Array(apart.y.buffer));
      const values = unpackHalves(fused.y.buffer, pooledElements(d)).filter((_, i) => i % d.K === 4);
      expect(
        new Set(Array.from(values, Number.isNaN)),
        `${variant}: some pass the largest half, some do not`,
      ).toHaveProperty('size', 2);
    }
  });
});

describe('what a half cannot hold', () => {
  const large = 65504;
  const notHeld = [65536, -65536, 1e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  const halves = (words: Float32Array<ArrayBuffer>) => [...unpackHalves(words.buffer, 2 * words.length)];

  it('becomes NaN when it is cast, and the largest half stays', async () => {
    const x = Float32Array.from([large, -large, ...notHeld]);
    for (const variant of variantsFor(gpu(), castToHalf, { count: 8 })) {
      const { y } = await evaluate(gpu(), castToHalf, { count: 8 }, { x }, variant);
      expect(halves(y), variant).toEqual([large, -large, ...notHeld.map(() => Number.NaN)]);
    }
  });

  it('becomes NaN where a convolution or a product stores it, and a ReLU makes 0 of the negative ones', async () => {
    const bias = [large, 65536, -1e6, Number.NaN, 1, -1, 1e30, Number.NEGATIVE_INFINITY];
    const expected = [large, Number.NaN, 0, Number.NaN, 1, 0, Number.NaN, 0];
    const b = Float32Array.from(bias);
    const conv = { N: 1, H: 1, W: 1, C: 8, K: 8, pad: 1, relu: 1 };
    const x = packHalves(new Float32Array(8));
    const w = packHalves(new Float32Array(9 * 64));
    for (const variant of variantsFor(gpu(), halfConv3x3Forward, conv)) {
      const { y } = await evaluate(gpu(), halfConv3x3Forward, conv, { x, w, b }, variant);
      expect(halves(y), variant).toEqual(expected);
    }
    for (const M of [1, 4, 9]) {
      const d = { M, K: 8, N: 8, relu: 1 };
      const rows = { x: packHalves(new Float32Array(8 * M)), w: packHalves(new Float32Array(64)), b };
      for (const variant of variantsFor(gpu(), halfMatmulNN, d)) {
        const { y } = await evaluate(gpu(), halfMatmulNN, d, rows, variant);
        expect(halves(y), variant).toEqual(Array.from({ length: M }, () => expected).flat());
      }
    }
  });

  it('passes a max-pool from any place in a window', async () => {
    const d = { N: 4, H: 2, W: 2, C: 4 };
    const x = Float32Array.from({ length: 64 }, (_, i) => (i % 7) - 3);
    for (let n = 0; n < 4; n++) x[16 * n + 4 * n + 1] = Number.NaN; // channel 1, in picture n at place n of the window
    for (const variant of variantsFor(gpu(), halfMaxPoolForward, d)) {
      const { y } = await evaluate(gpu(), halfMaxPoolForward, d, { x: packHalves(x) }, variant);
      expect(halves(y).map(Number.isNaN), variant).toEqual(Array.from({ length: 16 }, (_, i) => i % 4 === 1));
    }
  });
});
