// The order of an epoch repeats for its seed, holds every picture once, and is divided without loss.

import { describe, expect, it } from 'vitest';
import { epochOrder, splitBatches } from '../../../src/data/pictures/batches.js';

describe('epochOrder', () => {
  it('holds every position once', () => {
    for (const count of [0, 1, 2, 1200]) {
      const order = epochOrder(count, { seed: 42, epoch: 0, shuffle: true });
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }
  });

  it('repeats for a seed and epoch, here and on any machine', () => {
    const order = () => [...epochOrder(10, { seed: 42, epoch: 3, shuffle: true })];
    expect(order()).toEqual(order());
    expect(order()).toEqual([0, 5, 8, 9, 2, 3, 6, 4, 1, 7]); // changing this changes every seeded run
  });

  it('differs between epochs and seeds, large and negative ones too', () => {
    const keys = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].flatMap((seed) =>
      [0, 1, 2].map((epoch) => epochOrder(50, { seed, epoch, shuffle: true }).join()),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is unbiased: each of 4 positions comes first about equally often over 4000 epochs', () => {
    const first = [0, 0, 0, 0];
    for (let epoch = 0; epoch < 4000; epoch++) first[epochOrder(4, { seed: 7, epoch, shuffle: true })[0]!]!++;
    for (const times of first) expect(Math.abs(times - 1000)).toBeLessThan(140); // 5 standard deviations
  });

  it('keeps the listed order without shuffle', () => {
    expect([...epochOrder(4, { seed: 1, epoch: 1, shuffle: false })]).toEqual([0, 1, 2, 3]);
  });

  it('refuses a seed that is no integer', () => {
    expect(() => epochOrder(4, { seed: 0.5, epoch: 0, shuffle: true })).toThrow(
      'The seed must be an integer, not 0.5.',
    );
    expect(() => epochOrder(4, { seed: 1, epoch: -1, shuffle: true })).toThrow('epoch');
  });
});

describe('splitBatches', () => {
  it('makes the last batch smaller', () => {
    const order = epochOrder(7, { seed: 0, epoch: 0, shuffle: false });
    expect(splitBatches(order, 3).map((batch) => [...batch])).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(splitBatches(order, 100)).toHaveLength(1);
    expect(splitBatches(new Uint32Array(0), 3)).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a batch size of %d', (size) => {
    expect(() => splitBatches(new Uint32Array(2), size)).toThrow(`whole number from 1, not ${size}`);
  });
});
