// Runs on the tiny network and its folders of reddish and bluish noise, for the tests of training.
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Precision } from '../../../src/autograd/tensor.js';
import { type Engine, startEngine } from '../../../src/node/engine.js';
import { Vgg16 } from '../../../src/vgg16/vgg16.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { writeSet, writeTinyVgg16 } from '../red-and-blue.js';

/** Lines that a model said. */
export type Said = string[];

/** An engine, weights and two folders of pictures for a test file. @param float16 whether the engine is opened for it */
export function useTinyRun({ float16 = false }: { readonly float16?: boolean } = {}) {
  const folder = temporaryFolder();
  const place = {
    folder,
    train: join(folder, 'train'),
    valid: join(folder, 'valid'),
    weights: join(folder, 'tiny.h5'),
  };
  const oldCache = process.env.VGGPU_CACHE;
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ say: () => {}, debug: true, float16 });
    process.env.VGGPU_CACHE = join(folder, 'cache');
    await writeTinyVgg16(place.weights);
    await writeSet(place.train, 9, 1);
    await writeSet(place.valid, 4, 100);
  });
  afterAll(async () => {
    await engine?.close();
    if (oldCache === undefined) delete process.env.VGGPU_CACHE;
    else process.env.VGGPU_CACHE = oldCache;
  });
  return {
    ...place,
    /** Runs `work` on the tiny network, and checks that it leaves nothing behind on the device. */
    async withVgg<Result>(
      work: (vgg: Vgg16, said: Said) => Promise<Result>,
      weights = place.weights,
      precision: Precision = 'f32',
    ): Promise<Result> {
      const said: Said = [];
      const live = engine.gpu.pool.bytes().live;
      const vgg = await Vgg16.create({ weights, engine, precision, say: (line) => said.push(line) });
      try {
        return await work(vgg, said);
      } finally {
        await vgg.close();
        expect(engine.gpu.pool.bytes().live).toBe(live);
      }
    },
  };
}
