// The md5 of files, which is what Keras publishes beside its weights.

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { readFully } from '../files/file-bytes.js';

const PIECE = 1 << 20;

/** What hashing may be given. */
export interface HashOptions {
  /** Told how many bytes are hashed. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends it; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Adds the bytes of an open file to a hash. @returns how many there were */
export async function hashHandle(handle: FileHandle, hash: Hash, options: HashOptions = {}): Promise<number> {
  const { size } = await handle.stat();
  const piece = Buffer.alloc(PIECE);
  let done = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const count = await readFully(handle, piece.subarray(0, Math.min(PIECE, size - done)), done);
    if (count === 0) return done;
    hash.update(piece.subarray(0, count));
    done += count;
    options.onProgress?.(done, size);
  }
}

/** @returns the size in bytes and the md5 (32 hexadecimal digits) of a file, or undefined where there is none */
export async function md5OfFile(
  path: string,
  options: HashOptions = {},
): Promise<{ bytes: number; md5: string } | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const hash = createHash('md5');
    const bytes = await hashHandle(handle, hash, options);
    return { bytes, md5: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}
