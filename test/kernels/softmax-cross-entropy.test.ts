import { describe, expect, it } from 'vitest';
import { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from '../../src/kernels/softmax-cross-entropy.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { type RandomNumbers, seeded } from '../random.js';
import { expectGradient } from '../reference/finite-differences.js';
import * as reference from '../reference/softmax-cross-entropy.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [
  { rows: 1, columns: 1, scale: 1 },
  { rows: 3, columns: 2, scale: 1 / 3 },
  { rows: 70, columns: 5, scale: 1 / 64 },
  { rows: 2, columns: 33, scale: 2 },
  { rows: 5, columns: 1000, scale: 1 / 5 },
  { rows: 2, columns: 1025, scale: 1 },
];
type Shape = { readonly rows: number; readonly columns: number };
const inputs = {
  x: ({ rows, columns }: Shape, random: RandomNumbers) => random.floats(rows * columns).map((v) => 10 * v),
  labels: ({ rows, columns }: Shape, random: RandomNumbers) =>
    Uint32Array.from({ length: rows }, () => random.integer(0, columns)),
};

testKernel(gpu, {
  kernel: softmaxCrossEntropyForward,
  cases,
  inputs,
  reference: (d, { x, labels }) => ({ loss: reference.softmaxCrossEntropyForward(d, x, labels) }),
  // exp may be off by 43 units in the last place here, log by 2^-21 near 1
  tolerance: () => ({ absolute: 6e-6, relative: 1e-6 }),
});

testKernel(gpu, {
  kernel: softmaxCrossEntropyBackward,
  cases,
  inputs,
  reference: (d, { x, labels }) => ({ dx: reference.softmaxCrossEntropyBackward(d, x, labels) }),
  // as softmax; where the label's probability is near 1, what is left of it keeps the absolute error
  tolerance: ({ scale }) => ({ absolute: 1.2e-5 * scale, relative: 1.2e-5 }),
});

describe('softmax cross-entropy', () => {
  it('has a reference whose backward is its derivative', () => {
    const d = { rows: 3, columns: 5, scale: 0.7 };
    const x = Float64Array.from(seeded(1).floats(15)).map((v) => 3 * v);
    const labels = Float64Array.of(4, 0, 2);
    const dx = reference.softmaxCrossEntropyBackward(d, x, labels);
    expectGradient((at) => reference.softmaxCrossEntropyForward(d, at, labels), x, [0.7, 0.7, 0.7], dx);
  });

  const columns = 40;
  const row = (fill: number, ...first: number[]) => Float32Array.from({ length: columns }, (_, k) => first[k] ?? fill);
  const rows: [string, Float32Array<ArrayBuffer>, number, number][] = [
    ['a huge logit that is right', row(-1e4, 0, 1e4), 1, 0],
    ['a huge logit that is wrong', row(-1e4, 0, 1e4), 0, 1e4],
    ['the farthest wrong logit', row(-1e4, 0, 1e4), 2, 2e4],
    ['equal huge logits', row(1e4), 7, Math.log(columns)],
    ['large logits near each other', row(-1e4, 8192, 8193), 0, Math.log(1 + Math.E)],
    ['-infinity elsewhere', row(-Infinity, 5), 0, 0],
    ['-infinity for the label', row(1, -Infinity), 0, Infinity],
    ['NaN elsewhere', row(1).with(columns - 1, Number.NaN) as Float32Array<ArrayBuffer>, 3, Number.NaN],
    ['NaN for the label', row(1, 2, Number.NaN), 2, Number.NaN],
    ['NaN in front', row(1, Number.NaN), 2, Number.NaN],
    ['a label one too large', row(1), columns, Number.NaN],
    ['the largest label', row(1), 0xffffffff, Number.NaN],
  ];
  for (const [what, x, label, expected] of rows) {
    it(`makes of ${what} a loss of ${expected}`, async () => {
      const d = { rows: 1, columns, scale: 1 };
      const labels = Uint32Array.of(label);
      for (const variant of variantsFor(gpu(), softmaxCrossEntropyForward, d)) {
        const { loss } = await evaluate(gpu(), softmaxCrossEntropyForward, d, { x, labels }, variant);
        if (Number.isFinite(expected)) expectClose(loss, [expected], { absolute: 1e-6, relative: 1e-6 }, variant);
        else expect([...loss], variant).toEqual([expected]);
      }
      for (const variant of variantsFor(gpu(), softmaxCrossEntropyBackward, d)) {
        const { dx } = await evaluate(gpu(), softmaxCrossEntropyBackward, d, { x, labels }, variant);
        const sum = dx.reduce((a, b) => a + b);
        if (Number.isNaN(expected)) expect(dx.every(Number.isNaN), `${variant}: ${dx}`).toBe(true);
        else expect(Math.abs(sum), variant).toBeLessThan(1e-6);
      }
    });
  }

  it('leaves the other rows alone where one is NaN', async () => {
    const d = { rows: 3, columns: 2, scale: 1 };
    const x = Float32Array.of(0, 0, Number.NaN, 0, 0, 0);
    const labels = Uint32Array.of(0, 0, 2);
    const { loss } = await evaluate(gpu(), softmaxCrossEntropyForward, d, { x, labels }, 'naive');
    expectClose(loss.subarray(0, 1), [Math.LN2], { absolute: 1e-6, relative: 0 });
    expect([...loss.subarray(1)]).toEqual([Number.NaN, Number.NaN]);
    const { dx } = await evaluate(gpu(), softmaxCrossEntropyBackward, d, { x, labels }, 'naive');
    expect([...dx]).toEqual([-0.5, 0.5, ...new Array(4).fill(Number.NaN)]);
  });
});
