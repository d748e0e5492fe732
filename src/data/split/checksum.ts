// The CRC-32 of a file: zip archives note it of every entry.

import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';

/** @returns the CRC-32 of a file's bytes, as zip archives have it */
export async function fileChecksum(path: string): Promise<number> {
  let sum = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 18 })) sum = crc32(piece as Buffer, sum);
  return sum;
}
