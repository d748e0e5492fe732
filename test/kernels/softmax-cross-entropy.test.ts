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
].flatMap((d) => [0, 1].map((weighted) => ({ ...d, weighted })));
type Shape = { readonly rows: number; readonly columns: number };
const inputs = {
  x: ({ rows, columns }: Shape, random: RandomNumbers) => random.floats(rows * columns).map((v) => 10 * v),
  labels: ({ rows, columns }: Shape, random: RandomNumbers) =>
    Uint32Array.from({ length: rows }, () => random.integer(0, columns)),
  // what stands in for the weights where there are none is not read
  weights: ({ columns, weighted }: Shape & { readonly weighted: number }, random: RandomNumbers) =>
    weighted ? random.floats(columns).map((v) => 4 + 4 * v) : Float32Array.of(Number.NaN),
};
const weightsFor = (d: { readonly weighted: number }, weights: Float64Array) => (d.weighted ? weights : undefined);

testKernel(gpu, {
  kernel: softmaxCrossEntropyForward,
  cases,
  inputs,
  reference: (d, { x, labels, weights }) => ({
    loss: reference.softmaxCrossEntropyForward(d, x, labels, weightsFor(d, weights)),
  }),
  // exp may be off by 43 units in the last place here, log by 2^-21 near 1; a weight, at most 8, is once more rounded
  tolerance: ({ weighted }) => ({ absolute: weighted ? 4.8e-5 : 6e-6, relative: 1e-6 }),
});

testKernel(gpu, {
  kernel: softmaxCrossEntropyBackward,
  cases,
  inputs,
  reference: (d, { x, labels, weights }) => ({
    dx: reference.softmaxCrossEntropyBackward(d, x, labels, weightsFor(d, weights)),
  }),
  // as softmax; where the label's probability is near 1, what is left of it keeps the absolute error
  tolerance: ({ scale, weighted }) => ({ absolute: 1.2e-5 * scale * (weighted ? 8 : 1), relative: 1.2e-5 }),
});

describe('softmax cross-entropy', () => {
  it('has a reference whose backward is its derivative', () => {
    const d = { rows: 3, columns: 5, scale: 0.7 };
    const x = Float64Array.from(seeded(1).floats(15)).map((v) => 3 * v);
    const labels = Float64Array.of(4, 0, 2);
    for (const weights of [undefined, Float64Array.of(3, 1, 0, 1, 0.5)]) {
      const dx = reference.softmaxCrossEntropyBackward(d, x, labels, weights);
      expectGradient((at) => reference.softmaxCrossEntropyForward(d, at, labels, weights), x, [0.7, 0.7, 0.7], dx);
    }
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
      const d = { rows: 1, columns, scale: 1, weighted: 0 };
      const labels = Uint32Array.of(label);
      const weights = Float32Array.of(0);
      for (const variant of variantsFor(gpu(), softmaxCrossEntropyForward, d)) {
        const { loss } = await evaluate(gpu(), softmaxCrossEntropyForward, d, { x, labels, weights }, variant);
        if (Number.isFinite(expected)) expectClose(loss, [expected], { absolute: 1e-6, relative: 1e-6 }, variant);
        else expect([...loss], variant).toEqual([expected]);
      }
      for (const variant of variantsFor(gpu(), softmaxCrossEntropyBackward, d)) {
        const { dx } = await evaluate(gpu(), softmaxCrossEntropyBackward, d, { x, labels, weights }, variant);
        const sum = dx.reduce((a, b) => a + b);
        if (Number.isNaN(expected)) expect(dx.every(Number.isNaN), `${variant}: ${dx}`).toBe(true);
        else expect(Math.abs(sum), variant).toBeLessThan(1e-6);
      }
    });
  }

  it('leaves the other rows alone where one is NaN', async () => {
    const d = { rows: 3, columns: 2, scale: 1, weighted: 1 };
    const x = Float32Array.of(0, 0, Number.NaN, 0, 0, 0);
    const labels = Uint32Array.of(0, 0, 2);
    const weights = Float32Array.of(1, 1);
    const { loss } = await evaluate(gpu(), softmaxCrossEntropyForward, d, { x, labels, weights }, 'naive');
    expectClose(loss.subarray(0, 1), [Math.LN2], { absolute: 1e-6, relative: 0 });
    expect([...loss.subarray(1)]).toEqual([Number.NaN, Number.NaN]);
    const { dx } = await evaluate(gpu(), softmaxCrossEntropyBackward, d, { x, labels, weights }, 'naive');
    expect([...dx]).toEqual([-0.5, 0.5, ...new Array(4).fill(Number.NaN)]);
  });

  it('weighted by 1 is the unweighted one to the last bit, and NaN at any weight', async () => {
    const random = seeded(5);
    for (const columns of [3, 40]) {
      const d = { rows: 9, columns, scale: 0.3 };
      const x = random.floats(9 * columns).map((v) => 20 * v);
      x[4 * columns] = Number.NaN;
      const labels = Uint32Array.from({ length: 9 }, () => random.integer(0, columns));
      const forward = async (weighted: number, weights: Float32Array<ArrayBuffer>, variant: string) =>
        (await evaluate(gpu(), softmaxCrossEntropyForward, { ...d, weighted }, { x, labels, weights }, variant)).loss;
      const backward = async (weighted: number, weights: Float32Array<ArrayBuffer>, variant: string) =>
        (await evaluate(gpu(), softmaxCrossEntropyBackward, { ...d, weighted }, { x, labels, weights }, variant)).dx;
      const [none, ones, zeros] = [Float32Array.of(7), new Float32Array(columns).fill(1), new Float32Array(columns)];
      for (const variant of variantsFor(gpu(), softmaxCrossEntropyForward, { ...d, weighted: 1 })) {
        expect(await forward(1, ones, variant), variant).toEqual(await forward(0, none, variant));
        expect(await backward(1, ones, variant), variant).toEqual(await backward(0, none, variant));
        expect([...(await forward(1, zeros, variant))], variant).toEqual(
          Array.from({ length: 9 }, (_, r) => (r === 4 ? Number.NaN : 0)),
        );
        expect((await backward(1, zeros, variant)).slice(4 * columns, 5 * columns).every(Number.isNaN)).toBe(true);
      }
    }
  });
});
