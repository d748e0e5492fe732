// float16 against its definition: every number of it, and every way of rounding to it.
import { expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../../../src/data/shards/float16.js';
import { seeded } from '../../random.js';

const widen = (bits: Uint16Array): Float32Array => {
  const values = new Float32Array(bits.length);
  fromFloat16(bits, values);
  return values;
};

it('widens the numbers that IEEE 754 lists, and turns every number back into its own bits', () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ];
  for (const [bits, value] of known) expect(widen(Uint16Array.of(bits))[0]).toBe(value);
  expect(widen(Uint16Array.of(0x7e00))[0]).toBeNaN();
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter((bits) => (bits & 0x7fff) <= 0x7c00);
  expect(toFloat16(widen(all))).toEqual(all);
  expect(toFloat16(Float32Array.of(Number.NaN))[0]! & 0x7fff).toBeGreaterThan(0x7c00);
});

it('rounds to the nearest, and halves to even', () => {
  const numbers = widen(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits)); // 0 to 65504, ascending
  const nearest = (x: number): number => {
    const above = numbers.findIndex((number) => number >= x);
    if (above <= 0) return Math.max(0, above);
    const [down, up] = [x - numbers[above - 1]!, numbers[above]! - x];
    return down < up || (down === up && (above - 1) % 2 === 0) ? above - 1 : above;
  };
  const random = seeded(1);
  const values = Array.from({ length: 400 }, () => Math.fround(random.uniform(0, 1) * 2 ** random.integer(-27, 15)));
  const halves = [1, 2, 3, 1022, 1023, 1024, 5000, 0x7bfe].map((i) => (numbers[i]! + numbers[i + 1]!) / 2);
  for (const value of [...values, ...halves]) {
    const expected = nearest(value);
    expect(toFloat16(Float32Array.of(value, -value)), String(value)).toEqual(
      Uint16Array.of(expected, expected | 0x8000),
    );
  }
  expect(toFloat16(Float32Array.of(65519.99, 65520, 1e30, -1e30))).toEqual(
    Uint16Array.of(0x7bff, 0x7c00, 0x7c00, 0xfc00),
  );
});
