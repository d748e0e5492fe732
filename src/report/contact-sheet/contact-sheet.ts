// A contact sheet: pictures side by side on one PNG, with or without their titles, as lesson 1's plots() shows them.
import sharp from 'sharp';
import { tryDecode } from '../../data/pictures/decode.js';
import { threadPoolSize } from '../../data/pictures/thread-pool.js';
import { VggpuError } from '../../errors.js';
import { LIGHT } from '../palette.js';
import { drawTitle } from './title.js';

/** In pixels: the square that a picture is fitted in, the paper around it, a line of its title. */
const [CELL, GAP, LINE] = [240, 20, 26];
/** More make a PNG that few programs open. */
const MOST_PICTURES = 500;

/** A picture for a sheet. */
export interface SheetPicture {
  readonly path: string;
  /** The lines below it. */
  readonly titles: readonly string[];
}

export interface SheetOptions {
  /** Pictures in a row; by default up to 4, or as many as make the sheet about square. */
  readonly columns?: number | undefined;
  /** Whether EXIF orientation is applied. */
  readonly exif: boolean;
  /** Told of a picture that cannot be read; it gets no place on the sheet. */
  readonly onSkip?: ((path: string, reason: string) => void) | undefined;
}

/** A drawn sheet. */
export interface ContactSheet {
  /** A PNG. */
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
  /** Pictures on it. */
  readonly count: number;
}

/** A picture in its cell: (height, width, 3) bytes of RGB. */
interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a sheet of pictures in the order given.
 * @throws VggpuError 'pictures' where none can be read, or there are more than a sheet holds
 */
export async function drawContactSheet(files: readonly SheetPicture[], options: SheetOptions): Promise<ContactSheet> {
  if (files.length > MOST_PICTURES) {
    throw new VggpuError(
      'pictures',
      `A contact sheet holds ${MOST_PICTURES} pictures, and these are ${files.length}. Name some of them, or make several sheets.`,
    );
  }
  const drawn = await drawAll(files, options);
  if (drawn.length === 0) throw new VggpuError('pictures', 'None of the pictures can be read, so there is no sheet.');
  const columns = Math.min(drawn.length, options.columns ?? Math.max(4, Math.ceil(Math.sqrt(drawn.length))));
  const rows = Math.ceil(drawn.length / columns);
  const lines = Math.max(...drawn.map(({ titles }) => titles.length));
  const stripe = CELL + lines * LINE;
  const width = GAP + columns * (CELL + GAP);
  const height = GAP + rows * (stripe + GAP);
  const sheet = { data: paper(width, height), width, height };
  drawn.forEach(({ picture, titles }, i) => {
    const left = GAP + (i % columns) * (CELL + GAP);
    const top = GAP + Math.floor(i / columns) * (stripe + GAP);
    const bottom = lines > 0 ? CELL - picture.height : Math.floor((CELL - picture.height) / 2);
    copy(picture, sheet, left + Math.floor((CELL - picture.width) / 2), top + bottom);
    titles.forEach((title, line) => {
      copy(title, sheet, left, top + CELL + line * LINE);
    });
  });
  const png = await sharp(sheet.data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, width, height, count: drawn.length };
}

interface Drawn {
  readonly picture: Pixels;
  /** One for each line. */
  readonly titles: readonly Pixels[];
}

/** Draws every picture that can be read, with all cores, in the order given. */
async function drawAll(files: readonly SheetPicture[], options: SheetOptions): Promise<Drawn[]> {
  const results: (Drawn | { reason: string })[] = [];
  let next = 0;
  const work = async () => {
    for (let i = next++; i < files.length; i = next++) results[i] = await draw(files[i]!, options);
  };
  await Promise.all(Array.from({ length: threadPoolSize() }, work));
  return results.flatMap((result, i) => {
    if (!('reason' in result)) return result;
    options.onSkip?.(files[i]!.path, result.reason);
    return [];
  });
}

async function draw({ path, titles }: SheetPicture, { exif }: SheetOptions): Promise<Drawn | { reason: string }> {
  const decoded = await tryDecode(path, { exif });
  if ('reason' in decoded) return decoded;
  const { width, height, data } = decoded.picture;
  const picture = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .resize(CELL, CELL, { fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const strip = { width: CELL, height: LINE };
  const colours = { ink: LIGHT.ink, paper: LIGHT.paper };
  return {
    picture: { data: picture.data, width: picture.info.width, height: picture.info.height },
    titles: await Promise.all(
      titles.map(async (title) => ({ ...strip, data: await drawTitle(title, { ...strip, ...colours }) })),
    ),
  };
}

function paper(width: number, height: number): Uint8Array {
  const colour = [1, 3, 5].map((at) => Number.parseInt(LIGHT.paper.slice(at, at + 2), 16));
  const row = Uint8Array.from({ length: 3 * width }, (_, i) => colour[i % 3]!);
  const data = new Uint8Array(row.length * height);
  for (let y = 0; y < height; y++) data.set(row, y * row.length);
  return data;
}

/** Copies pixels to a place on the sheet. */
function copy({ data, width, height }: Pixels, sheet: Pixels, left: number, top: number): void {
  for (let y = 0; y < height; y++) {
    sheet.data.set(data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * sheet.width + left));
  }
}
