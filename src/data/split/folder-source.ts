// A folder of pictures as the source of a split.

import { constants, type Dirent } from 'node:fs';
import { copyFile, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { isPictureName, kindOf, listFolder } from '../pictures/picture-files.js';
import { fileChecksum } from './checksum.js';
import { isPassedOver, type Source } from './source.js';

/** Files whose sizes are asked for at once. */
const STAT_BATCH = 64;

/** A file on disk, links followed, and its bytes. */
interface KnownFile {
  path: string;
  size: number;
}

interface Listing {
  /** By name below the folder. */
  files: Map<string, KnownFile>;
  leftOut: string[];
  hidden: number;
  /** Names of files and folders that are links. */
  links: string[];
}

/**
 * Lists a folder and the folders in it. Links are followed, each folder once.
 *
 * @throws VggpuError `pictures` where a folder is missing or cannot be read
 */
export async function openFolder(path: string): Promise<Source> {
  const { files, leftOut, hidden, links } = await list(path);
  return {
    ...{ path, kind: 'folder', leftOut, hidden },
    pictures: [...files].map(([name, { size }]) => ({ name, size })),
    ...(links.length > 0 && { unmovable: `${join(path, links[0]!)} is a link to somewhere else` }),
    fileOf: (name) => files.get(name)?.path,
    checksum: (name) => reading(files.get(name)!, ({ path: file }) => fileChecksum(file)),
    copyTo: (name, target) =>
      reading(files.get(name)!, async (file) => {
        await copyFile(file.path, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        const { size } = await stat(target);
        if (size !== file.size) throw changed(file, size);
      }),
    close() {},
  };
}

async function list(root: string): Promise<Listing> {
  const found: Listing = { files: new Map(), leftOut: [], hidden: 0, links: [] };
  const visited = new Set<string>();
  const walk = async (folder: string, prefix: string): Promise<void> => {
    const entries = await listFolder(folder);
    const real = await realpath(folder);
    if (visited.has(real)) return;
    visited.add(real);
    const folders: string[] = [];
    const pictures: Dirent[] = [];
    for (const entry of entries) {
      if (isPassedOver(entry.name)) {
        found.hidden++;
        continue;
      }
      const kind = await kindOf(entry, join(folder, entry.name));
      if (kind === 'folder') folders.push(entry.name);
      else if (kind === 'file' && isPictureName(entry.name)) pictures.push(entry);
      else found.leftOut.push(prefix + entry.name);
      if (entry.isSymbolicLink()) found.links.push(prefix + entry.name);
    }
    for (let first = 0; first < pictures.length; first += STAT_BATCH) {
      const batch = pictures.slice(first, first + STAT_BATCH);
      const known = await Promise.all(batch.map((entry) => measure(folder, entry)));
      for (const [i, { name }] of batch.entries()) {
        const file = known[i];
        if (file) found.files.set(prefix + name, file);
        else found.leftOut.push(prefix + name);
      }
    }
    for (const name of folders) await walk(join(folder, name), `${prefix}${name}/`);
  };
  await walk(root, '');
  return found;
}

/** @returns undefined for a link that leads nowhere */
async function measure(folder: string, entry: Dirent): Promise<KnownFile | undefined> {
  const path = join(folder, entry.name);
  try {
    const { size } = await stat(path);
    return { path: entry.isSymbolicLink() ? await realpath(path) : path, size };
  } catch (error) {
    if (entry.isSymbolicLink()) return undefined;
    throw unreadable(path, error);
  }
}

/** Runs what reads a file; where that fails since the file cannot be read, the error says so of the file. */
async function reading<T>(file: KnownFile, read: (file: KnownFile) => Promise<T>): Promise<T> {
  try {
    return await read(file);
  } catch (error) {
    if (error instanceof VggpuError) throw error;
    const handle = await open(file.path, 'r').catch((reason: unknown) => {
      throw unreadable(file.path, reason);
    });
    await handle.close();
    throw error;
  }
}

function unreadable(path: string, error: unknown): VggpuError {
  const { code } = error as NodeJS.ErrnoException;
  const wrong =
    code === 'ENOENT'
      ? 'is gone: something removed it while the split ran'
      : code === 'EACCES' || code === 'EPERM'
        ? 'may not be read. Check its permissions, then run the split again: it goes on where it stopped'
        : `cannot be read (${code})`;
  return new VggpuError('pictures', `The picture ${path} ${wrong}.`, { cause: error });
}

function changed({ path, size }: KnownFile, now: number): VggpuError {
  return new VggpuError('pictures', `${path} changed while it was copied: it had ${size} bytes, and now has ${now}.`);
}
