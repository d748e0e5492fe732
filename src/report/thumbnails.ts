// Small versions of pictures, as text that stands in a page.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { threadPoolSize } from '../data/pictures/thread-pool.js';

/** The longer side, in pixels. */
const SIZE = 160;

/** A picture as a `data:` address of a WebP, and its size in pixels. */
export interface Thumbnail {
  readonly address: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes thumbnails with all cores, turned as the pictures were evaluated (`exif`), without transparency as they were.
 * @param onProgress told how many are done
 * @returns by path; a picture that cannot be read any more has none
 */
export async function makeThumbnails(
  paths: readonly string[],
  { exif, onProgress }: { exif: boolean; onProgress?: ((done: number, total: number) => void) | undefined },
): Promise<Map<string, Thumbnail>> {
  const thumbnails = new Map<string, Thumbnail>();
  const waiting = [...new Set(paths)];
  const count = waiting.length;
  let done = 0;
  const work = async () => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const thumbnail = await makeThumbnail(path, exif).catch(() => undefined);
      if (thumbnail) thumbnails.set(path, thumbnail);
      onProgress?.(++done, count);
    }
  };
  await Promise.all(Array.from({ length: threadPoolSize() }, work));
  return thumbnails;
}

async function makeThumbnail(path: string, exif: boolean): Promise<Thumbnail> {
  const { data, info } = await sharp(await readFile(path), { autoOrient: exif, failOn: 'error' })
    .resize(SIZE, SIZE, { fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .webp({ quality: 72 })
    .toBuffer({ resolveWithObject: true });
  return { address: `data:image/webp;base64,${data.toString('base64')}`, width: info.width, height: info.height };
}
