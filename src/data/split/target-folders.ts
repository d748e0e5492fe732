// The folders that a split writes to: which must lie apart, what stands in them, and what a run that was killed left.

import { randomBytes } from 'node:crypto';
import { readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { VggpuError } from '../../errors.js';
import { writeError } from '../files/atomic-file.js';

/** The folders of a split, below its own, that hold its sets. */
const OWN = ['train', 'valid', 'sample', 'test'];

/** Of a picture, and of the plan as atomic-file names it. */
const TEMPORARY = /^(\.vggpu-split\.[0-9a-f]{16}|\.\.vggpu-split\.json\.[0-9a-f]{12})\.tmp$/;

/** @returns a new name, hidden, for a file that is being written in a folder */
export function temporaryPath(folder: string): string {
  return join(folder, `.vggpu-split.${randomBytes(8).toString('hex')}.tmp`);
}

/**
 * Lists what stands in folders below `root`, and removes the temporary files of a run that was killed.
 *
 * @param folders below root, with forward slashes; those that do not exist are empty
 * @returns the paths below root of everything in them
 */
export async function listPresent(root: string, folders: Iterable<string>): Promise<Set<string>> {
  const present = new Set<string>();
  for (const folder of folders) {
    const path = join(root, folder);
    const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      if (error.code === 'ENOTDIR') throw inTheWay(path, 'a folder belongs there, and something else');
      throw writeError(path, error);
    });
    for (const name of names) {
      if (TEMPORARY.test(name)) await rm(join(path, name), { force: true });
      else present.add(folder === '' ? name : `${folder}/${name}`);
    }
  }
  return present;
}

/**
 * @param sources folders and archives to be split
 * @throws VggpuError `usage` where a folder lies in another, the split would lie in one, or one where the split writes
 */
export async function assertApart(sources: readonly string[], out: string): Promise<void> {
  const target = await realPath(out);
  const real = await Promise.all(sources.map(realPath));
  for (const [i, source] of sources.entries()) {
    const folder = await isFolder(real[i]!);
    const other = real.findIndex((path, j) => j !== i && (folder ? isWithin(real[i]!, path) : real[i] === path));
    if (other >= 0) {
      throw new VggpuError(
        'usage',
        `${source} lies in ${sources[other]}, or is the same: name each picture's SOURCE once.`,
      );
    }
    if (isWithin(target, real[i]!)) {
      throw new VggpuError(
        'usage',
        `--out ${out} lies in ${source}, which is to be split: name a folder outside of it.`,
      );
    }
    const own = OWN.find((name) => isWithin(real[i]!, join(target, name)));
    if (own && folder) {
      throw new VggpuError(
        'usage',
        `${source} lies where the split is written (${join(out, own)}): rename it first, or name another --out.`,
      );
    }
  }
}

/** @returns whether names that differ only in the case of their letters are one file in a folder, as on macOS and Windows */
export async function ignoresCase(folder: string): Promise<boolean> {
  const probe = temporaryPath(folder);
  try {
    await writeFile(probe, '');
    const twin = await stat(join(folder, basename(probe).toUpperCase())).catch(() => undefined);
    return twin !== undefined;
  } catch (error) {
    throw writeError(probe, error);
  } finally {
    await rm(probe, { force: true });
  }
}

/** @returns an error for something that this split did not put there */
export function inTheWay(path: string, what: string): VggpuError {
  return new VggpuError(
    'output',
    `Cannot write ${path}: ${what} is in the way. It is left as it is: move it away if it is not needed, or name another --out.`,
  );
}

/** A path with all links followed, as far as it exists. */
async function realPath(path: string): Promise<string> {
  const whole = resolve(path);
  const found = await realpath(whole).catch(() => undefined);
  if (found !== undefined || dirname(whole) === whole) return found ?? whole;
  return join(await realPath(dirname(whole)), basename(whole));
}

function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
