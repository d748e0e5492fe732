// Probabilities with five decimals, as NumPy's '%.5f' writes them.

/**
 * C's and NumPy's `%.5f` of a double: the nearest, and of two that are equally near the even one. `toFixed` takes the larger of
 * those two, and only odd multiples of 1/64 lie in the middle: 2^6 * 5^5 is 200,000, and a double has no other fives.
 *
 * @param value 0..1
 */
export function fiveDecimals(value: number): string {
  if (Math.abs((value * 64) % 2) !== 1) return value.toFixed(5);
  const lower = Math.floor(value * 1e5); // exact: an odd multiple of 1562.5
  return ((lower + (lower % 2)) / 1e5).toFixed(5);
}
