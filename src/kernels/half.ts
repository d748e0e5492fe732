// What kernels on float16 share: two halves lie in a word of 4 bytes, and `elements` counts words.
import type { Capabilities } from './gpu.js';

/** The 4-byte words that `halves` take; an odd count leaves the upper half of the last one unused. */
export function wordsOf(halves: number): number {
  return Math.ceil(halves / 2);
}

/** Functions for reading and writing halves in any shader: `halfOf`, and `toHalves`, which makes NaN of what overflows. */
export const HALVES = 'cast/halves.wgsl';

/** Whether shaders may use the type f16. */
export function hasHalves({ features }: Pick<Capabilities, 'features'>): boolean {
  return features.has('shader-f16');
}
