// Products of floats as pairs of halves, which no software adapter can hold, interpreted: how exact they are, what they hold, whose bits
// depend on what.
import { describe, expect, it } from 'vitest';
import { conv3x3Forward, conv3x3ForwardPooled, conv3x3InputGradient } from '../../src/kernels/conv3x3.js';
import { outputSize } from '../../src/kernels/conv3x3-shape.js';
import { accepts, type Kernel, passesOf, type Values, type Variant } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { interpret, studyRun } from '../../src/study/passes.js';
import { expectClose } from '../compare.js';
import { seeded } from '../random.js';
import * as reference from '../reference/conv3x3.js';
import { matmulNN as referenceMatmul } from '../reference/matmul.js';
import { maxPoolForward } from '../reference/max-pool.js';
import { reluBackward } from '../reference/relu.js';
import { everyDevice } from './cases.js';

const PAIRS = 'winograd4_pairs';

/** What an interpreted run leaves in the op's output. */
function made<D extends string, B extends string>(
  kernel: Kernel<D, B>,
  variant: string,
  d: Values<D>,
  inputs: Partial<Record<B, Float32Array>>,
): Float32Array {
  expect(accepts(kernel.variants[variant]!, d, everyDevice)).toBe(true);
  const sizes = kernel.elements(d);
  const tensors: Record<string, Float32Array<ArrayBuffer>> = {};
  let output = '';
  for (const [name, access] of Object.entries(kernel.bindings) as [B, string][]) {
    tensors[name] = Float32Array.from(inputs[name] ?? new Float32Array(sizes[name]).fill(Number.NaN));
    if (access === 'write') output = name;
  }
  const buffers = Object.fromEntries(Object.entries(tensors).map(([name, { buffer }]) => [name, buffer]));
  interpret(studyRun(shaderFromFile, kernel as Kernel, variant, d), buffers, 32);
  return tensors[output]!;
}

const wide = (values: Float32Array) => Float64Array.from(values);

describe.each([
  { N: 1, H: 6, W: 6, C: 4, K: 4, pad: 1, relu: 0 }, // less than a step of the depth
  { N: 2, H: 5, W: 7, C: 36, K: 64, pad: 0, relu: 1 }, // a step and a part of one
  { N: 1, H: 6, W: 5, C: 36, K: 136, pad: 1, relu: 0 }, // tiles of 128 columns, the second cut
  { N: 3, H: 25, W: 30, C: 8, K: 20, pad: 1, relu: 1 }, // two tiles of rows
])('$N pictures of $H by $W, $C to $K channels, pad $pad, relu $relu', (d) => {
  const random = seeded(d.K);
  const sizes = conv3x3Forward.elements(d);
  const x = random.floats(sizes.x);
  const w = random.floats(sizes.w);
  const b = random.floats(sizes.b);
  const dy = random.floats(sizes.y);
  const close = (actual: Float32Array, expected: ArrayLike<number>, length: number) =>
    expectClose(actual, expected, { absolute: 4e-5 * Math.sqrt(length) + 1e-5, relative: 1e-5 });

  it('forward, with a pool too', () => {
    const expected = reference.conv3x3Forward(d, wide(x), wide(w), wide(b));
    close(made(conv3x3Forward, PAIRS, d, { x, w, b }), expected, 9 * d.C);
    const { P, Q } = outputSize(d);
    const pooled = maxPoolForward({ N: d.N, H: P, W: Q, C: d.K }, expected);
    close(made(conv3x3ForwardPooled, PAIRS, d, { x, w, b }), pooled, 9 * d.C);
  });

  it('gradient for the input', () => {
    const dx = reference.conv3x3InputGradient(d, wide(dy), wide(w));
    const expected = d.relu ? reluBackward(wide(x), dx) : dx;
    close(made(conv3x3InputGradient, PAIRS, d, { dy, w, x }), expected, 9 * d.K);
  });
});

