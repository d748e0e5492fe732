// A file without a name, in memory where the system has such, through which one process hands bytes to another: places of equal size, written
// and read by offset. A pipe would take a picture apart into some dozen pieces, each of them garbage afterwards.

import { closeSync, existsSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes of a place: a thinned picture, or a photo of half a megapixel whole. What is not written takes no room. */
export const PLACE_BYTES = 2 ** 21;

/** The file descriptor by which a process that was started finds them. */
export const INHERITED_PLACES = 4;

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';

/** @returns a file descriptor that others may inherit, or nothing where there is no room for a file */
export function openPlaces(): number | undefined {
  const path = join(
    existsSync(MEMORY) ? MEMORY : tmpdir(),
    `vggpu-${process.pid}-${Math.random().toString(36).slice(2)}`,
  );
  try {
    const file = openSync(path, 'wx+', 0o600);
    try {
      unlinkSync(path); // it goes with the last process that has it open, however that one ends
    } catch {
      closeSync(file);
      return undefined;
    }
    return file;
  } catch {
    return undefined;
  }
}

/** @returns whether the bytes are there; they may be too many for a place, or for what memory is left */
export function putInPlace(file: number, place: number, bytes: Uint8Array): boolean {
  if (bytes.length > PLACE_BYTES) return false;
  try {
    return writeSync(file, bytes, 0, bytes.length, place * PLACE_BYTES) === bytes.length;
  } catch {
    return false;
  }
}

/**
 * Fills bytes with those of a place.
 * @throws Error where there are fewer
 */
export function takeFromPlace<Bytes extends Uint8Array>(file: number, place: number, bytes: Bytes): Bytes {
  const read = readSync(file, bytes, 0, bytes.length, place * PLACE_BYTES);
  if (read !== bytes.length) throw new Error(`${read} of ${bytes.length} bytes of a picture are there`);
  return bytes;
}
