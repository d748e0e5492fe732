// Keras 3's `.keras` files: a zip archive with the model's configuration, and its weights as one HDF5 member.

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { VggpuError } from '../../errors.js';
import { bytes } from './hdf5-check.js';

const WEIGHTS = 'model.weights.h5';
const CONFIGURATION = 'config.json';
/** Keras' largest published models take some hundreds of KiB. */
const LARGEST_CONFIGURATION = 64 * 1024 * 1024;

/**
 * Unpacks the weights of a `.keras` archive into a new temporary folder.
 *
 * @returns the unpacked file's path, the model's configuration (JSON) where there is one, and a function that removes the
 *   folder.
 * @throws VggpuError 'weights' for a broken archive or one of something else, 'output' where there is no room for it.
 */
export async function unpackKerasArchive(
  path: string,
): Promise<{ weights: string; configuration: string | undefined; remove: () => Promise<void> }> {
  return withArchive(path, async (archive, entries) => {
    const entry = memberOf(path, entries, WEIGHTS);
    const configuration = await readConfiguration(path, archive, entries);
    const folder = await mkdtemp(join(tmpdir(), 'vggpu-')).catch((error: Error) => {
      throw noRoom(path, entry, error);
    });
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      const weights = join(folder, WEIGHTS);
      await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(weights));
      return { weights, configuration, remove };
    } catch (error) {
      await remove();
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOSPC' || code === 'EDQUOT' ? noRoom(path, entry, error as Error) : broken(path, error as Error);
    }
  });
}

/**
 * Reads the model's configuration (JSON) out of a `.keras` archive; undefined where it holds weights alone.
 * @throws VggpuError 'weights' for a broken archive or one of something else.
 */
export async function readKerasConfiguration(path: string): Promise<string | undefined> {
  return withArchive(path, (archive, entries) => {
    memberOf(path, entries, WEIGHTS);
    return readConfiguration(path, archive, entries);
  });
}

async function withArchive<Result>(
  path: string,
  action: (archive: ZipFile, entries: readonly Entry[]) => Promise<Result>,
): Promise<Result> {
  let archive: ZipFile | undefined;
  try {
    archive = await openPromise(path, { autoClose: false });
    const entries: Entry[] = [];
    for await (const entry of archive.eachEntry()) entries.push(entry);
    return await action(archive, entries);
  } catch (error) {
    throw error instanceof VggpuError ? error : broken(path, error as Error);
  } finally {
    archive?.close();
  }
}

async function readConfiguration(
  path: string,
  archive: ZipFile,
  entries: readonly Entry[],
): Promise<string | undefined> {
  const entry = entries.find(({ fileName }) => fileName === CONFIGURATION);
  if (entry === undefined) return undefined;
  if (entry.uncompressedSize > LARGEST_CONFIGURATION) {
    const size = bytes(entry.uncompressedSize);
    throw new VggpuError('weights', `${path}: its ${CONFIGURATION} has ${size}, which no Keras model needs.`);
  }
  return text(await archive.openReadStreamPromise(entry));
}

function memberOf(path: string, entries: readonly Entry[], member: string): Entry {
  const found = entries.find(({ fileName }) => fileName === member);
  if (found !== undefined) return found;
  const names = entries.map(({ fileName }) => fileName);
  const pytorch = names.some((name) => name.endsWith('data.pkl')) ? ', as PyTorch saves it' : '';
  throw new VggpuError(
    'weights',
    `${path} is a zip archive${pytorch}, but not a .keras file: it holds ${names.slice(0, 5).join(', ') || 'nothing'}; ` +
      `expected ${member}. If the weights are in it, unpack it and give the .h5 file.`,
  );
}

function broken(path: string, error: Error): VggpuError {
  const advice = 'Delete it and download it again';
  return new VggpuError('weights', `${path} is a damaged zip archive (${error.message}). ${advice}.`, { cause: error });
}

function noRoom(path: string, entry: Entry, error: Error): VggpuError {
  return new VggpuError(
    'output',
    `no room to unpack ${bytes(entry.uncompressedSize)} of ${path} into the temporary folder ${tmpdir()} ` +
      `(${error.message}). Free some, or set TMPDIR to a folder with more.`,
    { cause: error },
  );
}