describe('dense layers', () => {
  const d = { M: 1030, K: 100, N: 20, relu: 0 };
  const random = seeded(3);
  const x = random.floats(d.M * d.K);
  const w = random.floats(d.K * d.N);
  const b = random.floats(d.N);
  const { pairs, naive } = matmulNN.variants;
  const passes = passesOf(pairs!).map((pass) =>
    pass.shader.endsWith('15_pairs.wgsl') ? { ...pass, consts: { ...pass.consts, SUM: 32 } } : pass,
  );

  it.each([
    ['in one block', pairs!],
    ['in blocks whose total waits in the output', { ...pairs!, passes } as Variant<'M' | 'K' | 'N' | 'relu'>],
  ])('%s', (_, variant) => {
    const kernel = { ...matmulNN, variants: { naive: naive!, pairs: variant } };
    for (const relu of [0, 1]) {
      const y = made(kernel, 'pairs', { ...d, relu }, { x, w, b });
      const expected = referenceMatmul(d, relu === 1, wide(x), wide(w), wide(b));
      expectClose(y, expected, { absolute: 2e-6 * Math.sqrt(d.K), relative: 1e-6 });
    }
  });
});

describe('pairs of halves', () => {
  const d = { N: 2, H: 8, W: 6, C: 32, K: 32, pad: 1, relu: 0 };
  const random = seeded(7);
  const pixels = d.H * d.W * d.C;
  const x = random.floats(d.N * pixels);
  const w = random.floats(9 * d.C * d.K);
  const b = new Float32Array(d.K);
  const forward = (own: Float32Array, weights: Float32Array = w, variant = PAIRS, N = d.N) =>
    made(conv3x3Forward, variant, { ...d, N }, { x: own, w: weights, b });
  const scaled = (values: Float32Array, by: (i: number) => number) => values.map((v, i) => v * by(i));
  const expected = reference.conv3x3Forward(d, wide(x), wide(w), wide(b));
  const error = (y: Float32Array) => {
    const rms = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0) / expected.length);
    return y.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i]!)), 0) / rms;
  };
  const even = forward(x);

  it('are nearly as exact as floats', () => {
    const floats = error(forward(x, w, 'winograd4'));
    expect(floats).toBeLessThan(1e-4);
    expect(error(even)).toBeLessThan(2 * floats);
  });

  it.each([2 ** -100, 2 ** 90])('hold numbers around %d', (size) => {
    const one = () => size;
    expect(error(scaled(forward(scaled(x, one)), () => 1 / size))).toBeLessThan(1e-4);
    const half = 2 ** Math.trunc(Math.log2(size) / 2);
    const both = forward(
      scaled(x, () => half),
      scaled(w, () => half),
    );
    expect(error(scaled(both, () => half ** -2))).toBeLessThan(1e-4);
  });

  it('hold pictures and filters of different sizes, each to the bits it has alone', () => {
    const sizes = Array.from({ length: d.K }, (_, k) => 2 ** (k - 16));
    const uneven = forward(
      scaled(x, (i) => (i < pixels ? 1 : 2 ** 40)),
      scaled(w, (i) => sizes[i % d.K]!),
    );
    const back = scaled(uneven, (i) => 1 / sizes[i % d.K]! / (i < uneven.length / 2 ? 1 : 2 ** 40));
    expect(back).toEqual(even);
  });

  it('make the same bits of a picture alone and in a batch', () => {
    expect(forward(x.slice(pixels), w, PAIRS, 1)).toEqual(even.slice(even.length / 2));
  });

  it('make zeros of zeros', () => {
    expect(forward(new Float32Array(x.length)).every((v) => v === 0)).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('hand %d on where floats do, and nowhere else', (broken) => {
    const one = x.slice();
    one[0] = broken; // in the first pixel of the first picture
    const floats = forward(one, w, 'winograd4');
    const y = forward(one);
    expect(Number.isNaN(y[0])).toBe(true);
    for (const [i, v] of y.entries()) expect([i, v]).toEqual([i, Number.isFinite(floats[i]) ? even[i] : Number.NaN]);
  });
});
