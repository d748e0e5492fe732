// Nearest resizing on the CPU, for pictures too large to upload as they are: the same pixels that the picture kernel picks.

import type { DecodedPicture } from './decode.js';

/** When and to what a picture is shrunk before it is uploaded. */
export interface UploadLimit {
  /** Pictures of more RGBA bytes than this are gathered. */
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
 * @returns a new picture of (height, width, 4) bytes
 */
export function gatherNearest(picture: DecodedPicture, height: number, width: number): DecodedPicture {
  const { data } = picture;
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  const source = new Uint32Array(aligned.buffer, aligned.byteOffset, picture.width * picture.height);
  const columns = Uint32Array.from({ length: width }, (_, x) => nearestIndex(x, picture.width, width));
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = nearestIndex(y, picture.height, height) * picture.width;
    for (let x = 0; x < width; x++) pixels[y * width + x] = source[row + columns[x]!]!;
  }
  return { width, height, data: new Uint8Array(pixels.buffer) };
}

/**
 * Gathers a picture that exceeds the limit, and hands back any other as it is. Only for the nearest resize without random
 * crops or zooms: other resizes need every pixel.
 */
export function fitUpload(picture: DecodedPicture, limit: UploadLimit): DecodedPicture {
  const { maxUploadBytes, height, width } = limit;
  const smaller = 4 * height * width < picture.data.length;
  return smaller && picture.data.length > maxUploadBytes ? gatherNearest(picture, height, width) : picture;
}
