// Processes that decode: the same pictures and reasons as in this one. They run the compiled file, which `npm test` builds.

import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecodeResult, tryDecode } from '../../../src/data/pictures/decode.js';
import { createDecodePool } from '../../../src/data/pictures/decode-pool.js';
import { decodeBatches } from '../../../src/data/pictures/prefetch.js';
import { openPlaces, PLACE_BYTES, putInPlace, takeFromPlace } from '../../../src/data/pictures/shared-places.js';
import { createSpareBytes } from '../../../src/data/pictures/spare-bytes.js';

const PROCESS = new URL('../../../dist/data/pictures/decode-process.js', import.meta.url);

const folder = mkdtempSync(join(tmpdir(), 'vggpu-decode-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Noise of sizes that differ, so that a picture in another's place would be seen; the last file is none. */
const paths = Array.from({ length: 12 }, (_, i) => join(folder, `${i}.png`));
beforeAll(async () => {
  for (const [i, path] of paths.entries()) {
    const noise = { type: 'gaussian' as const, mean: 100 + i, sigma: 40 };
    const png = sharp({ create: { width: 30 + i, height: 20, channels: 3, background: 'black', noise } }).png();
    writeFileSync(path, i === 11 ? 'no picture' : await png.toBuffer());
  }
});

/** A result in few words: a large picture is slow to compare byte by byte. */
function told(result: DecodeResult) {
  if (!('picture' in result)) return result.reason;
  const { width, height, data } = result.picture;
  return `${width}x${height} ${createHash('md5').update(data).digest('hex')}`;
}

describe('places', () => {
  it('have no name, and hold bytes by number', () => {
    const folders = ['/dev/shm', tmpdir()].filter((path) => existsSync(path));
    const names = () =>
      folders.flatMap((path) => readdirSync(path)).filter((name) => name.startsWith(`vggpu-${process.pid}`));
    const file = openPlaces()!;
    expect(names()).toEqual([]);
    const [a, b] = [Uint8Array.of(1, 2, 3), new Uint8Array(PLACE_BYTES).fill(9)];
    expect([putInPlace(file, 1, a), putInPlace(file, 0, b)]).toEqual([true, true]);
    expect(takeFromPlace(file, 1, new Uint8Array(3))).toEqual(a);
    expect(Buffer.compare(takeFromPlace(file, 0, new Uint8Array(PLACE_BYTES)), b)).toBe(0);
    expect(() => takeFromPlace(file, 1, new Uint8Array(4))).toThrow('3 of 4 bytes');
    expect(putInPlace(file, 0, new Uint8Array(PLACE_BYTES + 1))).toBe(false);
    closeSync(file);
    expect(putInPlace(file, 1, a)).toBe(false); // so the bytes go by a message
  });
});

describe('processes', () => {
  it.each([{}, { nearest: { maxUploadBytes: 0, height: 7, width: 9 } }])(
    'decode as this one does, with %o',
    async (how) => {
      const decode = createDecodePool(3, PROCESS);
      const options = { exif: true, ...how };
      const results = await Promise.all(paths.map((path) => decode(path, options)));
      expect(results).toEqual(await Promise.all(paths.map((path) => tryDecode(path, options))));
      expect(results[11]).toEqual({ reason: expect.stringContaining('not a picture') });
    },
  );

  it('hand over what is too large for a place, and more than there are places for', async () => {
    const large = join(folder, 'large.png');
    const noise = { type: 'gaussian' as const, mean: 100, sigma: 40 };
    const side = Math.ceil(Math.sqrt(PLACE_BYTES / 4)) + 1;
    await sharp({ create: { width: side, height: side, channels: 3, background: 'black', noise } }).toFile(large);
    const decode = createDecodePool(1, PROCESS);
    const many = Array.from({ length: 50 }, (_, i) => (i === 20 ? large : paths[i % 11]!));
    const results = await Promise.all(many.map((path) => decode(path, { exif: true })));
    const own = await Promise.all(many.map((path) => tryDecode(path, { exif: true })));
    expect(results.map(told)).toEqual(own.map(told));
  });

  it('fill bytes that are spare', async () => {
    const spare = createSpareBytes();
    const own = spare.take(4 * 30 * 20).fill(1);
    spare.give(own);
    const result = await createDecodePool(1, PROCESS)(paths[0]!, { exif: true, spare });
    expect(result).toEqual(await tryDecode(paths[0]!, { exif: true }));
    expect('picture' in result && result.picture.data).toBe(own);
  });

  it('keep order and budget where pictures are decoded ahead', async () => {
    const files = paths.map((path) => ({ path, name: path }));
    const sizes: number[] = [];
    const options = { batchSize: 5, exif: true, maxBytesInFlight: 5000, decode: createDecodePool(2, PROCESS) };
    for await (const { pictures } of decodeBatches(files, options)) sizes.push(...pictures.map(({ width }) => width));
    expect(sizes).toEqual(Array.from({ length: 11 }, (_, i) => 30 + i));
  });

  it('wait until a picture is admitted, and give up one that is not', async () => {
    const decode = createDecodePool(1, PROCESS);
    const asked: number[] = [];
    const refused = decode(paths[0]!, {
      exif: true,
      admit: async (bytes) => {
        asked.push(bytes);
        throw new Error('no room');
      },
    });
    await expect(refused).rejects.toThrow('no room');
    expect(asked).toEqual([30 * 20 * 4]);
    expect(await decode(paths[1]!, { exif: true })).toHaveProperty('picture'); // the process goes on
  });

  it('that cannot run say so to whoever waits, and others are started', async () => {
    const broken = join(folder, 'broken.mjs');
    writeFileSync(broken, 'throw new Error("out of order");');
    const decode = createDecodePool(1, pathToFileURL(broken));
    await expect(decode(paths[0]!, { exif: true })).rejects.toThrow('ended with code 1');
    writeFileSync(broken, `import ${JSON.stringify(PROCESS.href)};`);
    expect(await decode(paths[0]!, { exif: true })).toHaveProperty('picture');
  });
});
