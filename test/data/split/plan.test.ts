// The plan of a split: exact counts, every picture once, the same for the same names whatever their order.
import { describe, expect, it } from 'vitest';
import { planTest, planTraining, proportionalShares, setAndClass } from '../../../src/data/split/plan.js';

const settings = { valid: 0, sampleTrain: 0, sampleValid: 0, seed: 42, stratify: true };
const keysOf = (classes: Record<string, number>) =>
  Object.entries(classes).flatMap(([name, count]) => Array.from({ length: count }, (_, i) => `${name}/${i}.jpg`));
/** `set/class` to how many are there. */
function count(plan: Map<string, string[]>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const place of [...plan.values()].flat()) {
    const { set, name } = setAndClass(place);
    counts[`${set}/${name}`] = (counts[`${set}/${name}`] ?? 0) + 1;
  }
  return counts;
}

describe('proportionalShares', () => {
  it('adds up exactly, by largest remainder', () => {
    expect(proportionalShares([12500, 12500], 2000)).toEqual([1000, 1000]);
    expect(proportionalShares([12500, 12500], 25)).toEqual([13, 12]);
    expect(proportionalShares([6, 3, 1], 5)).toEqual([3, 2, 0]); // 3, 1.5, 0.5: the first of equal remainders
    expect(proportionalShares([70, 20, 10], 17)).toEqual([12, 3, 2]); // 11.9, 3.4, 1.7
    expect(proportionalShares([], 0)).toEqual([]);
  });

  it('leaves in every class what must be kept', () => {
    expect(proportionalShares([100, 1, 1], 99, 1)).toEqual([99, 0, 0]);
    expect(proportionalShares([3, 3, 3], 6, 1)).toEqual([2, 2, 2]);
    for (let valid = 0; valid <= 17; valid++) {
      const shares = proportionalShares([1, 2, 17], valid, 1);
      expect(shares.reduce((a, b) => a + b)).toBe(valid);
      expect(shares.every((share, i) => share <= [0, 1, 16][i]!)).toBe(true);
    }
  });
});

describe('planTraining', () => {
  const keys = keysOf({ cats: 70, dogs: 30 });

  it('makes the sets that redux makes, each picture once, samples from their own sets', () => {
    const plan = planTraining(keys, { ...settings, valid: 20, sampleTrain: 10, sampleValid: 5 });
    expect(count(plan)).toEqual({
      ...{ 'train/cats': 56, 'train/dogs': 24, 'valid/cats': 14, 'valid/dogs': 6 },
      ...{ 'sample/train/cats': 7, 'sample/train/dogs': 3, 'sample/valid/cats': 4, 'sample/valid/dogs': 1 },
    });
    expect([...plan.keys()]).toEqual(keys);
    for (const [key, [first, copy, ...more]] of plan) {
      expect([`train/${key}`, `valid/${key}`]).toContain(first);
      if (copy) expect(copy).toBe(`sample/${first}`);
      expect(more).toEqual([]);
    }
  });

  it('repeats for the same names in any order, here and on any machine', () => {
    const draw = (names: readonly string[], seed = 42) =>
      [...planTraining(names, { ...settings, valid: 3, seed })]
        .filter(([, [first]]) => first!.startsWith('valid/'))
        .map(([key]) => key)
        .sort();
    const some = keysOf({ cats: 10, dogs: 5 });
    expect(draw(some)).toEqual(draw([...some].reverse()));
    expect(draw(some)).toEqual(['cats/3.jpg', 'cats/9.jpg', 'dogs/0.jpg']); // changing this changes every split
    expect(draw(keys, 1)).not.toEqual(draw(keys, 2));
  });

  it('without strata leaves the classes to chance, and each keeps a picture', () => {
    const shares = [1, 2, 3, 4, 5, 6].map(
      (seed) => count(planTraining(keys, { ...settings, valid: 20, seed, stratify: false }))['valid/cats']!,
    );
    expect(new Set(shares).size).toBeGreaterThan(1);
    const plan = planTraining(keysOf({ a: 1, b: 2, c: 3 }), { ...settings, valid: 3, stratify: false });
    expect(count(plan)).toEqual({ 'train/a': 1, 'train/b': 1, 'train/c': 1, 'valid/b': 1, 'valid/c': 2 });
  });

  it('refuses more than there is, with the numbers', () => {
    const small = keysOf({ cats: 3, dogs: 2 });
    const plan = (more: Partial<typeof settings>) => () => planTraining(small, { ...settings, ...more });
    expect(plan({ valid: 4 })).toThrow(/--valid 4 is too many: there are 5 pictures in 2 classes, of which at most 3/);
    expect(plan({ valid: 3 })).not.toThrow();
    expect(plan({ valid: 3, sampleTrain: 3 })).toThrow('--sample-train 3 is too many: train has 2 pictures');
    expect(plan({ sampleValid: 1 })).toThrow('--sample-valid 1 is too many: valid has 0 pictures');
    expect(plan({ valid: -1 })).toThrow('--valid must be a whole number from 0, not -1.');
    expect(plan({ sampleTrain: 0.5 })).toThrow('--sample-train must be a whole number');
    expect(plan({ valid: 1, seed: 0.5 })).toThrow('The seed must be an integer');
  });

  it('takes class names that JavaScript knows otherwise', () => {
    const plan = planTraining(keysOf({ ['__proto__']: 2, constructor: 2 }), { ...settings, valid: 2 });
    expect([...plan.values()].flat().filter((place) => place.startsWith('valid/'))).toHaveLength(2);
  });
});

it('puts a test set where Keras looks for one', () => {
  expect([...planTest(['unknown/1.jpg', 'unknown/2.jpg'])]).toEqual([
    ['unknown/1.jpg', ['test/unknown/1.jpg']],
    ['unknown/2.jpg', ['test/unknown/2.jpg']],
  ]);
});
