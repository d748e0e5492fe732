// Which classes of very many a report shows.
import { expect, it } from 'vitest';
import { chooseClasses } from '../../src/report/shown-classes.js';

const confusion = [
  [5, 0, 0, 0],
  [0, 5, 2, 0],
  [1, 4, 5, 0],
  [0, 0, 0, 5],
];

it('all where they are few; otherwise those with most mistakes, in their order', () => {
  expect(chooseClasses(confusion)).toEqual([0, 1, 2, 3]);
  expect(chooseClasses(confusion, 2)).toEqual([1, 2]);
  expect(chooseClasses(confusion, 3)).toEqual([0, 1, 2]);
  const thousand = Array.from({ length: 1000 }, (_, i) => Array.from({ length: 1000 }, (_, j) => (i === j ? 50 : 0)));
  expect(chooseClasses(thousand)).toHaveLength(40);
});
