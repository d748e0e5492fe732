// The order of pictures in an epoch, and its division into batches.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { VggpuError } from '../../errors.js';

/** What decides the order of an epoch. */
export interface EpochOrder {
  /** The run's seed, an integer. */
  seed: number;
  /** The epoch, counted from 0. */
  epoch: number;
  /** False for the order as listed, as in validation. */
  shuffle: boolean;
}

/**
 * @param count how many pictures there are
 * @returns every position 0..count-1 once; the same for the same seed and epoch, on every machine
 * @throws VggpuError `usage` where seed or epoch is no integer
 */
export function epochOrder(count: number, { seed, epoch, shuffle }: EpochOrder): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  if (!shuffle) return order;
  if (!Number.isSafeInteger(seed)) throw new VggpuError('usage', `The seed must be an integer, not ${seed}.`);
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new VggpuError('usage', `The epoch must be an integer from 0, not ${epoch}.`);
  }
  const random = xoroshiro128plusFromState(mix([seed, Math.floor(seed / 2 ** 32), epoch]));
  for (let last = count - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last); // Fisher and Yates
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}

/**
 * @param batchSize pictures a batch; the last batch has what is left
 * @throws VggpuError `usage` where the batch size is no integer from 1
 */
export function splitBatches(order: Uint32Array, batchSize: number): Uint32Array[] {
  assertBatchSize(batchSize);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    order.subarray(i * batchSize, (i + 1) * batchSize),
  );
}

/** @throws VggpuError `usage` where the batch size is no integer from 1 */
export function assertBatchSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return;
  throw new VggpuError('usage', `The batch size must be a whole number from 1, not ${batchSize}.`);
}

/** Four well-spread words from a few numbers (MurmurHash3's finaliser), so that neighbouring seeds give unrelated orders. */
function mix(numbers: readonly number[]): number[] {
  let hash = 0;
  const absorb = (value: number): number => {
    hash = Math.imul(hash ^ value, 0x9e3779b1) + 0x7f4a7c15;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    return hash;
  };
  for (const value of numbers) absorb(value | 0);
  return [1, 2, 3, 4].map(absorb);
}
