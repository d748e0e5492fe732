// Two classes of small pictures that a network tells apart by their colour.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { seeded } from '../random.js';

/** Writes `count` noisy reddish and as many bluish pictures to `folder/red` and `folder/blue`. */
export async function writeColours(folder: string, count: number, seed: number): Promise<string> {
  const random = seeded(seed);
  for (const [name, tint] of [
    ['blue', [40, 60, 160]],
    ['red', [160, 60, 40]],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const [width, height] = [random.integer(30, 50), random.integer(30, 50)];
      const data = Uint8Array.from({ length: 3 * width * height }, (_, at) => tint[at % 3]! + random.integer(0, 90));
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg()
        .toFile(join(folder, name, `${name}.${i}.jpg`));
    }
  }
  return folder;
}
