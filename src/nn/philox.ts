// Philox4x32-10 on the CPU, word for word what shaders/random/philox.wgsl draws: for random numbers that shape the work
// instead of filling a tensor.

/** The upper 32 bits of a product of two 32-bit words, put together from 16-bit halves. */
function mulHigh(a: number, b: number): number {
  const [low, high] = [(a & 0xffff) * b, (a >>> 16) * b]; // both exact: below 2^48
  return Math.floor((high + Math.floor(low / 2 ** 16)) / 2 ** 16);
}

/**
 * Four random 32-bit words from a counter of four and a key of two (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC'11). Only the lowest 32 bits of each count.
 */
export function philox(
  [c0, c1, c2, c3]: readonly [number, number, number, number],
  [k0, k1]: readonly [number, number],
): [number, number, number, number] {
  let [a, b, c, d] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
  for (let round = 0; round < 10; round++) {
    const [i, j] = [k0 + Math.imul(round, 0x9e3779b9), k1 + Math.imul(round, 0xbb67ae85)];
    const [first, second] = [mulHigh(a, 0xd2511f53), mulHigh(c, 0xcd9e8d57)];
    [a, b, c, d] = [
      (second ^ b ^ i) >>> 0,
      Math.imul(c, 0xcd9e8d57) >>> 0,
      (first ^ d ^ j) >>> 0,
      Math.imul(a, 0xd2511f53) >>> 0,
    ];
  }
  return [a, b, c, d];
}

/** Words as whole multiples of 2^-24 in [0, 1), as the shaders make them. */
export function unitFloats(words: readonly number[]): number[] {
  return words.map((word) => (word >>> 8) / 2 ** 24);
}
