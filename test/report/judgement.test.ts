// What is kept of a picture's probabilities.
import { expect, it } from 'vitest';
import { isRight, marginOf } from '../../src/report/judgement.js';
import { judged } from './judgements.js';

it('finds the two most probable classes; of equals, the lower index', () => {
  expect(judged(2, [0.2, 0.1, 0.7])).toMatchObject({
    predicted: 2,
    confidence: 0.7,
    second: 0,
    secondProbability: 0.2,
  });
  expect(judged(0, [0.4, 0.4, 0.2])).toMatchObject({ predicted: 0, second: 1 });
  expect(judged(0, [0.2, 0.4, 0.4])).toMatchObject({ predicted: 1, second: 2 });
  expect(judged(0, [1])).toMatchObject({ predicted: 0, confidence: 1 });
});

it('tells right from wrong, and how near it was', () => {
  expect(isRight(judged(1, [0.25, 0.75]))).toBe(true);
  expect(isRight(judged(0, [0.25, 0.75]))).toBe(false);
  expect(marginOf(judged(0, [0.25, 0.75]))).toBe(0.5);
});
