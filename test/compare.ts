// Comparison of float arrays that NaN fails.
import { expect } from 'vitest';

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Fails where any element is not within `absolute + relative * |expected|`, naming the worst. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: Tolerance,
  what = 'value',
): void {
  expect(actual.length, `length of ${what}`).toBe(expected.length);
  let wrong = 0;
  let worst = -1;
  let worstExcess = -1;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    const excess = difference - (absolute + relative * Math.abs(expected[i]!));
    if (!(excess <= 0)) {
      wrong++;
      if (Number.isNaN(excess) || excess > worstExcess) {
        worst = i;
        worstExcess = Number.isNaN(excess) ? Infinity : excess;
      }
    }
  }
  if (wrong > 0) {
    expect.fail(
      `${wrong} of ${expected.length} elements of ${what} are off; worst [${worst}]: ${actual[worst]}, expected ${expected[worst]}`,
    );
  }
}
