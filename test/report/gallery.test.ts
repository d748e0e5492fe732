// Which pictures the cells of the matrix show, within the limits of a page.
import { describe, expect, it } from 'vitest';
import { chooseGallery, GALLERY_LIMITS } from '../../src/report/gallery.js';
import { judged } from './judgements.js';

const many = (label: number, predicted: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const confidence = 0.5 + (i + 1) / (2 * count + 4);
    return judged(
      label,
      predicted === 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence],
      `${label}${predicted}/${i}.jpg`,
    );
  });

describe('chooseGallery', () => {
  it('shows all of a small set, cell by cell: mistakes by confidence, right ones by doubt', () => {
    const cells = chooseGallery([...many(1, 0, 3), ...many(0, 0, 2)], [0, 1]);
    expect(
      cells.map(({ label, predicted, count, pictures }) => [label, predicted, count, pictures.map(({ file }) => file)]),
    ).toEqual([
      [0, 0, 2, ['00/0.jpg', '00/1.jpg']],
      [1, 0, 3, ['10/2.jpg', '10/1.jpg', '10/0.jpg']],
    ]);
  });

  it('cuts a large cell, and says what it counts', () => {
    const [right, wrong] = chooseGallery([...many(0, 0, 100), ...many(0, 1, 70)], [0, 1]);
    expect([right!.count, right!.pictures.length]).toEqual([100, GALLERY_LIMITS.perCell]);
    expect([wrong!.count, wrong!.pictures.length]).toEqual([70, GALLERY_LIMITS.perCell]);
  });

  it('shares what a page can hold: small cells whole, large ones alike', () => {
    const cells = chooseGallery([...many(0, 1, 4), ...many(1, 0, 40), ...many(1, 1, 9)], [0, 1], {
      perCell: 30,
      mistakes: 20,
      right: 5,
    });
    expect(cells.map(({ pictures }) => pictures.length)).toEqual([4, 16, 5]);
  });

  it('leaves out other classes, and shows something of every cell', () => {
    const set = [...many(0, 1, 3), ...many(1, 0, 2), ...many(1, 1, 2)];
    expect(chooseGallery(set, [1]).map(({ label, predicted }) => [label, predicted])).toEqual([[1, 1]]);
    const tight = chooseGallery(set, [0, 1], { perCell: 5, mistakes: 1, right: 0 });
    expect(tight.map(({ pictures }) => pictures.length)).toEqual([1, 1, 1]);
  });
});
