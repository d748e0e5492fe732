// Names for a message: all of a few, the first of many.

/** @param most how many are named before the others are only counted */
export function someOf(names: readonly (string | number)[], most = 5): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
