// What a zip archive says that it holds, checked before anything is unpacked: names, sizes, compression.

import { type Entry, getFileNameLowLevel, validateFileName, type ZipFile } from 'yauzl';
import { VggpuError } from '../../errors.js';
import { isPictureName } from '../pictures/picture-files.js';
import { someOf } from '../some-of.js';
import { isPassedOver } from './source.js';

/** What an archive holds. */
export interface ZipContents {
  /** By name, without `./`. */
  entries: Map<string, Entry>;
  leftOut: string[];
  hidden: number;
}

/** Deflate makes 1,032 bytes of one at most, pictures shrink little: an archive that claims more than this is no set of photos. */
const LARGEST_RATIO = 200;

/** Archives that unpack to less than this are harmless whatever their ratio. */
const HARMLESS_BYTES = 2 ** 30;

/**
 * Reads an archive's directory.
 *
 * @throws VggpuError `pictures` for an archive that is damaged, encrypted, compressed by other means than deflate, has a name
 *   twice, points outside of the folder it is unpacked to, or unpacks to far more than its size can hold
 */
export async function readEntries(archive: ZipFile, path: string): Promise<ZipContents> {
  const contents: ZipContents = { entries: new Map(), leftOut: [], hidden: 0 };
  const hidden = new Set<string>();
  const sizes = { packed: 0, unpacked: 0 };
  let last = '';
  try {
    for await (const entry of archive.eachEntry()) {
      const raw = nameOf(entry, path);
      last = raw;
      const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
      const name = parts.join('/');
      if (raw.endsWith('/') || name === '') continue;
      sizes.packed += entry.compressedSize;
      sizes.unpacked += entry.uncompressedSize;
      const over = parts.findIndex(isPassedOver);
      if (over >= 0) hidden.add(parts.slice(0, over + 1).join('/'));
      else if (!isPictureName(parts.at(-1)!) || isLink(entry)) contents.leftOut.push(name);
      else if (contents.entries.has(name)) throw refused(path, `holds ${name} twice`);
      else contents.entries.set(name, entry);
    }
  } catch (error) {
    throw error instanceof VggpuError ? error : damaged(path, error, last && `after ${last}`);
  }
  assertReadable([...contents.entries], path);
  assertPlausible(sizes, archive.fileSize, path);
  return { ...contents, hidden: hidden.size };
}

/** @returns an error for an archive that does not hold what it says @param where which entry, such as `at cat.0.jpg` */
export function damaged(path: string, error: unknown, where = ''): VggpuError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (/strong encryption/.test(message)) return encrypted(path, where);
  const what = `${path} is a damaged zip archive${where && `, ${where}`} (${code ?? message})`;
  return new VggpuError('pictures', `${what}. Delete it and download it again.`, { cause: error });
}

function nameOf(entry: Entry, path: string): string {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  const wrong = name.includes('\0') ? 'NUL in a name' : validateFileName(name);
  if (wrong === null) return name;
  throw refused(
    path,
    `holds an entry that may point outside of the folder it is unpacked to (${wrong.replaceAll('\0', '\\0')})`,
  );
}

function refused(path: string, what: string): VggpuError {
  return new VggpuError(
    'pictures',
    `${path} ${what}. Nothing was unpacked. Get the archive from where it was published, or unpack it with a tool of your ` +
      'own and give the folder.',
  );
}

function encrypted(path: string, where: string): VggpuError {
  return new VggpuError(
    'pictures',
    `${path} is encrypted${where && ` (${where})`}. Unpack it with its password, and give the folder.`,
  );
}

/** Whether a Unix archiver stored a symbolic link: its bytes are a path, not a picture. */
function isLink({ versionMadeBy, externalFileAttributes }: Entry): boolean {
  const unix = versionMadeBy >> 8 === 3;
  return unix && ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

function assertReadable(entries: readonly (readonly [string, Entry])[], path: string): void {
  const locked = entries.filter(([, entry]) => entry.isEncrypted()).map(([name]) => name);
  if (locked.length > 0) throw encrypted(path, someOf(locked));
  const foreign = entries.filter(([, entry]) => !entry.canDecodeFileData());
  if (foreign.length === 0) return;
  const method = foreign[0]![1].compressionMethod;
  throw new VggpuError(
    'pictures',
    `${path} is compressed by method ${method} (${someOf(foreign.map(([name]) => name))}); stored and deflated entries are ` +
      'read. Unpack it with the tool that made it, and give the folder.',
  );
}

function assertPlausible({ packed, unpacked }: { packed: number; unpacked: number }, size: number, path: string): void {
  if (packed > size) {
    throw refused(path, `says that its entries take ${packed} bytes, more than its own ${size}: they overlap`);
  }
  if (unpacked <= HARMLESS_BYTES || unpacked <= LARGEST_RATIO * size) return;
  throw refused(
    path,
    `would unpack to ${unpacked} bytes, ${Math.round(unpacked / size)} times its size: no pictures do`,
  );
}
