// `vggpu test` killed at any moment: no torn file, nothing left behind, and the same bytes from the run that ends.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { seeded } from '../random.js';
import { temporaryFolder } from '../temporary-folder.js';
import { startVggpu, vggpu } from './run.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  await writeSample(at('vgg.h5'), sampleVgg16(), { channelsFirst: true, rotated: true });
  await writeColours(at('photos'), 150, 1);
});

const test = (out: string) => ['test', at('photos'), '--weights', at('vgg.h5'), '--out', at(out), '--batch-size', '4'];

it('vggpu test', async () => {
  const started = performance.now();
  const whole = await vggpu(test('whole.csv'));
  const duration = performance.now() - started;
  expect(whole.code, whole.stderr).toBe(0);
  const expected = readFileSync(at('whole.csv'));
  const random = seeded(9);
  for (let i = 0; i < 10; i++) {
    const running = startVggpu(test('killed.csv'));
    await setTimeout(random.uniform(0.3, 1) * duration);
    running.kill('SIGKILL');
    await running.result;
    if (existsSync(at('killed.csv'))) expect(readFileSync(at('killed.csv')).equals(expected)).toBe(true);
  }
  const last = await vggpu(test('killed.csv'));
  expect(last.code, last.stderr).toBe(0);
  expect(readFileSync(at('killed.csv')).equals(expected)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('killed'))).toEqual(['killed.csv']);
});
