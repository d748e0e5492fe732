// A run's memory stays where it was after its second epoch.

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { useTinyRun } from './tiny-run.js';

const { folder, train, valid, withVgg } = useTinyRun();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it.each([
  ['from the cache', {}],
  ['with augmentation and older layers', { augment: true, unfreeze: 'fc1' }],
])('%s, from epoch 2 to 10', (_, options) =>
  withVgg(async (vgg) => {
    const batches = await vgg.getBatches(train, { batchSize: 5 });
    const held = await vgg.getBatches(valid, { batchSize: 5, classes: batches.classes });
    await vgg.finetune(batches, options);
    const device: number[] = [];
    const heap: number[] = [];
    await vgg.fit(batches, held, {
      ...options,
      ...{
        epochs: 10,
        log: join(folder, 'm.csv'),
        checkpoint: join(folder, 'm.checkpoint.h5'),
        best: join(folder, 'm.best.h5'),
      },
      onEpoch() {
        collectGarbage();
        const { live, free } = vgg.engine.gpu.pool.bytes();
        device.push(live + free);
        const { heapUsed, external } = process.memoryUsage();
        heap.push(heapUsed + external);
      },
    });
    expect(new Set(device.slice(1)).size, `bytes on the device: ${device.join(', ')}`).toBe(1);
    expect(heap[9]! - heap[1]!, `bytes in the process: ${heap.join(', ')}`).toBeLessThan(2e6);
  }),
);
