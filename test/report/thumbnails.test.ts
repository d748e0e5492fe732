// Thumbnails: small, turned as the pictures were evaluated, and without what cannot be read.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { makeThumbnails } from '../../src/report/thumbnails.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

it('fits pictures into 160 pixels, applies EXIF as asked, and leaves out what is broken', async () => {
  const wide = join(folder, 'wide [1].jpg');
  const red = sharp({ create: { width: 400, height: 200, channels: 3, background: '#c03020' } });
  await red.clone().withMetadata({ orientation: 6 }).jpeg().toFile(wide);
  const small = join(folder, 'small.png');
  await red.clone().resize(20, 10).png().toFile(small);
  const broken = join(folder, 'broken.jpg');
  writeFileSync(broken, 'no picture');

  const steps: number[] = [];
  const made = await makeThumbnails([wide, small, broken, wide], {
    exif: true,
    onProgress: (done) => steps.push(done),
  });
  expect([...made.keys()].sort()).toEqual([small, wide]);
  expect(steps).toEqual([1, 2, 3]);
  expect(made.get(wide)).toMatchObject({ width: 80, height: 160 });
  expect(made.get(small)).toMatchObject({ width: 20, height: 10 });
  const [kind, data] = made.get(wide)!.address.split(',');
  expect(kind).toBe('data:image/webp;base64');
  expect(await sharp(Buffer.from(data!, 'base64')).metadata()).toMatchObject({
    format: 'webp',
    width: 80,
    height: 160,
  });

  const stored = await makeThumbnails([wide], { exif: false });
  expect(stored.get(wide)).toMatchObject({ width: 160, height: 80 });
});
