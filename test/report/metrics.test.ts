// Precision, recall, F1, and the interval of an accuracy.
import { describe, expect, it } from 'vitest';
import { classMetrics, meanDefined, wilsonInterval } from '../../src/report/metrics.js';

describe('classMetrics', () => {
  it('is what a person counts', () => {
    const [cats, dogs] = classMetrics([
      [8, 2],
      [1, 9],
    ]);
    expect(cats).toEqual({ precision: 8 / 9, recall: 0.8, f1: 16 / 19, support: 10, predicted: 9 });
    expect(dogs).toEqual({ precision: 9 / 11, recall: 0.9, f1: 18 / 21, support: 10, predicted: 11 });
  });

  it('leaves undefined what would be divided by zero', () => {
    const [seen, never, absent, unknown] = classMetrics([
      [3, 0, 1, 0],
      [2, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(seen).toMatchObject({ precision: 0.6, recall: 0.75 });
    expect(never).toEqual({ precision: undefined, recall: 0, f1: 0, support: 2, predicted: 0 });
    expect(absent).toEqual({ precision: 0, recall: undefined, f1: 0, support: 0, predicted: 1 });
    expect(unknown).toEqual({ precision: undefined, recall: undefined, f1: undefined, support: 0, predicted: 0 });
  });
});

it('meanDefined leaves out what is undefined', () => {
  expect(meanDefined([0.5, undefined, 1])).toBe(0.75);
  expect(meanDefined([undefined])).toBeUndefined();
});

describe('wilsonInterval', () => {
  // Computed by hand from the formula, and by statsmodels' proportion_confint(method='wilson').
  it.each([
    [450, 600, 0.71382, 0.783],
    [10, 10, 0.72247, 1],
    [0, 5, 0, 0.43448],
    [0, 0, 0, 1],
  ])('%i of %i', (hits, count, low, high) => {
    const [from, to] = wilsonInterval(hits, count);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });
});
