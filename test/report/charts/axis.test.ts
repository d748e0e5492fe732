// Axes: round numbers, and places between them.
import { describe, expect, it } from 'vitest';
import { createAxis } from '../../../src/report/charts/axis.js';

const texts = (...parameters: Parameters<typeof createAxis>) => {
  const axis = createAxis(...parameters);
  return axis.ticks.map(axis.format);
};

describe('linear', () => {
  it.each([
    [
      [0.31, 0.96],
      ['0.2', '0.4', '0.6', '0.8', '1.0'],
    ],
    [
      [0, 1],
      ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'],
    ],
    [
      [0.0001, 0.0004],
      ['0.0001', '0.0002', '0.0003', '0.0004'],
    ],
    [
      [-3, 12],
      ['-5', '0', '5', '10', '15'],
    ],
    [
      [7, 7],
      ['6.0', '6.5', '7.0', '7.5', '8.0'],
    ],
    [[], ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
  ])('%j', (values, expected) => {
    expect(texts(values)).toEqual(expected);
  });

  it('places values between the first and the last tick', () => {
    const { place } = createAxis([0.31, 0.96]);
    expect(place(0.2)).toBeCloseTo(0, 12);
    expect(place(1)).toBeCloseTo(1, 12);
  });

  it('tight: from the first to the last value, epochs in whole numbers', () => {
    const axis = createAxis([1, 2, 3], 'linear', true);
    expect(axis.ticks.map(axis.format)).toEqual(['1', '2', '3']);
    expect([1, 2, 3].map(axis.place)).toEqual([0, 0.5, 1]);
    expect(texts([1], 'linear', true)).toEqual(['1']);
  });
});

describe('log', () => {
  it('has a tick a decade, or 1, 2, 5 within one', () => {
    expect(texts([1e-6, 1], 'log')).toEqual(['1e-6', '1e-5', '1e-4', '0.001', '0.01', '0.1', '1']);
    expect(texts([0.01, 0.1], 'log')).toEqual(['0.01', '0.02', '0.05', '0.1']);
    expect(createAxis([1e-4, 1], 'log').place(1e-2)).toBeCloseTo(0.5, 12);
  });
});
