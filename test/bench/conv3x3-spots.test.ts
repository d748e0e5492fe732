// The bench's single elements of the convolution and its gradients, against the reference that makes all of them.
import { expect, it } from 'vitest';
import { forwardAt, inputGradientAt, transposed, weightGradientAt } from '../../bench/kernels/conv3x3-spots.js';
import { numbers } from '../../bench/numbers.js';
import { conv3x3Forward, conv3x3InputGradient, conv3x3WeightGradient } from '../reference/conv3x3.js';

const d = { N: 2, H: 5, W: 5, C: 3, K: 4, pad: 1 };
const [x, w, b, dy] = [
  numbers(2 * 5 * 5 * 3, 1),
  numbers(9 * 3 * 4, 2),
  numbers(4, 3),
  numbers(2 * 5 * 5 * 4, 4),
] as const;
const double = (values: Float32Array) => Float64Array.from(values);

function expectEach(found: (i: number) => number, expected: Float64Array): void {
  const largest = expected.reduce((most, value, i) => Math.max(most, Math.abs(found(i) - value)), 0);
  expect(largest).toBeLessThan(1e-12);
}

it('agree in every element', () => {
  const y = conv3x3Forward({ ...d, relu: 1 }, double(x), double(w), double(b));
  expectEach((i) => forwardAt(d, { x, w, b }, i), y);
  expectEach((i) => inputGradientAt(d, { dy, w }, i), conv3x3InputGradient(d, double(dy), double(w)));
  expectEach((i) => weightGradientAt(d, { x, dy }, i), conv3x3WeightGradient(d, double(x), double(dy)));
});

it('are transposed from pixels by channels to channels by pixels', () => {
  expect([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 1, 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  expect([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 2, 2, 2)]).toEqual([1, 3, 2, 4, 5, 7, 6, 8]);
});
