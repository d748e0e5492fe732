// A file that many processes want to make at once, and that the first of them makes, whole.

import { link, open, stat } from 'node:fs/promises';
import { replaceFile } from '../files/atomic-file.js';
import { writeFully } from '../files/file-bytes.js';

/** What file systems say that have no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Ends replaceFile before it takes the place of anything; it removes the temporary file then. */
class Settled extends Error {
  constructor(readonly made: boolean) {
    super('settled');
  }
}

/**
 * Makes a file with this content, unless there is one: a hard link to a finished temporary file either appears whole or finds
 * the place taken. Where the file system has no hard links, the last of several processes wins.
 *
 * @returns whether this process made it
 * @throws VggpuError 'output' where the folder cannot be written
 */
export async function createExclusively(path: string, content: Iterable<Uint8Array>): Promise<boolean> {
  if (await exists(path)) return false;
  try {
    await replaceFile(path, async (temporary) => {
      const handle = await open(temporary, 'wx');
      try {
        for (const piece of content) await writeFully(handle, piece, null);
        await handle.sync();
      } finally {
        await handle.close();
      }
      try {
        await link(temporary, path);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        if (code === 'EEXIST' || (NO_LINKS.has(code) && (await exists(path)))) throw new Settled(false);
        if (NO_LINKS.has(code)) return;
        throw error;
      }
      throw new Settled(true);
    });
    return true;
  } catch (error) {
    if (error instanceof Settled) return error.made;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
