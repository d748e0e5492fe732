// Keras 3's `.keras` files: a zip archive whose member model.weights.h5 is unpacked to a temporary file.

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { VggpuError } from '../../errors.js';

const MEMBER = 'model.weights.h5';

/**
 * Unpacks the weights of a `.keras` archive into a new temporary folder.
 *
 * @returns the unpacked file's path, and a function that removes it.
 * @throws VggpuError 'weights' for a broken archive or one of something else, 'output' where there is no room for it.
 */
export async function unpackKerasArchive(path: string): Promise<{ weights: string; remove: () => Promise<void> }> {
  const { archive, entry } = await findWeights(path);
  const folder = await mkdtemp(join(tmpdir(), 'vggpu-')).catch((error: Error) => {
    archive.close();
    throw noRoom(path, entry, error);
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const weights = join(folder, MEMBER);
    await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(weights));
    return { weights, remove };
  } catch (error) {
    await remove();
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? noRoom(path, entry, error as Error) : broken(path, error as Error);
  } finally {
    archive.close();
  }
}

async function findWeights(path: string): Promise<{ archive: ZipFile; entry: Entry }> {
  let archive: ZipFile | undefined;
  const names: string[] = [];
  try {
    archive = await openPromise(path, { autoClose: false });
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName === MEMBER) return { archive, entry };
      names.push(entry.fileName);
    }
  } catch (error) {
    archive?.close();
    throw broken(path, error as Error);
  }
  archive.close();
  const pytorch = names.some((name) => name.endsWith('data.pkl')) ? ', as PyTorch saves it' : '';
  throw new VggpuError(
    'weights',
    `${path} is a zip archive${pytorch}, but not a .keras file: it holds ${names.slice(0, 5).join(', ') || 'nothing'}; ` +
      `expected ${MEMBER}. If the weights are in it, unpack it and give the .h5 file.`,
  );
}

function broken(path: string, error: Error): VggpuError {
  const advice = 'Delete it and download it again';
  return new VggpuError('weights', `${path} is a damaged zip archive (${error.message}). ${advice}.`, { cause: error });
}

function noRoom(path: string, entry: Entry, error: Error): VggpuError {
  return new VggpuError(
    'output',
    `no room to unpack ${entry.uncompressedSize} bytes of ${path} into the temporary folder ${tmpdir()} ` +
      `(${error.message}). Free some, or set TMPDIR to a folder with more.`,
    { cause: error },
  );
}
