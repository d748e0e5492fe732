// A profiled fit: the same losses, each epoch's time divided into what it went on, and profiling off afterwards.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Engine, startEngine } from '../../../src/node/engine.js';
import type { Breakdown } from '../../../src/profile/breakdown.js';
import type { FitOptions } from '../../../src/vgg16/options.js';
import { Vgg16 } from '../../../src/vgg16/vgg16.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { writeSet, writeTinyVgg16 } from '../red-and-blue.js';

const folder = temporaryFolder();
const train = join(folder, 'train');
const oldCache = process.env.VGGPU_CACHE;
let weights: string;
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ say: () => {} });
  process.env.VGGPU_CACHE = join(folder, 'cache');
  weights = await writeTinyVgg16(join(folder, 'tiny.h5'));
  await writeSet(train, 6, 1);
});
afterAll(async () => {
  await engine?.close();
  if (oldCache === undefined) delete process.env.VGGPU_CACHE;
  else process.env.VGGPU_CACHE = oldCache;
});

async function losses(options: FitOptions): Promise<number[]> {
  const vgg = await Vgg16.create({ weights, engine, say: () => {} });
  try {
    const batches = await vgg.getBatches(train, { batchSize: 4 });
    await vgg.finetune(batches);
    const { epochs } = await vgg.fit(batches, undefined, { epochs: 2, ...options });
    return epochs.map(({ loss }) => loss);
  } finally {
    await vgg.close();
  }
}

const names = (shares: readonly { name: string }[]) => shares.map(({ name }) => name);

it('says where each epoch went, and learns the same', async () => {
  const told: [Breakdown, number][] = [];
  const profiled = await losses({ onProfile: (...what) => void told.push(what) });
  expect(engine.gpu.profiler.on).toBe(false);
  expect(told.map(([, epoch]) => epoch)).toEqual([1, 2]);
  const [first, second] = told.map(([breakdown]) => breakdown) as [Breakdown, Breakdown];
  for (const { seconds, phases, idle, timed } of [first, second]) {
    const parts = [...phases, ...idle].reduce((sum, share) => sum + (share.seconds ?? 0), 0);
    expect(timed).toBe(true);
    expect(parts).toBeCloseTo(seconds, 6);
  }
  expect(names(first.phases)).toEqual(expect.arrayContaining(['pictures', 'forward', 'metrics', 'backward', 'update']));
  expect(names(first.phases)).not.toContain('other');
  expect(first.host.find(({ name }) => name === 'decode')).toMatchObject({ thread: 'decode', count: 12 });
  expect(names(first.host)).toEqual(expect.arrayContaining(['decode wait', 'upload', 'read-back', 'cache write']));
  expect(names(second.phases)).not.toContain('pictures'); // its features come from the cache
  expect(names(second.host)).toContain('cache read');
  expect(await losses({})).toEqual(profiled);
});

it('is off after a fit that failed', async () => {
  await expect(losses({ learningRate: 1e38, onProfile: () => {} })).rejects.toMatchObject({ code: 'training' });
  expect(engine.gpu.profiler.on).toBe(false);
});
