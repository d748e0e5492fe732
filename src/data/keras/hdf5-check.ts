// What a file really is, told from its first bytes, before the HDF5 library is let near it.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { VggpuError } from '../../errors.js';

/** A file that may be opened: its real size in bytes, its time of change, and what it holds. */
export interface CheckedFile {
  readonly size: number;
  readonly modified: number;
  readonly kind: 'hdf5' | 'zip';
}

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
const BEGINNINGS: readonly (readonly [beginning: string, looksLike: string])[] = [
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['\x89PNG', 'a PNG picture'],
  ['GIF8', 'a GIF picture'],
  ['%PDF', 'a PDF document'],
  ['\x1f\x8b', 'a gzip archive: unpack it first'],
  ['BZh', 'a bzip2 archive: unpack it first'],
  ['\xfd7zXZ', 'an xz archive: unpack it first'],
  ['7z\xbc\xaf', 'a 7z archive: unpack it first'],
  ['\x93NUMPY', 'a numpy array'],
  ['\x80\x02', 'a Python pickle, perhaps of PyTorch'],
  [
    'version https://git-lfs',
    'a Git LFS pointer, which stands for the file: fetch the file itself with `git lfs pull`',
  ],
];

/**
 * Says whether `file` is one that h5wasm can open, or a zip archive that may hold one.
 * Messages call it `path`, which is another where the file was unpacked from an archive.
 * Source of the superblock's fields: HDF5 File Format Specification 3.0, II.A.
 *
 * @throws VggpuError 'weights' naming what was found instead: nothing, a folder, an empty, unreadable or truncated
 * file, a web page, a picture, an archive.
 */
export function checkHdf5File(file: string, path: string = file): CheckedFile {
  const stats = statistics(file);
  if (stats.isDirectory()) {
    throw new VggpuError('weights', `${path} is a folder; expected a weights file in it, such as ${path}/vgg16.h5.`);
  }
  if (!stats.isFile()) throw new VggpuError('weights', `${path} is not a regular file; expected an HDF5 weights file.`);
  if (stats.size === 0) {
    throw new VggpuError('weights', `${path} is empty (0 bytes): a failed download. Delete it and download it again.`);
  }
  const head = firstBytes(file, stats.size);
  if (head.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    return { size: stats.size, modified: stats.mtimeMs, kind: 'zip' };
  }
  // The superblock may lie behind a user block of 512, 1024, 2048, ... bytes.
  let start = 0;
  while (start < head.length && !head.subarray(start, start + 8).equals(SIGNATURE)) {
    start = start === 0 ? 512 : start * 2;
  }
  if (start >= head.length) {
    const cut = SIGNATURE.subarray(0, head.length).equals(head) ? 'only the first bytes of an HDF5 file' : lookOf(head);
    throw new VggpuError(
      'weights',
      `${path} is not an HDF5 file: it looks like ${cut} (${bytes(stats.size)}). Expected a Keras weights file (.h5).`,
    );
  }
  const end = storedEnd(head.subarray(start));
  if (end === undefined || end > stats.size) {
    const whole = end === undefined ? '' : ` of ${bytes(end)}`;
    throw new VggpuError(
      'weights',
      `${path} is half-downloaded: it has ${bytes(stats.size)}${whole}. Delete it and download it again.`,
    );
  }
  return { size: stats.size, modified: stats.mtimeMs, kind: 'hdf5' };
}

/**
 * Names a file's content for cache keys: SHA-256 (hexadecimal) of its size, its time of change and 64 samples of 64 KiB,
 * since hashing 553 MB whole takes longer than loading them. A copy with another time of change is another content.
 */
export async function contentIdentity(path: string, size: number, modified: number): Promise<string> {
  const hash = createHash('sha256').update(`${size} ${modified}`);
  const file = await open(path, 'r');
  try {
    const sample = Buffer.alloc(64 * 1024);
    for (let index = 0; index < 64; index++) {
      const at = Math.floor((Math.max(0, size - sample.length) * index) / 63);
      const { bytesRead } = await file.read(sample, 0, sample.length, at);
      hash.update(sample.subarray(0, bytesRead));
      if (size <= sample.length) break;
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Turns a system error of reading `path` into a sentence. */
export function readingFailed(path: string, error: unknown): VggpuError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new VggpuError('weights', `${path} does not exist.${neighbours(path)}`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new VggpuError('weights', `${path} cannot be read: permission denied.`, { cause: error });
  }
  return new VggpuError('weights', `${path} cannot be read: ${(error as Error).message}.`, { cause: error });
}

function statistics(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw readingFailed(path, error);
  }
}

function firstBytes(path: string, size: number): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const buffer = Buffer.alloc(Math.min(size, 64 * 1024));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } catch (error) {
    throw readingFailed(path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The end-of-file address in a superblock, in bytes; undefined where the superblock itself is cut or unheard of. */
function storedEnd(superblock: Buffer): number | undefined {
  const version = superblock[8];
  if (version === undefined) return undefined;
  const addressSize = superblock[version < 2 ? 13 : 9];
  const addresses = version === 0 ? 24 : version === 1 ? 28 : 12; // base, free space or extension, end of file
  if (addressSize === undefined) return undefined;
  const at = addresses + 2 * addressSize;
  if (superblock.length < at + addressSize) return undefined;
  if (addressSize === 8) return Number(superblock.readBigUInt64LE(at));
  return addressSize === 4 ? superblock.readUInt32LE(at) : 0;
}

function lookOf(head: Buffer): string {
  const text = head.toString('latin1');
  for (const [beginning, looksLike] of BEGINNINGS) {
    if (text.startsWith(beginning)) return looksLike;
  }
  if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i.test(text)) {
    return 'a web page, as a failed download leaves it: open the address in a browser to see what it says';
  }
  if (/^(\xef\xbb\xbf)?\s*<(\?xml|error)/i.test(text)) return 'an XML document, perhaps the error of a download server';
  if (/^\s*[{[]\s*["{[\]}]/.test(text)) return 'a JSON document, perhaps the error of a download server';
  if (head.every((byte) => byte === 0)) return 'a file of zeros: a download that was given its size but no content';
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) return `text beginning "${text.slice(0, 40).trim()}"`;
  return 'unknown binary data';
}

/** Names up to five weights files of the same folder, since a path is mostly wrong by its last part. */
function neighbours(path: string): string {
  try {
    const names = readdirSync(dirname(path)).filter(
      (name) => /\.(h5|hdf5|keras)$/.test(name) && name !== basename(path),
    );
    return names.length === 0 ? ' Check the path.' : ` That folder has ${names.sort().slice(0, 5).join(', ')}.`;
  } catch {
    return ` Nor does its folder ${dirname(path)}. Check the path.`;
  }
}

/** A size for people: 1,048,576 bytes. */
export function bytes(count: number): string {
  return `${count.toLocaleString('en-US')} bytes`;
}
