// Where pictures come from: drawings made in the page, and files that somebody drops or chooses. Nothing is uploaded.
import { CATS_AND_DOGS, type DrawnClass, PRETRAINING_CLASSES } from '../../../src/data/drawings/classes.js';
import { createRandom } from '../../../src/data/drawings/random.js';
import type { Picture } from '../../../src/engine.js';

/** A decoded picture with a name, and an address to show it by. */
export interface NamedPicture {
  readonly name: string;
  readonly picture: Picture;
  readonly address: string;
}

/** Drawings that the page offers: a class, and the number of one of its pictures. */
const OFFERED = ['owl', 'car', 'fish', 'flower', 'cat', 'dog'] as const;
const SEED = 42;

/** Names of the drawings that ship with the page. */
export const DRAWINGS: readonly string[] = OFFERED;

/** Draws one of `DRAWINGS`, or another number of the same class. */
export async function draw(name: string, number = 0): Promise<NamedPicture> {
  const all: readonly DrawnClass[] = [...CATS_AND_DOGS, ...PRETRAINING_CLASSES];
  const drawnClass = all.find((candidate) => candidate.name === name);
  if (!drawnClass) throw new Error(`Nobody here can draw a ${name}.`);
  const svg = drawnClass.draw(createRandom(`${SEED}/${name}/${number}`));
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const image = new Image();
  image.src = address;
  await image.decode();
  return {
    name: `${name} ${number}, drawn`,
    address,
    picture: pixelsOf(image, image.naturalWidth, image.naturalHeight),
  };
}

/** Decodes a file at its full size; orientation as its camera noted it. @throws Error naming the file */
export async function decodeFile(file: File): Promise<NamedPicture> {
  const bitmap = await createImageBitmap(file, { premultiplyAlpha: 'none' }).catch(() => undefined);
  if (!bitmap) throw new Error(`${file.name} is no picture that this browser reads.`);
  const picture = pixelsOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return { name: file.name, address: URL.createObjectURL(file), picture };
}

function pixelsOf(source: CanvasImageSource, width: number, height: number): Picture {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(source, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: new Uint8Array(data.buffer) };
}
