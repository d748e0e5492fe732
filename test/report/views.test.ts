// Which pictures the views choose.
import { describe, expect, it } from 'vitest';
import { isRight } from '../../src/report/judgement.js';
import { chooseViews } from '../../src/report/views.js';
import { judged } from './judgements.js';

const set = Array.from({ length: 40 }, (_, i) => judged(i % 2, [(i + 0.5) / 40, 1 - (i + 0.5) / 40], `${i}.jpg`));
const choose = (seed = 1, count = 3) => chooseViews(set, { classes: [0, 1], count, seed });
const files = (views: ReturnType<typeof choose>, view: number) =>
  views[view]!.groups.map(({ pictures }) => pictures.map(({ file }) => file));

describe('chooseViews', () => {
  it('at random: right ones and wrong ones, the same for the same seed', () => {
    const [right, wrong] = choose();
    expect(right!.groups[0]!.pictures).toHaveLength(3);
    expect(right!.groups[0]!.pictures.every(isRight)).toBe(true);
    expect(wrong!.groups[0]!.pictures.some(isRight)).toBe(false);
    expect([right!.groups[0]!.of, wrong!.groups[0]!.of]).toEqual([20, 20]);
    expect(files(choose(), 0)).toEqual(files(choose(), 0));
    expect(files(choose(2), 0)).not.toEqual(files(choose(1), 0));
  });

  it('most confident: by the predicted class, the surest first', () => {
    expect(files(choose(), 2)).toEqual([
      ['38.jpg', '36.jpg', '34.jpg'],
      ['1.jpg', '3.jpg', '5.jpg'],
    ]);
    expect(files(choose(), 3)).toEqual([
      ['39.jpg', '37.jpg', '35.jpg'],
      ['0.jpg', '2.jpg', '4.jpg'],
    ]);
  });

  it('most uncertain: nearest to 0.5; with more classes, the smallest margin', () => {
    expect(new Set(files(choose(1, 2), 4)[0])).toEqual(new Set(['19.jpg', '20.jpg']));
    const three = [judged(0, [0.4, 0.35, 0.25]), judged(0, [0.5, 0.49, 0.01]), judged(0, [0.6, 0.2, 0.2])];
    const views = chooseViews(three, { classes: [0, 1, 2], count: 1, seed: 1 });
    expect(views[4]!.groups[0]!.pictures[0]).toBe(three[1]);
  });

  it('has empty groups where there is nothing to choose', () => {
    const views = chooseViews([judged(0, [0.9, 0.1])], { classes: [0, 1], count: 4, seed: 1 });
    expect(views[1]!.groups[0]).toEqual({ pictures: [], of: 0 });
    expect(views[3]!.groups.map(({ of }) => of)).toEqual([0, 0]);
  });
});
