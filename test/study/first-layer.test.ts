// The first layer's convolution on matrix units, which no software adapter can hold, interpreted: windows cut on all sides, rows of x that
// begin in the middle of a word, and what lies beside a pixel's neighbourhood but must not come into it.
import { describe, expect, it } from 'vitest';
import { elementsOf } from '../../src/kernels/conv3x3-shape.js';
import { halfConv3x3Forward as kernel } from '../../src/kernels/half-conv3x3.js';
import { accepts } from '../../src/kernels/kernel.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { bindingsOf, studyRun, workgroupsOf } from '../../src/study/passes.js';
import { createMachine } from '../../src/study/wgsl/index.js';
import { expectClose } from '../compare.js';
import { packHalves, unpackHalves } from '../halves.js';
import { seeded } from '../random.js';
import { conv3x3Forward } from '../reference/conv3x3.js';
import { everyDevice } from './cases.js';

type Shape = ReturnType<typeof shape>;

const EVERYTHING = { results: true, reads: true, writes: 'all', lines: false, values: false } as const;

function shape(N: number, H: number, W: number, K: number, pad: number, relu: number) {
  return { N, H, W, C: 3, K, pad, relu };
}

const shapes = [
  shape(1, 1, 1, 64, 1, 0), // one pixel, all its neighbours padding
  shape(1, 3, 3, 64, 0, 0), // one pixel of nine
  shape(2, 5, 7, 64, 1, 1), // an odd number of halves a row, and a picture
  shape(1, 16, 16, 64, 1, 0), // one whole window
  shape(1, 18, 18, 64, 0, 1), // the same without padding
  shape(2, 17, 33, 64, 1, 0), // windows of one row, and of one column
  shape(3, 19, 31, 64, 0, 1), // windows of one row, and of 13 columns
  shape(1, 4, 41, 128, 1, 1), // windows of 9 columns, two groups of channels
];

/** What an interpreted run makes of x (halves), w (halves) and b, every access held within bounds. */
function interpreted(d: Shape, x: Uint32Array, w: Uint32Array, b: Float32Array): Float32Array {
  expect(accepts(kernel.variants.matrixFirst!, d, everyDevice)).toBe(true);
  const run = studyRun(shaderFromFile, kernel, 'matrixFirst', d);
  const y = new Uint32Array(run.bytes.y! / 4).fill(0x7fff7fff);
  const tensors: Record<string, ArrayBufferLike> = { x: x.buffer, w: w.buffer, b: b.buffer, y: y.buffer };
  const [pass] = run.passes;
  const bindings = bindingsOf(pass!, (tensor) => tensors[tensor] as ArrayBuffer, run.uniform);
  const bound = createMachine(pass!.text, pass!.shader, EVERYTHING).bind(bindings, pass!.grid, 32);
  const outside = new Set<string>();
  for (const workgroup of workgroupsOf(pass!.grid)) {
    for (const { inside, access, variable, line, index } of bound.run(workgroup).accesses())
      if (!inside) outside.add(`line ${line} ${access}s ${variable}[${index}]`);
  }
  expect([...outside]).toEqual([]);
  return unpackHalves(y.buffer, elementsOf(d).y);
}

/** What it should make of them: what passes 65504 is NaN. */
function expected(d: Shape, x: Uint32Array, w: Uint32Array, b: Float32Array): Float64Array {
  const sizes = elementsOf(d);
  const wide = (words: Uint32Array, count: number) =>
    Float64Array.from(unpackHalves(words.buffer as ArrayBuffer, count));
  const y = conv3x3Forward(d, wide(x, sizes.x), wide(w, sizes.w), Float64Array.from(b));
  return y.map((v) => (Math.abs(v) > 65504 ? Number.NaN : v));
}

function inputs(d: Shape, scale = 1) {
  const sizes = elementsOf(d);
  const random = seeded(d.W + d.K);
  const x = packHalves(random.floats(sizes.x).map((v) => v * scale));
  return { x, w: packHalves(random.floats(sizes.w)), b: random.floats(sizes.b) };
}

function expectSame(d: Shape, { x, w, b }: ReturnType<typeof inputs>): Float64Array {
  const [own, other] = [Float64Array.from(interpreted(d, x, w, b)), expected(d, x, w, b)];
  const numbers = (values: Float64Array) => values.map((v) => (Number.isNaN(v) ? 0 : v));
  const places = (values: Float64Array) => Array.from(values.keys()).filter((i) => Number.isNaN(values[i]));
  expect(places(own), 'where NaN stands').toEqual(places(other));
  expectClose(
    numbers(own),
    numbers(other),
    { absolute: 2 ** -14 + 1e-5, relative: 2 ** -10 + 1e-5 },
    JSON.stringify(d),
  );
  return own;
}

describe('matrixFirst', () => {
  it.each(shapes)('$N pictures of $H by $W to $K channels, pad $pad, relu $relu', (d) => {
    expect(expectSame(d, inputs(d)).some(Number.isNaN)).toBe(false);
  });

  it.each([0, 1])('hands NaN on to the pixels around it alone, relu %i', (relu) => {
    const d = shape(1, 17, 19, 64, 1, relu);
    for (const [row, column] of [
      [0, 0],
      [7, 8],
      [8, 15],
      [15, 16],
      [16, 18],
    ] as const) {
      const { x, w, b } = inputs(d);
      new Uint16Array(x.buffer)[(row * d.W + column) * 3 + (row % 3)] = row % 2 === 0 ? 0x7e00 : 0xfe00;
      expect(expectSame(d, { x, w, b }).some(Number.isNaN)).toBe(true);
    }
  });

  it.each([0, 1])('makes NaN of what passes 65504, relu %i', (relu) => {
    const d = shape(1, 6, 7, 64, 1, relu);
    const own = expectSame(d, inputs(d, 40_000));
    expect(own.some(Number.isNaN)).toBe(true);
    expect(own.some((v) => v > 60_000)).toBe(true);
    if (relu === 0) expect(own.some((v) => v < -60_000)).toBe(true);
  });

  it('keeps the largest halves, and makes no number of a bias that is none', () => {
    const d = shape(1, 2, 2, 64, 1, 1);
    const { x, w, b } = inputs(d, 0);
    const [most, none] = [65504, Number.NaN];
    const biases = [65503, most, 65505, 65600, -65600, none, Infinity, -Infinity];
    const made = [most, most, none, none, 0, none, none, 0];
    b.fill(0.5);
    for (const [i, bias] of biases.entries()) b[9 * i] = bias; // one of each eight, which an invocation finishes
    const y = interpreted(d, x, w, b);
    expect(biases.map((_, i) => y[9 * i])).toEqual(made);
    expect(y.filter((v) => v === 0.5)).toHaveLength(4 * 7 * 8);
  });
});
