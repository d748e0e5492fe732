// Decoding ahead: order, skipping, the budget of memory, and stopping early.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMemoryGate } from '../../../src/data/pictures/memory-gate.js';
import { type DecodedBatch, decodeBatches } from '../../../src/data/pictures/prefetch.js';
import { threadPoolSize } from '../../../src/data/pictures/thread-pool.js';

const folder = mkdtempSync(join(tmpdir(), 'vggpu-prefetch-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Twenty pictures whose red says which they are, of sizes that differ; 3, 8 and 9 are broken. */
const files = Array.from({ length: 20 }, (_, i) => ({ path: join(folder, `${i}.png`), name: `${i}.png`, row: i }));
const BROKEN = [3, 8, 9];
beforeAll(async () => {
  for (const [i, { path }] of files.entries()) {
    const size = { width: 10 + ((i * 7) % 20), height: 16 };
    const png = sharp({ create: { ...size, channels: 3, background: { r: i, g: 0, b: 0 } } }).png();
    writeFileSync(path, BROKEN.includes(i) ? Buffer.from('not a picture') : await png.toBuffer());
  }
});

type Batch = DecodedBatch<(typeof files)[number]>;
async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('decodeBatches', () => {
  it.each([1, 2, 16])('keeps the order and reports what is broken, with %d at a time', async (concurrency) => {
    const told: string[] = [];
    const onSkip = ({ name }: { name: string }, reason: string) => told.push(`${name}: ${reason.slice(0, 13)}`);
    const batches = await collect(decodeBatches(files, { batchSize: 6, exif: true, concurrency, onSkip }));
    expect(batches.map(({ files }) => files.map(({ row }) => row))).toEqual([
      [0, 1, 2, 4, 5],
      [6, 7, 10, 11],
      [12, 13, 14, 15, 16, 17],
      [18, 19],
    ]);
    expect(batches.map(({ index, skipped }) => [index, skipped.map(({ file }) => file.row)])).toEqual([
      [0, [3]],
      [1, [8, 9]],
      [2, []],
      [3, []],
    ]);
    for (const { files, pictures } of batches) {
      expect(pictures.map(({ data }) => data[0])).toEqual(files.map(({ row }) => row));
    }
    expect(told).toEqual(BROKEN.map((i) => `${i}.png: not a picture`));
  });

  it('leaves out a batch of which nothing is left, and takes an empty list', async () => {
    const batches = await collect(decodeBatches(files, { batchSize: 1, ahead: 0, exif: true }));
    expect(batches.map(({ index }) => index)).toEqual(
      files.map(({ row }) => row).filter((row) => !BROKEN.includes(row)),
    );
    expect(await collect(decodeBatches([] as typeof files, { batchSize: 4, exif: true }))).toEqual([]);
  });

  it.each([1, 2000, 1e9])('finishes within a budget of %d bytes', async (maxBytesInFlight) => {
    const options = { batchSize: 5, ahead: 3, exif: true, maxBytesInFlight, concurrency: 3 };
    expect((await collect(decodeBatches(files, options))).flatMap(({ files }) => files)).toHaveLength(17);
  });

  it('shrinks large pictures where it may', async () => {
    const nearest = { maxUploadBytes: 0, height: 2, width: 3 };
    for (const { pictures } of await collect(decodeBatches(files, { batchSize: 5, exif: true, nearest }))) {
      for (const picture of pictures) expect([picture.height, picture.width]).toEqual([2, 3]);
    }
  });

  it.each([true, false])('takes the bytes of passing pictures for later ones (%s)', async (passing) => {
    const nearest = { maxUploadBytes: 0, height: 2, width: 3 };
    const bytes = new Set<ArrayBufferLike>();
    const reds: number[] = [];
    const options = { batchSize: 3, ahead: 1, exif: true, nearest, passing };
    for await (const { pictures } of decodeBatches(files, options)) {
      for (const { data } of pictures) {
        bytes.add(data.buffer);
        reds.push(data[0]!);
      }
    }
    expect(reds).toEqual(files.map(({ row }) => row).filter((row) => !BROKEN.includes(row)));
    if (passing) expect(bytes.size).toBeLessThanOrEqual(9);
    else expect(bytes.size).toBe(17);
  });

  it('stops when the loop is left, and passes on what onSkip throws', async () => {
    for await (const batch of decodeBatches(files, { batchSize: 2, ahead: 5, exif: true, maxBytesInFlight: 3000 })) {
      expect(batch.index).toBe(0);
      break;
    }
    const onSkip = () => {
      throw new Error('too many');
    };
    await expect(collect(decodeBatches(files, { batchSize: 4, exif: true, onSkip }))).rejects.toThrow('too many');
    await expect(collect(decodeBatches(files, { batchSize: 0, exif: true }))).rejects.toThrow('not 0');
  });

  it('decodes only as far ahead as asked', async () => {
    const opened: number[] = [];
    const watched = files.map((file) => ({
      ...file,
      get path() {
        opened.push(file.row);
        return file.path;
      },
    }));
    const batches = decodeBatches(watched, { batchSize: 2, ahead: 1, exif: true });
    await sleep(20);
    expect(opened).toEqual([]);
    await batches.next();
    await sleep(50);
    expect(opened).toEqual([0, 1, 2, 3]);
    await batches.return();
  });
});

describe('the memory gate', () => {
  it('admits what fits, in order of position, and the needed beyond the limit one at a time', async () => {
    const gate = createMemoryGate(10);
    const entered: number[] = [];
    const enter = (position: number, bytes: number) => gate.enter(position, bytes).then(() => entered.push(position));
    void enter(0, 6);
    void enter(2, 6);
    void enter(1, 6);
    await sleep(0);
    expect(entered).toEqual([0]);
    gate.needUpTo(2);
    await sleep(0);
    expect(entered).toEqual([0]); // 0 is still being decoded
    gate.leave(6, 6);
    await sleep(0);
    expect(entered).toEqual([0, 1]); // beyond the limit, since it is waited for
    gate.leave(6, 6);
    await sleep(0);
    expect(entered).toEqual([0, 1]); // 2 is not waited for yet
    gate.release(12);
    await sleep(0);
    expect(entered).toEqual([0, 1, 2]);
    const refused = gate.enter(3, 6);
    gate.close();
    await expect(refused).rejects.toThrow('stopped');
    await expect(gate.enter(4, 1)).rejects.toThrow('stopped');
  });
});

it('knows the size of the thread pool', () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', '7');
  expect(threadPoolSize()).toBe(7);
  vi.stubEnv('UV_THREADPOOL_SIZE', '0');
  expect(threadPoolSize()).toBe(1);
  vi.stubEnv('UV_THREADPOOL_SIZE', 'many');
  expect(threadPoolSize()).toBe(4);
  vi.stubEnv('UV_THREADPOOL_SIZE', undefined);
  expect(threadPoolSize()).toBe(4);
  vi.unstubAllEnvs();
});
