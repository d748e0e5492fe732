// The reliability curve and its error.
import { expect, it } from 'vitest';
import { calibrate } from '../../src/report/calibration.js';
import { judged } from './judgements.js';

it('sorts by confidence into bins (low, high], 1 in the last', () => {
  const { bins } = calibrate([
    judged(0, [0.5, 0.5]),
    judged(0, [0.75, 0.25]),
    judged(1, [0, 1]),
    judged(0, [0.1, 0.9]),
  ]);
  expect(bins).toHaveLength(10);
  expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 1, 0, 0, 1, 1, 1]);
  expect(bins[0]).toMatchObject({ low: 0, high: 0.1, confidence: undefined, accuracy: undefined });
  expect(bins[8]).toMatchObject({ confidence: 0.9, accuracy: 0 });
  expect(bins[9]).toMatchObject({ confidence: 1, accuracy: 1 });
});

it('the error is the mean distance of confidence and accuracy, by pictures', () => {
  const sure = [judged(0, [0.95, 0.05]), judged(1, [0.95, 0.05])]; // half right at 0.95
  const unsure = [judged(0, [0.55, 0.45])]; // right at 0.55
  expect(calibrate([...sure, ...unsure]).error).toBeCloseTo((2 * 0.45 + 0.45) / 3, 12);
  expect(calibrate(Array.from({ length: 5 }, () => judged(0, [1, 0]))).error).toBe(0);
  expect(calibrate([]).error).toBe(0);
});
