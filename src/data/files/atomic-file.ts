// Writing a file whole or not at all: a temporary file in the same folder, synced, renamed over the old one.

import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { writeFully } from './file-bytes.js';

/** What a file can be written from: everything at once, or piece by piece. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A temporary file that nothing was written to for this long was left by a killed run, whatever machine made it. */
const STALE_MILLISECONDS = 24 * 3600 * 1000;

/** In the names of temporary files: a folder may be shared by machines, and only this one's processes can be asked after. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);

/**
 * Writes a file through `write`, which gets the path of a temporary file beside it and may open it as it likes, but must have
 * closed it when its promise resolves. Until then, and if it fails, whatever stood at `path` stays untouched; afterwards the
 * new content is on the disk. A link at `path` is kept, and the file it leads to is replaced.
 *
 * @throws VggpuError `output` where the folder is missing or read-only, the disk is full, or `path` is a folder; whatever
 *   else `write` throws
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const target = await resolveTarget(path);
  const temporary = temporaryName(target);
  try {
    await write(temporary);
    await syncPath(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
  await syncFolder(dirname(target));
}

/** Writes bytes or text whole or not at all; see replaceFile. */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  await replaceFile(path, async (temporary) => {
    const handle = await open(temporary, 'wx');
    try {
      for await (const piece of pieces(content)) await writeFully(handle, piece, null);
    } finally {
      await handle.close();
    }
  });
}

/**
 * Checks before hours of work that a file can be written at `path`, by making an empty one beside it and removing it again.
 *
 * @throws VggpuError `output` as replaceFile does
 */
export async function assertWritable(path: string): Promise<void> {
  const temporary = temporaryName(await resolveTarget(path));
  try {
    await (await open(temporary, 'wx')).close();
  } catch (error) {
    throw writeError(path, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Removes the temporary files that killed runs left beside a file: those whose process is gone, and those that nothing was
 * written to for a day. Reads the whole folder, so call it once a run and not once a file.
 *
 * @returns how many were removed
 */
export async function removeLeftovers(path: string): Promise<number> {
  const target = await resolveTarget(path);
  const prefix = `.${stemOf(target)}.`;
  let removed = 0;
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const [, machine, id] = /^([0-9a-f]{6})-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (machine === undefined) continue;
    const leftover = join(dirname(target), name);
    const there = await stat(leftover).catch(() => undefined);
    const gone = machine === MACHINE && !isRunning(Number(id));
    if (!there?.isFile() || !(gone || Date.now() - there.mtimeMs > STALE_MILLISECONDS)) continue;
    const kept = await rm(leftover).catch(() => true);
    if (!kept) removed++;
  }
  return removed;
}

/** Bytes that a folder's disk has left; infinite where the system does not say. */
export async function freeBytes(folder: string): Promise<number> {
  const disk = await statfs(folder).catch(() => undefined);
  return disk ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
}

/** Makes a folder and those above it. @throws VggpuError `output` */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeError(folder, error);
  }
}

/** @returns an error of code `output` for what the file system said; any other error as it is */
export function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof VggpuError || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return error;
  const folder = dirname(path);
  const reasons: Record<string, string> = {
    ENOENT: `the folder ${folder} does not exist. Make it first, or name another`,
    ENOTDIR: `${folder} is no folder`,
    EACCES: `writing in ${folder} is not allowed. Check its permissions, or name another folder`,
    EPERM: `writing in ${folder} is not allowed. Check its permissions, or name another folder`,
    EROFS: `${folder} can only be read. Name another folder`,
    ENOSPC: 'the disk is full. Free some space, or name a folder on another disk',
    EDQUOT: 'your disk quota is used up. Free some space, or name a folder on another disk',
    EFBIG: 'the disk does not take files of this size. Name a folder on another disk',
    EISDIR: 'it is a folder. Name a file',
    EEXIST: 'a file is in the way',
    ENAMETOOLONG: 'the name is too long',
  };
  return new VggpuError('output', `Cannot write ${path}: ${reasons[code] ?? code}.`, { cause: error });
}

/** The file that a path names once a link at its end is followed; refuses folders. */
async function resolveTarget(path: string): Promise<string> {
  try {
    const link = await lstat(path).catch(() => undefined);
    const target = link?.isSymbolicLink() ? await realpath(path) : path;
    if (!(await stat(dirname(target))).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
    const there = await stat(target).catch(() => undefined);
    if (there?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return target;
  } catch (error) {
    throw writeError(path, error);
  }
}

/** A hidden name beside the target, which tells whose it is, and short enough whatever the target is called. */
function temporaryName(target: string): string {
  const owner = `${MACHINE}-${process.pid}-${randomBytes(6).toString('hex')}`;
  return join(dirname(target), `.${stemOf(target)}.${owner}.tmp`);
}

function stemOf(target: string): string {
  return Buffer.from(basename(target))
    .subarray(0, 64)
    .toString('latin1')
    .replaceAll(/[^\w.-]/g, '_');
}

/** Whether a process of this machine runs. */
export function isRunning(id: number): boolean {
  try {
    process.kill(id, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function pieces(content: FileContent): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content)];
  return content instanceof Uint8Array ? [content] : content;
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename survive a power cut; Windows and some network disks cannot sync folders, and then it is left out. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
