// Several tasks at a time: never more than the limit, and a failure waits for those that run.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachInFlight } from '../../../src/data/split/in-flight.js';

it('runs every task, in order of their start, at most so many at once', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await forEachInFlight([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
    started.push(item);
    most = Math.max(most, ++running);
    await wait(2);
    running--;
  });
  expect(started).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

it('starts no more after a failure, waits for the rest, and throws the first', async () => {
  const ended: number[] = [];
  let started = 0;
  const run = forEachInFlight(Array.from({ length: 100 }).keys(), 3, async (item) => {
    started++;
    if (item === 1) throw new Error('first');
    await wait(5);
    ended.push(item);
    if (item === 2) throw new Error('second');
  });
  await expect(run).rejects.toThrow('first');
  expect(started).toBe(3);
  expect(ended).toEqual([0, 2]);
});
