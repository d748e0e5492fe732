// Nearest resizing on the CPU: the same pixels that the picture kernel picks, so that no others need be uploaded.

import type { DecodedPicture } from './decode.js';
import type { SpareBytes } from './spare-bytes.js';

/** When and to what a picture is shrunk before it is uploaded. */
export interface UploadLimit {
  /** Pictures of more RGBA bytes than this are thinned, if that makes them smaller. */
  maxUploadBytes: number;
  /** Rows of the network's input. */
  height: number;
  /** Columns of the network's input. */
  width: number;
}

/**
 * The source row (or column) that nearest resizing picks for target row i: floor((i + 0.5) * source / target), reckoned in
 * whole numbers so that no rounding can move it.
 */
export function nearestIndex(i: number, source: number, target: number): number {
  return Math.floor(((2 * i + 1) * source) / (2 * target));
}

/**
 * Picks the pixels of a nearest resize. Resizing the result to the same size by nearest changes nothing, so the kernel gives
 * the same output from it as from the whole picture.
 *
 * @param picture its data may be RGB or RGBA
 * @param spare where the result's bytes come from; new ones where not given
 * @returns a picture of (height, width, 4) bytes, opaque where there was no alpha
 */
export function gatherNearest(
  picture: DecodedPicture,
  height: number,
  width: number,
  spare?: SpareBytes,
): DecodedPicture {
  const { data } = picture;
  const channels = data.length / (picture.width * picture.height);
  const columns = Uint32Array.from({ length: width }, (_, x) => channels * nearestIndex(x, picture.width, width));
  const bytes = 4 * width * height;
  const picked = (spare?.take(bytes) ?? new Uint8Array(bytes)).fill(255);
  for (let y = 0; y < height; y++) {
    const row = channels * nearestIndex(y, picture.height, height) * picture.width;
    for (let x = 0; x < width; x++) {
      const from = row + columns[x]!;
      const to = 4 * (y * width + x);
      for (let c = 0; c < channels; c++) picked[to + c] = data[from + c]!;
    }
  }
  return { width, height, data: picked };
}

/**
 * Whether a picture of so many RGBA bytes is thinned. Only for the nearest resize without random crops or zooms: other resizes need
 * every pixel.
 */
export function isThinned(bytes: number, { maxUploadBytes, height, width }: UploadLimit): boolean {
  return bytes > Math.max(maxUploadBytes, 4 * height * width);
}
