// The table of published files against hashes that others wrote down, and names in the place of paths.
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { modelsFolder, OFFICIAL_FILES } from '../../../src/data/download/official-files.js';
import { resolveWeights } from '../../../src/data/download/resolve-weights.js';
import { hasShared, itWith, SHARED } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { md5 } from './server.js';

const hashes = 'data/official_hashes.json';
itWith(hasShared(hashes), `../shared/${hashes}`)('the table has the published md5s', () => {
  const published = JSON.parse(readFileSync(join(SHARED, hashes), 'utf8')) as Record<string, { md5: string }>;
  const entries = Object.values(OFFICIAL_FILES);
  expect(entries.map(({ file }) => file).sort()).toEqual(Object.keys(published).sort());
  for (const entry of entries) {
    expect(entry.md5, entry.file).toBe(published[entry.file]!.md5);
    for (const url of entry.urls) expect(new URL(url).pathname.endsWith(`/${entry.file}`)).toBe(true);
  }
});

const index = 'data/imagenet_class_index.json';
itWith(hasShared(index), `../shared/${index}`)('the class index has the size and md5 of the table', () => {
  const path = join(SHARED, index);
  expect(OFFICIAL_FILES['class-index']).toMatchObject({ size: statSync(path).size, md5: md5(readFileSync(path)) });
});

it('the sizes are those of the parameters and a little more', () => {
  const notop = 4 * 14_714_688;
  const whole = 4 * 138_357_544;
  expect(OFFICIAL_FILES['vgg16-notop'].size - notop).toBeGreaterThan(0);
  expect(OFFICIAL_FILES['vgg16-notop'].size - notop).toBeLessThan(100_000);
  expect(OFFICIAL_FILES.vgg16.size - whole).toBeGreaterThan(0);
  expect(OFFICIAL_FILES.vgg16.size - whole).toBeLessThan(100_000);
});

describe('resolveWeights', () => {
  const working = temporaryFolder();
  const cache = temporaryFolder();
  const { file, size } = OFFICIAL_FILES.vgg16;
  const path = join(modelsFolder(cache), file);
  const from = process.cwd();
  afterEach(() => process.chdir(from));

  it('leaves paths as they are, without asking for the cache folder', async () => {
    const unused = vi.fn(() => cache);
    for (const name of ['vgg16.h5', './vgg16', 'models/vgg16', 'class-index', 'VGG16', 'toString']) {
      expect(await resolveWeights(name, unused)).toBe(name);
    }
    expect(unused).not.toHaveBeenCalled();
  });

  it('says how to get what is not there, not whole or of another size', async () => {
    const fails = (message: string) =>
      expect(resolveWeights('vgg16', cache)).rejects.toMatchObject({
        code: 'weights',
        message: expect.stringContaining(message),
      });
    await fails('vgg16 is not downloaded yet. Run: vggpu fetch vgg16');
    mkdirSync(modelsFolder(cache));
    writeFileSync(`${path}.part`, 'ten bytes.');
    await fails('is not downloaded whole: 10 bytes of 553,467,096 bytes are there. Run: vggpu fetch vgg16');
    writeFileSync(path, 'x');
    await fails('has 1 bytes; expected the 553,467,096 bytes of vgg16. Download it again: vggpu fetch vgg16 --force');
  });

  it('finds what is downloaded, unless a file of that name lies in the working folder', async () => {
    truncateSync(path, size); // takes no room on the disk
    process.chdir(working);
    expect(await resolveWeights('vgg16', () => cache)).toBe(path);
    mkdirSync('vgg16-notop');
    await expect(resolveWeights('vgg16-notop', cache)).rejects.toThrow('vgg16-notop is not downloaded yet');
    writeFileSync('vgg16', 'mine');
    expect(await resolveWeights('vgg16', cache)).toBe('vgg16');
  });
});
