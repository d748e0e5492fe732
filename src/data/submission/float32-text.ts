// A float32 as text that reads back to the same number.

/** Digits that tell every float32 from its neighbours. */
const ENOUGH = 9;

/** Digits that most probabilities need at least: a search that starts here is short. */
const USUAL = 7;

/**
 * The number rounded to as few digits as read back to it: 0.1 for the float32 nearest to 0.1, not 0.10000000149011612.
 *
 * @param value a float32; one that is not finite gives JavaScript's name for it
 */
export function float32Text(value: number): string {
  const rounded = (digits: number): number => Number(value.toPrecision(digits));
  const same = (digits: number): boolean => Math.fround(rounded(digits)) === value;
  let digits = USUAL;
  while (digits < ENOUGH && !same(digits)) digits++;
  while (digits > 1 && same(digits - 1)) digits--;
  return String(rounded(digits));
}
