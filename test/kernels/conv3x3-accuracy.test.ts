// How far each variant of the 3x3 convolution is from float64, as a share of the output's RMS, and whether a picture's output depends on the
// batch that it is in.
import { expect, it } from 'vitest';
import { conv3x3Forward, conv3x3InputGradient, conv3x3WeightGradient } from '../../src/kernels/conv3x3.js';
import { chooseVariant } from '../../src/kernels/kernel.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import * as reference from '../reference/conv3x3.js';
import { evaluate, variantsFor } from './evaluate.js';

const gpu = useGpu();
const shapes = [64, 3].map((C) => {
  const d = { N: 2, H: 18, W: 15, C, K: 32, pad: 1, relu: 0 };
  const random = seeded(11);
  const x = random.floats(d.N * d.H * d.W * C);
  const w = random.floats(9 * C * d.K);
  return { C, d, x, w, b: random.floats(d.K), dy: random.floats(d.N * d.H * d.W * d.K) };
});
const wide = (data: Float32Array) => Float64Array.from(data);

/** Winograd's transforms add numbers of different sizes: the larger the tile, the more of their digits are lost. */
function bound(variant: string, length: number): number {
  if (variant.startsWith('winograd4')) return 1e-4;
  return variant.startsWith('winograd2') ? 1e-5 : 1e-6 * Math.sqrt(length);
}

function expectAccurate(actual: Float32Array, expected: Float64Array, most: number, what: string): void {
  const rms = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0) / expected.length);
  const error = actual.reduce((worst, v, i) => {
    const difference = Math.abs(v - expected[i]!);
    return Math.max(worst, difference); // NaN stays
  }, 0);
  expect(error / rms, what).toBeLessThan(most);
}

it.each(shapes)('forward, $C input channels', async ({ d, x, w, b }) => {
  const expected = reference.conv3x3Forward(d, wide(x), wide(w), wide(b));
  for (const variant of variantsFor(gpu(), conv3x3Forward, d)) {
    const { y } = await evaluate(gpu(), conv3x3Forward, d, { x, w, b }, variant);
    expectAccurate(y, expected, bound(variant, 9 * d.C), variant);
  }
});

it.each(shapes)('input gradient, $C input channels', async ({ d, w, dy }) => {
  const expected = reference.conv3x3InputGradient(d, wide(dy), wide(w));
  for (const variant of variantsFor(gpu(), conv3x3InputGradient, d)) {
    const { dx } = await evaluate(gpu(), conv3x3InputGradient, d, { dy, w }, variant);
    expectAccurate(dx, expected, bound(variant, 9 * d.K), variant);
  }
});

it.each(shapes)('weight gradient, $C input channels', async ({ d, x, dy }) => {
  const expected = reference.conv3x3WeightGradient(d, wide(x), wide(dy));
  for (const variant of variantsFor(gpu(), conv3x3WeightGradient, d)) {
    const { dw } = await evaluate(gpu(), conv3x3WeightGradient, d, { x, dy }, variant);
    expectAccurate(dw, expected, bound(variant, d.N * d.H * d.W), variant);
  }
});

it.each(shapes)('gives a picture the same bits alone and in a batch, $C input channels', async ({ d, x, w, b }) => {
  const one = { ...d, N: 1 };
  const variant = chooseVariant(conv3x3Forward, d, gpu().capabilities);
  expect(chooseVariant(conv3x3Forward, one, gpu().capabilities)).toBe(variant);
  const { y: both } = await evaluate(gpu(), conv3x3Forward, d, { x, w, b }, variant);
  for (const n of [0, 1]) {
    const alone = x.slice((n * x.length) / 2, ((n + 1) * x.length) / 2);
    const { y } = await evaluate(gpu(), conv3x3Forward, one, { x: alone, w, b }, variant);
    expect(y).toEqual(both.slice(n * y.length, (n + 1) * y.length));
  }
});

it('adds up long strips where short ones would leave too many sums', async () => {
  // 140 rows of 257 pixels would be 140 strips, each with 9 x 40 x 64 sums; 2^21 sums are 91 such strips. Every sum is a whole number.
  const large = { N: 1, H: 142, W: 259, C: 40, K: 64, pad: 0 };
  const { x, dy, dw } = conv3x3WeightGradient.elements(large);
  const ones = { x: new Float32Array(x).fill(1), dy: new Float32Array(dy).fill(1) };
  const result = await evaluate(gpu(), conv3x3WeightGradient, large, ones, 'strips');
  expect(result.dw).toEqual(new Float32Array(dw).fill(140 * 257));
});

it('chooses by shape', () => {
  const { kind, subgroupSize } = gpu().capabilities;
  const d = { N: 2, H: 64, W: 64, C: 3, K: 64, pad: 1, relu: 0 };
  const forward = (shape: object) => chooseVariant(conv3x3Forward, { ...d, ...shape }, gpu().capabilities);
  const weightGradient = (shape: object) =>
    chooseVariant(conv3x3WeightGradient, { ...d, ...shape }, gpu().capabilities);
  expect(forward({ C: 64, H: 14, W: 14 })).toMatch(/^winograd4/);
  expect(weightGradient({ C: 64, H: 14, W: 14 })).toMatch(/^winograd4/);
  expect(forward({ K: 5 })).toBe('naive');
  expect(weightGradient({ K: 6 })).toBe('naive');
  expect(weightGradient({ K: 8 })).toBe('strips');
  if (kind === 'cpu' && subgroupSize >= 4) {
    const [strips, lanes] = subgroupSize >= 8 ? ['strips3_subgroup8', 8] : ['strips_subgroup4', 4];
    expect(forward({})).toBe(strips);
    expect(forward({ C: 6 })).toBe(`strips_subgroup${lanes}`);
    expect(weightGradient({})).toBe(`strips_subgroup${lanes}`);
  }
});
