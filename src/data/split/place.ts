// Putting one picture into its places: copied, linked, moved or unpacked, and never half.

import { constants, copyFile, link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { writeError } from '../files/atomic-file.js';
import { fileChecksum } from './checksum.js';
import type { Source } from './source.js';
import { inTheWay, temporaryPath } from './target-folders.js';

/** How pictures come from a folder into the split: `link` is a hard link, where the disk has them. */
export type Placing = 'copy' | 'link' | 'move';

/** A picture on its way. */
export interface Placement {
  source: Source;
  /** In the source. */
  name: string;
  /** Bytes. */
  size: number;
  /** Below the folder of the split, first the picture itself, then its copy in a sample. */
  places: readonly string[];
}

/** The folder of a split, and what is known of it. */
export interface Target {
  folder: string;
  placing: Placing;
  /** Places below the folder where a file is already. */
  present: ReadonlySet<string>;
  /** Called for every file that could not be linked and was copied. */
  onCopyInstead(): void;
}

/**
 * Puts a picture and its copy where they belong, whatever of it a run that was stopped has done already. A file is written
 * under a temporary name and then renamed, so one that has its name is whole.
 *
 * @returns whether anything was left to do
 * @throws VggpuError `output` where another file is in the way or writing fails; `pictures` where the picture cannot be read
 */
export async function placePicture(picture: Placement, target: Target): Promise<boolean> {
  const { source, name, places } = picture;
  const first = join(target.folder, places[0]!);
  let worked = false;
  if (await isThere(picture, places[0]!, target)) {
    if (target.placing === 'move') worked = await removeMoved(picture, first);
  } else {
    await bring(source, name, first, target);
    worked = true;
  }
  for (const place of places.slice(1)) {
    if (await isThere(picture, place, target)) continue;
    await duplicate(first, join(target.folder, place), target);
    worked = true;
  }
  return worked;
}

/** @throws VggpuError `output` where a file of another size, a folder or a link is in the way */
async function isThere({ size }: Placement, place: string, { folder, present }: Target): Promise<boolean> {
  if (!present.has(place)) return false;
  const path = join(folder, place);
  const found = await lstat(path);
  if (found.isFile() && found.size === size) return true;
  throw inTheWay(
    path,
    found.isFile() ? `a file of ${found.size} bytes instead of ${size}` : 'something that is no file',
  );
}

async function bring(source: Source, name: string, path: string, target: Target): Promise<void> {
  const file = source.fileOf(name);
  const copy = (temporary: string) => source.copyTo(name, temporary);
  if (file === undefined || target.placing === 'copy') await write(path, copy);
  else if (target.placing === 'link') await duplicate(file, path, target, copy);
  else await move(source, name, file, path);
}

/** Links where links are wanted and possible, and copies otherwise. */
async function duplicate(
  from: string,
  to: string,
  { placing, onCopyInstead }: Target,
  copy = (temporary: string) => copyFile(from, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
): Promise<void> {
  if (placing === 'link') {
    if (await linked(from, to)) return;
    onCopyInstead();
  }
  await write(to, copy);
}

/** What file systems say that have no hard links, are not the same, or have no more of them for this file. */
const NO_LINK = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (NO_LINK.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw writeError(to, error);
  }
}

async function move(source: Source, name: string, file: string, path: string): Promise<void> {
  try {
    await rename(file, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw unmoved(file, path, error);
    await write(path, async (temporary) => {
      await source.copyTo(name, temporary);
      await assertSame(source, name, temporary);
    });
    await removeOriginal(file, path);
  }
}

/** Ends a move that was stopped between the copy to another disk and the removal. */
async function removeMoved({ source, name }: Placement, path: string): Promise<boolean> {
  const file = source.fileOf(name);
  if (file === undefined || (await areOneFile(file, path))) return false;
  await assertSame(source, name, path);
  await removeOriginal(file, path);
  return true;
}

/** Whether two paths lead to one file that has no second name: a link to the source stands among the split's folders. */
async function areOneFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(a), stat(b)]);
  if (first.dev !== second.dev || first.ino !== second.ino) return false;
  return first.nlink < 2 || (await realpath(a)) === (await realpath(b));
}

async function assertSame(source: Source, name: string, path: string): Promise<void> {
  if ((await checksumThere(path)) === (await source.checksum(name))) return;
  throw inTheWay(path, `a file with other bytes than ${join(source.path, name)} (which stays where it is)`);
}

/** @returns the CRC-32 of a file in the split @throws VggpuError `output` where it cannot be read */
export async function checksumThere(path: string): Promise<number> {
  return fileChecksum(path).catch((error: NodeJS.ErrnoException) => {
    throw inTheWay(path, `a file that cannot be read (${error.code})`);
  });
}

async function write(path: string, fill: (temporary: string) => Promise<unknown>): Promise<void> {
  const temporary = temporaryPath(dirname(path));
  try {
    await fill(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/** Removes what was copied to another disk, once the copy and its name are on that disk. */
async function removeOriginal(file: string, path: string): Promise<void> {
  try {
    const copy = await open(path, process.platform === 'win32' ? 'r+' : 'r'); // a copy may be read-only, as its original
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
    await syncFolder(dirname(path));
    await rm(file);
  } catch (error) {
    throw unmoved(file, path, error);
  }
}

/** Some systems cannot sync folders; then it is left out. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function unmoved(file: string, path: string, error: unknown): VggpuError {
  const { code } = error as NodeJS.ErrnoException;
  return new VggpuError(
    'output',
    `Cannot move ${file} to ${path} (${code}). Check that both folders may be written to, then run it again; or split into ` +
      'another --out with --copy.',
    { cause: error },
  );
}
