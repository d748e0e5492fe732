// Drawings in memory, as the pictures that a network of a small input sees: rendered, packed as JPEG, decoded, shrunk.

import { type DrawnClass, drawPicture } from '../src/data/drawings/index.js';
import { tryDecode } from '../src/data/pictures/decode.js';
import { gatherNearest } from '../src/data/pictures/gather.js';
import type { Picture } from '../src/nn/pictures.js';

/** Labelled pictures of one size. */
export interface Samples {
  readonly pictures: readonly Picture[];
  /** Class index of each picture. */
  readonly labels: Uint32Array<ArrayBuffer>;
}

export interface SampleOptions {
  readonly classes: readonly DrawnClass[];
  /** Pictures of each class. */
  readonly perClass: number;
  readonly seed: number;
  /** Side of the pictures, in pixels. */
  readonly size: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Drawings made at a time. */
const AT_A_TIME = 8;

/** Draws pictures of every class in turn, and keeps the pixels that nearest resizing picks. */
export async function drawSamples({ classes, perClass, seed, size, onProgress }: SampleOptions): Promise<Samples> {
  const total = classes.length * perClass;
  const pictures: Picture[] = [];
  for (let start = 0; start < total; start += AT_A_TIME) {
    const numbers = Array.from({ length: Math.min(AT_A_TIME, total - start) }, (_, i) => start + i);
    const drawn = numbers.map(async (i) => {
      const jpeg = await drawPicture(classes[i % classes.length]!, seed, Math.floor(i / classes.length));
      const result = await tryDecode(jpeg, { exif: false });
      if ('reason' in result) throw new Error(`Drawing ${i} cannot be decoded: ${result.reason}`);
      return gatherNearest(result.picture, size, size);
    });
    pictures.push(...(await Promise.all(drawn)));
    onProgress?.(pictures.length, total);
  }
  return { pictures, labels: Uint32Array.from({ length: total }, (_, i) => i % classes.length) };
}
