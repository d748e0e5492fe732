// Finding picture files under a folder: which names count, in which order they come, and which links are followed.

import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';

/** A picture on disk. */
export interface PictureFile {
  /** Where to open it. */
  path: string;
  /** Its path below the folder that was listed, with forward slashes on every system. */
  name: string;
}

/** What a folder and the folders in it hold. */
export interface FoundPictures {
  /** In natural order of their names. */
  files: PictureFile[];
  /** Files that are no pictures by their names (Thumbs.db, notes.txt) or are hidden. */
  ignored: number;
}

/**
 * Extensions that say "this is a picture". The second line cannot be decoded here: such a file is found all the same, so
 * that it is reported as unreadable rather than silently missing.
 */
const EXTENSIONS = new Set([
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'gif', 'webp', 'tif', 'tiff', 'svg', 'svgz', 'avif'],
  ...['bmp', 'heic', 'heif', 'jp2', 'jxl', 'ppm', 'pgm', 'tga'],
]);

/** @returns whether a file's name ends in a picture's extension, in any case of letters */
export function isPictureName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && EXTENSIONS.has(name.slice(dot + 1).toLowerCase());
}

/** @returns whether a file or folder is left out for its name: a leading dot, or what macOS adds to its zip files */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** Order by Unicode code points, as Python sorts: the order in which Keras numbers class folders. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)); // UTF-8 keeps the order of code points, UTF-16 does not
}

/** Natural order: runs of digits compare as numbers, so cat.2.jpg comes before cat.10.jpg. The same on every machine. */
export function compareNatural(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareRuns(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareCodePoints(a, b); // cat.1 and cat.01 are equal up to here
}

function compareRuns(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareCodePoints(a, b);
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || compareCodePoints(left, right);
}

/**
 * Finds every picture in a folder and the folders in it. Links are followed; a folder that several links lead to is read
 * once, so a circle of links ends. Hidden folders are not entered.
 *
 * @param prefix what every name begins with, such as `cats/`
 * @param closed folders (as realpath gives them) that links must not lead back to
 * @throws VggpuError `pictures` where a folder cannot be read
 */
export async function findPictures(
  folder: string,
  prefix = '',
  closed: readonly string[] = [],
): Promise<FoundPictures> {
  const visited = new Set(closed);
  const found: FoundPictures = { files: [], ignored: 0 };
  const walk = async (path: string, name: string): Promise<void> => {
    const real = await realpath(path);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of await listFolder(path)) {
      const inner = { path: join(path, entry.name), name: name + entry.name };
      const kind = await kindOf(entry, inner.path);
      if (kind === 'folder') {
        if (!isHidden(entry.name)) await walk(inner.path, `${inner.name}/`);
      } else if (kind === 'file' && !isHidden(entry.name) && isPictureName(entry.name)) found.files.push(inner);
      else found.ignored++;
    }
  };
  await walk(folder, prefix);
  found.files.sort((a, b) => compareNatural(a.name, b.name));
  return found;
}

/**
 * @returns what a folder holds, hidden entries too, by code points
 * @throws VggpuError `pictures` where the folder is missing, is a file or cannot be read
 */
export async function listFolder(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => compareCodePoints(a.name, b.name));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const wrong = {
      ENOENT: 'does not exist. Check the path',
      ENOTDIR: 'is a file, but a folder of pictures was expected',
      EACCES: 'may not be read. Check its permissions',
      EPERM: 'may not be read. Check its permissions',
    }[code ?? ''];
    throw new VggpuError('pictures', `The folder ${folder} ${wrong ?? `cannot be read (${code})`}.`, { cause: error });
  }
}

/**
 * @returns what an entry is once links are followed; a link that leads nowhere counts as a file, for decoding to report, and
 *   pipes, sockets and devices are `other`
 */
export async function kindOf(entry: Dirent, path: string): Promise<'folder' | 'file' | 'other'> {
  if (entry.isSymbolicLink()) {
    const target = await stat(path).catch(() => undefined);
    if (target === undefined || target.isFile()) return 'file';
    return target.isDirectory() ? 'folder' : 'other';
  }
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}
