// Products of floats as pairs of halves, which no software adapter can hold, interpreted: how exact they are, what they hold, whose bits
// depend on what.
import { describe, expect, it } from 'vitest';
import { accepts, passesOf, type Variant } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { interpret, studyRun } from '../../src/study/passes.js';
import { expectClose } from '../compare.js';
import { seeded } from '../random.js';
import { matmulNN as reference } from '../reference/matmul.js';
import { everyDevice } from './cases.js';

type Dims = Readonly<Record<'M' | 'K' | 'N' | 'relu', number>>;
type Inputs = Readonly<Record<'x' | 'w' | 'b', Float32Array>>;

const { pairs } = matmulNN.variants;
const passes = passesOf(pairs!).map((pass) =>
  pass.shader.endsWith('15_pairs.wgsl') ? { ...pass, consts: { ...pass.consts, SUM: 32 } } : pass,
);
/** With blocks of 32 products, whose total waits in the output. */
const inBlocks = { ...pairs!, passes } as Variant<keyof Dims>;

function product(d: Dims, { x, w, b }: Inputs, variant = pairs!): Float32Array {
  expect(accepts(variant, d, everyDevice)).toBe(true);
  const y = new Float32Array(d.M * d.N).fill(Number.NaN);
  const kernel = { ...matmulNN, variants: { naive: matmulNN.variants.naive!, pairs: variant } };
  const buffers = { x: x.slice().buffer, w: w.slice().buffer, b: b.slice().buffer, y: y.buffer };
  interpret(studyRun(shaderFromFile, kernel, 'pairs', d), buffers, 32);
  return y;
}

const wide = (values: Float32Array) => Float64Array.from(values);
const expected = (d: Dims, { x, w, b }: Inputs) => reference(d, d.relu === 1, wide(x), wide(w), wide(b));
const inputs = ({ M, K, N }: Dims): Inputs => {
  const random = seeded(K + N);
  return { x: random.floats(M * K), w: random.floats(K * N), b: random.floats(N) };
};

describe('pairs of halves', () => {
  it.each([
    { M: 1024, K: 4, N: 4, relu: 0 }, // less than a step of the depth
    { M: 1030, K: 100, N: 20, relu: 1 }, // several steps and a part of one, a tile of few rows
    { M: 1024, K: 36, N: 132, relu: 0 }, // tiles of 128 columns, the second cut
  ])('multiply $M by $K and $K by $N, relu $relu', (d) => {
    for (const variant of [pairs!, inBlocks]) {
      expectClose(product(d, inputs(d), variant), expected(d, inputs(d)), {
        absolute: 2e-6 * Math.sqrt(d.K),
        relative: 1e-6,
      });
    }
  });

  const d = { M: 1024, K: 32, N: 16, relu: 0 };
  const own = { ...inputs(d), b: new Float32Array(d.N) };
  const even = product(d, own);
  const scaled = (values: Float32Array, by: (i: number) => number) => values.map((v, i) => v * by(i));

  it('are nearly as exact as floats', () => {
    const right = expected(d, own);
    const error = (y: ArrayLike<number>) => right.reduce((most, v, i) => Math.max(most, Math.abs(v - y[i]!)), 0);
    const floats = new Float32Array(right.length);
    for (let m = 0; m < d.M; m++)
      for (let n = 0; n < d.N; n++) {
        let sum = 0;
        for (let k = 0; k < d.K; k++) sum = Math.fround(sum + Math.fround(own.x[m * d.K + k]! * own.w[k * d.N + n]!));
        floats[m * d.N + n] = sum;
      }
    expect(error(even)).toBeLessThan(2 * error(floats));
  });

  it('hold rows and columns of any sizes, each to the bits it has alone', () => {
    const row = (m: number) => 2 ** ((m % 120) - 60);
    const column = (n: number) => 2 ** (n - 8);
    const uneven = product(d, {
      ...own,
      x: scaled(own.x, (i) => row(Math.floor(i / d.K))),
      w: scaled(own.w, (i) => column(i % d.N)),
    });
    expect(scaled(uneven, (i) => 1 / row(Math.floor(i / d.N)) / column(i % d.N))).toEqual(even);
  });

  it('make zeros of zeros', () => {
    const zeros = { ...own, x: new Float32Array(own.x.length) };
    expect(product(d, zeros).every((v) => v === 0)).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('make %d NaN in its row or column, and nothing else', (broken) => {
    const x = own.x.slice();
    const w = own.w.slice();
    x[5 * d.K + 3] = broken;
    w[7 * d.N + 2] = broken;
    const y = product(d, { ...own, x, w });
    for (const [i, v] of y.entries()) {
      const hit = Math.floor(i / d.N) === 5 || i % d.N === 2;
      expect([i, v]).toEqual([i, hit ? Number.NaN : even[i]]);
    }
  });
});
