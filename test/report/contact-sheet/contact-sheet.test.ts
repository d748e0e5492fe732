// The contact sheet: every picture in its cell, titles below, unreadable ones left out.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawContactSheet } from '../../../src/report/contact-sheet/contact-sheet.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const pictures = (names: readonly string[], titles: readonly string[] = []) =>
  names.map((name) => ({ path: at(name), titles }));
const colours = { 'red.png': '#ff0000', 'green.png': '#00ff00', 'blue.png': '#0000ff' };

beforeAll(async () => {
  for (const [name, background] of Object.entries(colours)) {
    await sharp({ create: { width: 20, height: 10, channels: 3, background } })
      .png()
      .toFile(at(name));
  }
  writeFileSync(at('broken.png'), 'no picture');
});

/** A pixel of a PNG, as #rrggbb. */
async function pixel(png: Buffer, left: number, top: number): Promise<string> {
  return `#${(await sharp(png).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()).toString('hex')}`;
}

describe('drawContactSheet', () => {
  it('fits pictures into rows of cells, in order', async () => {
    const { png, width, height, count } = await drawContactSheet(pictures(Object.keys(colours)), {
      columns: 2,
      exif: true,
    });
    expect([width, height, count]).toEqual([20 + 2 * 260, 20 + 2 * 260, 3]);
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width, height });
    const centres = [
      [140, 140],
      [400, 140],
      [140, 400],
    ] as const;
    expect(await Promise.all(centres.map(([x, y]) => pixel(png, x, y)))).toEqual(Object.values(colours));
    expect(await pixel(png, 400, 400)).toBe('#fffefb'); // the cell that is left over
    expect(await pixel(png, 140, 20 + 50)).toBe('#fffefb'); // above a wide picture: 240 x 120 in 240 x 240
    expect((await drawContactSheet(pictures(Object.keys(colours)), { exif: true })).width).toBe(20 + 3 * 260);
  });

  it('draws titles below, without any font', async () => {
    const sheet = async (...titles: string[]) =>
      (await drawContactSheet(pictures(['red.png'], titles), { exif: true })).png;
    const strip = async (png: Buffer) =>
      sharp(png).extract({ left: 20, top: 260, width: 240, height: 26 }).raw().toBuffer();
    const [cat, dog] = [await strip(await sheet('cat.1.jpg')), await strip(await sheet('dog.2.jpg'))];
    expect(cat.filter((value) => value < 100).length).toBeGreaterThan(100);
    expect(cat.equals(dog)).toBe(false);
    expect((await sharp(await sheet('one', 'two')).metadata()).height).toBe(20 + 240 + 2 * 26 + 20);
  });

  it('names and leaves out what cannot be read', async () => {
    const skipped: string[] = [];
    const sheet = await drawContactSheet(pictures(['broken.png', 'red.png', 'none.png']), {
      exif: true,
      onSkip: (path, reason) => skipped.push(`${path}: ${reason}`),
    });
    expect([sheet.count, sheet.width]).toEqual([1, 20 + 260]);
    expect(skipped).toEqual([
      `${at('broken.png')}: not a picture in a format that is read here (JPEG, PNG, WebP, GIF, TIFF, AVIF, SVG)`,
      `${at('none.png')}: there is no such file`,
    ]);
    await expect(drawContactSheet(pictures(['broken.png']), { exif: true })).rejects.toThrow(
      /None of the pictures can be read/,
    );
  });

  it('refuses more than a sheet holds', async () => {
    const many = pictures(Array.from({ length: 501 }, () => 'red.png'));
    await expect(drawContactSheet(many, { exif: true })).rejects.toThrow(/holds 500 pictures, and these are 501/);
  });
});
