// Seeded numbers for tests.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface RandomNumbers {
  /** A float in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number in [low, high). */
  integer(low: number, high: number): number;
  /** `count` float32 values in [-1, 1). */
  floats(count: number): Float32Array<ArrayBuffer>;
}

export function seeded(seed: number): RandomNumbers {
  const generator = xoroshiro128plus(seed);
  const unit = () => (generator.next() >>> 0) / 2 ** 32;
  const uniform = (low: number, high: number) => low + (high - low) * unit();
  return {
    uniform,
    integer: (low, high) => Math.floor(uniform(low, high)),
    floats: (count) => Float32Array.from({ length: count }, () => uniform(-1, 1)),
  };
}
