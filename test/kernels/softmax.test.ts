import { describe, expect, it } from 'vitest';
import { softmaxBackward, softmaxForward } from '../../src/kernels/softmax.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { expectGradient } from '../reference/finite-differences.js';
import * as reference from '../reference/softmax.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [
  { rows: 1, columns: 1 },
  { rows: 3, columns: 2 },
  { rows: 70, columns: 5 },
  { rows: 2, columns: 33 },
  { rows: 5, columns: 1000 },
  { rows: 2, columns: 1025 },
];

testKernel(gpu, {
  kernel: softmaxForward,
  cases,
  inputs: { x: ({ rows, columns }, random) => random.floats(rows * columns).map((v) => 10 * v) },
  reference: (d, { x }) => ({ y: reference.softmaxForward(d, x) }),
  // WGSL lets exp(x) be off by 3 + 2 |x| units in the last place, here 43 of 1.2e-7, in each term and in their sum
  tolerance: () => ({ absolute: 1e-9, relative: 1.2e-5 }),
});

testKernel(gpu, {
  kernel: softmaxBackward,
  cases,
  inputs: {
    y: (d, random) => {
      const x = Float64Array.from(random.floats(d.rows * d.columns)).map((v) => 5 * v);
      return Float32Array.from(reference.softmaxForward(d, x));
    },
  },
  reference: (d, { y, dy }) => ({ dx: reference.softmaxBackward(d, y, dy) }),
});

describe('softmax', () => {
  it('has a reference whose backward is its derivative', () => {
    const d = { rows: 3, columns: 5 };
    const x = Float64Array.from(seeded(1).floats(15)).map((v) => 3 * v);
    const dy = Float64Array.from(seeded(2).floats(15));
    const dx = reference.softmaxBackward(d, reference.softmaxForward(d, x), dy);
    expectGradient((at) => reference.softmaxForward(d, at), x, dy, dx);
  });

  // One row each: what it holds, what softmax makes of it.
  const columns = 40;
  const row = (fill: number, ...first: number[]) => Float32Array.from({ length: columns }, (_, k) => first[k] ?? fill);
  const rows: [string, Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>][] = [
    ['one huge logit', row(-1e4, 0, 1e4), row(0, 0, 1)],
    ['equal huge logits', row(1e4), row(1 / columns)],
    ['equal lowest logits', row(-3e38), row(1 / columns)],
    ['two of a kind among -infinity', row(-Infinity, -1e4, -Infinity, -1e4), row(0, 0.5, 0, 0.5)],
    ['NaN last', row(1).with(columns - 1, Number.NaN) as Float32Array<ArrayBuffer>, row(Number.NaN)],
    ['NaN first', row(1, Number.NaN), row(Number.NaN)],
    ['+infinity', row(1, 2, Infinity), row(Number.NaN, 0, Number.NaN)],
    ['nothing but -infinity', row(-Infinity), row(Number.NaN)],
  ];
  for (const [what, x, expected] of rows) {
    it(`makes of ${what} what it should`, async () => {
      const d = { rows: 1, columns };
      for (const variant of variantsFor(gpu(), softmaxForward, d)) {
        const { y } = await evaluate(gpu(), softmaxForward, d, { x }, variant);
        if (what.startsWith('NaN')) expect(y.every(Number.isNaN), `${variant}: ${y}`).toBe(true);
        else if (expected.some(Number.isNaN)) expect(y.some(Number.isNaN), `${variant}: ${y}`).toBe(true);
        else expectClose(y, expected, { absolute: 0, relative: 1e-6 }, variant);
      }
    });
  }
});
