import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitPatiently } from '../../src/node/patient-waiting.js';

it('waits with little of the processor, and lets timers and results through', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const before = process.cpuUsage();
  // A loop of immediates, as Dawn polls.
  let polling = true;
  const poll = () => {
    if (polling) setImmediate(poll);
  };
  poll();
  expect(await waitPatiently(sleep(300, 'done'))).toBe('done');
  const { user, system } = process.cpuUsage(before);
  polling = false;
  clearInterval(timer);
  expect((user + system) / 1000).toBeLessThan(200);
  expect(ticks).toBeGreaterThan(20);
});

it('passes a failure on, and waits again afterwards', async () => {
  await expect(waitPatiently(sleep(1).then(() => Promise.reject(new Error('lost'))))).rejects.toThrow('lost');
  const both = await Promise.all([waitPatiently(sleep(10, 1)), waitPatiently(sleep(1, 2))]);
  expect(both).toEqual([1, 2]);
});
