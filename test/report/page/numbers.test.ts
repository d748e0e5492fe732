// How the report writes numbers.
import { expect, it } from 'vitest';
import { counted, fileSize, fraction, percent, probability, timestamp } from '../../../src/report/page/numbers.js';

it('writes shares, counts, sizes and times', () => {
  expect([percent(0.98555), percent(0), percent(1)]).toEqual(['98.56 %', '0.00 %', '100.00 %']);
  expect([fraction(0.5), fraction(undefined), fraction(Number.NaN)]).toEqual(['0.500', '–', '–']);
  expect([1, 0.99961, 0.9994, 0.5, 0.0004, 0].map(probability)).toEqual([
    '1.000',
    '> 0.999',
    '0.999',
    '0.500',
    '< 0.001',
    '0.000',
  ]);
  expect([counted(1, 'picture'), counted(1200, 'picture'), counted(0, 'class', 'classes')]).toEqual([
    '1 picture',
    '1,200 pictures',
    '0 classes',
  ]);
  expect([0, 999, 1000, 553_000_000, 5e12].map(fileSize)).toEqual(['0 B', '999 B', '1.0 kB', '553.0 MB', '5000.0 GB']);
  expect(timestamp(new Date('2026-11-23T14:43:59Z'))).toBe('2026-11-23 14:43 UTC');
});
