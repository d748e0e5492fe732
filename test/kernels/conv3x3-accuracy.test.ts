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
const d = { N: 2, H: 18, W: 15, C: 64, K: 32, pad: 1, relu: 0 };
const random = seeded(11);
const x = random.floats(d.N * d.H * d.W * d.C);
const w = random.floats(9 * d.C * d.K);
const b = random.floats(d.K);
const dy = random.floats(d.N * d.H * d.W * d.K);
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

it('forward', async () => {
  const expected = reference.conv3x3Forward(d, wide(x), wide(w), wide(b));
  for (const variant of variantsFor(gpu(), conv3x3Forward, d)) {
    const { y } = await evaluate(gpu(), conv3x3Forward, d, { x, w, b }, variant);
    expectAccurate(y, expected, bound(variant, 9 * d.C), variant);
  }
});

it('input gradient', async () => {
  const expected = reference.conv3x3InputGradient(d, wide(dy), wide(w));
  for (const variant of variantsFor(gpu(), conv3x3InputGradient, d)) {
    const { dx } = await evaluate(gpu(), conv3x3InputGradient, d, { dy, w }, variant);
    expectAccurate(dx, expected, bound(variant, 9 * d.K), variant);
  }
});

it('weight gradient', async () => {
  const expected = reference.conv3x3WeightGradient(d, wide(x), wide(dy));
  for (const variant of variantsFor(gpu(), conv3x3WeightGradient, d)) {
    const { dw } = await evaluate(gpu(), conv3x3WeightGradient, d, { x, dy }, variant);
    expectAccurate(dw, expected, bound(variant, d.N * d.H * d.W), variant);
  }
});

it('gives a picture the same bits alone and in a batch', async () => {
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

it('chooses by shape', () => {
  const chosen = (shape: object) => chooseVariant(conv3x3Forward, { ...d, ...shape }, gpu().capabilities);
  expect(chosen({ C: 64, K: 64, H: 14, W: 14 })).toMatch(/^winograd4/);
  expect(chosen({ C: 3, K: 64 })).toBe('register');
  expect(chosen({ C: 3, K: 6 })).toBe('naive');
});
