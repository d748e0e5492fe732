// How far a kernel's result is from the reference's: the largest difference against the size of the values, and where it is.

/** What a comparison found. */
export interface Comparison {
  /** Largest difference over the reference's root mean square; NaN where a value is none. */
  readonly error: number;
  /** Elements that are further off than rounding explains, or no numbers. */
  readonly wrong: number;
  readonly count: number;
  /** Flat index of the first wrong element, with both values. */
  readonly first: { readonly index: number; readonly found: number; readonly expected: number } | undefined;
}

/** Float32 sums in another order stay far below this share of the root mean square; Winograd's F(4x4) stays below a third of it. */
const TOLERANCE = 3e-4;

export function compare(found: Float32Array, expected: Float32Array): Comparison {
  const square = expected.reduce((sum, value) => sum + value * value, 0);
  const size = Math.sqrt(square / expected.length) || 1;
  let [error, wrong] = [0, 0];
  let first: Comparison['first'];
  expected.forEach((value, index) => {
    const difference = Math.abs(found[index]! - value) / size;
    if (!(difference <= error)) error = difference;
    if (difference <= TOLERANCE) return;
    wrong++;
    first ??= { index, found: found[index]!, expected: value };
  });
  return { error, wrong, count: expected.length, first };
}
