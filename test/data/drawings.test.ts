// The drawings: the same seed gives the same pictures, every class can be drawn, and nothing but shape tells a cat from a dog.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CATS_AND_DOGS,
  createRandom,
  drawCat,
  drawDog,
  drawPicture,
  drawSet,
  PRETRAINING_CLASSES,
  renderJpeg,
} from '../../src/data/drawings/index.js';

const ALL = [...CATS_AND_DOGS, ...PRETRAINING_CLASSES];
/** The start of the SHA-256 of many drawings: a change of looks changes it, and every picture that a seed stands for. */
const TEXTS = '5953af44c2be150c';
let scratch = '';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'vggpu-drawings-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('random values', () => {
  test('a seed starts the same stream for ever', () => {
    const random = createRandom('7/cat/0');
    expect([random.integer(0, 999), random.integer(0, 999), random.integer(0, 999)]).toEqual([881, 945, 309]);
  });

  test('lie in their ranges, with the mean of a uniform distribution', () => {
    const random = createRandom(1);
    const values = Array.from({ length: 4000 }, () => random.uniform(-1, 3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThan(3);
    expect(values.reduce((sum, value) => sum + value) / values.length).toBeCloseTo(1, 1);
    expect(Array.from({ length: 4000 }, () => random.chance(0.25)).filter(Boolean).length / 4000).toBeCloseTo(0.25, 1);
  });

  test('neighbouring seeds start far apart', () => {
    const firsts = Array.from({ length: 100 }, (_, seed) => createRandom(seed).uniform(0, 1));
    expect(new Set(firsts.map((value) => Math.floor(value * 10))).size).toBe(10);
  });
});

describe('pictures', () => {
  test.each(ALL.map((drawnClass) => [drawnClass.name, drawnClass] as const))(
    '%s: the same text from the same seed, other text from another',
    (_, { draw }) => {
      expect(draw(createRandom(5))).toBe(draw(createRandom(5)));
      expect(draw(createRandom(5))).not.toBe(draw(createRandom(6)));
    },
  );

  test('a seed draws the same text for ever', () => {
    const digest = createHash('sha256');
    for (const { draw } of ALL) for (let seed = 0; seed < 40; seed++) digest.update(draw(createRandom(seed)));
    expect(digest.digest('hex').slice(0, 16)).toBe(TEXTS);
  });

  test.each(ALL.map((drawnClass) => [drawnClass.name, drawnClass] as const))(
    '%s: twelve pictures become JPEGs that are not blank',
    async (_, drawnClass) => {
      for (let number = 0; number < 12; number++) {
        const { data, info } = await sharp(await drawPicture(drawnClass, 1, number))
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect(info.channels).toBe(3);
        expect(info.width / info.height).toBeGreaterThan(0.6);
        expect(info.width / info.height).toBeLessThan(1.6);
        expect(new Set(data).size).toBeGreaterThan(30);
      }
    },
  );

  test.each(ALL.map((drawnClass) => [drawnClass.name, drawnClass] as const))(
    '%s: no number or colour in the text is broken',
    (_, { draw }) => {
      for (let seed = 0; seed < 60; seed++)
        expect(draw(createRandom(seed))).not.toMatch(/NaN|Infinity|undefined|e[-+]\d/);
    },
  );

  test('can be rendered at another size and quality', async () => {
    const svg = drawCat(createRandom(3));
    const small = await sharp(await renderJpeg(svg, { quality: 80, width: 64, height: 64 })).metadata();
    expect([small.width, small.height, small.format]).toEqual([64, 64, 'jpeg']);
    const natural = await sharp(Buffer.from(svg)).metadata();
    const narrow = await sharp(await renderJpeg(svg, { quality: 80, width: 100 })).metadata();
    expect(narrow.height).toBe(Math.round((100 * natural.height) / natural.width));
    const [rough, fine] = await Promise.all([renderJpeg(svg, { quality: 30 }), renderJpeg(svg, { quality: 95 })]);
    expect(rough.length).toBeLessThan(fine.length);
  });
});

describe('cats and dogs', () => {
  test('share their colours: the mean colour of many pictures is the same', async () => {
    const mean = async (draw: typeof drawCat) => {
      const sums = [0, 0, 0];
      for (let seed = 0; seed < 60; seed++) {
        const { channels } = await sharp(Buffer.from(draw(createRandom(`colour/${seed}`))))
          .removeAlpha()
          .stats();
        channels.forEach((channel, i) => {
          sums[i]! += channel.mean / 60;
        });
      }
      return sums;
    };
    const [cats, dogs] = [await mean(drawCat), await mean(drawDog)];
    for (let i = 0; i < 3; i++) expect(Math.abs(cats[i]! - dogs[i]!)).toBeLessThan(12);
  });

  test('are not among the classes for pretraining', () => {
    const names = PRETRAINING_CLASSES.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(12);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('cat');
    expect(names).not.toContain('dog');
  });
});

describe('a set', () => {
  const options = { classes: CATS_AND_DOGS, perClass: 3, seed: 7, width: 64, height: 64 };

  test('has the same number of pictures in every class, and the same bytes from the same seed', async () => {
    const [first, second] = [join(scratch, 'first'), join(scratch, 'second')];
    const steps: number[] = [];
    const set = await drawSet(first, { ...options, onProgress: (done) => steps.push(done) });
    await drawSet(second, { ...options, perClass: 5 });
    expect(set).toEqual({ folder: first, counts: { cat: 3, dog: 3 }, total: 6 });
    expect(steps.at(-1)).toBe(6);
    expect((await readdir(first)).sort()).toEqual(['cat', 'dog']);
    expect((await readdir(join(first, 'dog'))).sort()).toEqual(['dog.0.jpg', 'dog.1.jpg', 'dog.2.jpg']);
    for (const file of ['cat/cat.0.jpg', 'dog/dog.2.jpg']) {
      expect((await readFile(join(first, file))).equals(await readFile(join(second, file)))).toBe(true);
    }
  });

  test('never touches a folder that exists', async () => {
    await expect(drawSet(scratch, options)).rejects.toMatchObject({ code: 'output' });
    expect(existsSync(join(scratch, 'cat'))).toBe(false);
  });

  test('that fails half-way leaves no folder behind', async () => {
    const broken = { name: 'broken', draw: () => 'no picture' };
    const folder = join(scratch, 'broken');
    await expect(drawSet(folder, { ...options, classes: [...CATS_AND_DOGS, broken] })).rejects.toMatchObject({
      code: 'output',
    });
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(`${folder}.unfinished`)).toBe(false);
  });

  test.each([
    [{ perClass: 0 }, /at least 1 picture/],
    [{ seed: 0.5 }, /whole number/],
    [{ classes: [] }, /at least one class/],
  ])('refuses %o', async (wrong, message) => {
    const drawing = drawSet(join(scratch, 'refused'), { ...options, ...wrong });
    await expect(drawing).rejects.toThrow(message);
    await expect(drawing).rejects.toMatchObject({ code: 'usage' });
  });
});
