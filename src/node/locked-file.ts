// A small file that several processes add to: one at a time reads it, and puts a whole new one in its place.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** After so many milliseconds a lock was left by a process that was killed; a change takes a few. */
const ABANDONED = 5000;

/** How often who waits looks, in milliseconds. */
const LOOK = 20;

/**
 * Replaces a file by what `change` makes of its text, undefined where there is none. No change of another process is lost, and
 * who reads meanwhile sees the old text or the new one. Makes the folder where it is missing.
 */
export async function changeFile(path: string, change: (text: string | undefined) => string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unlock = await lock(`${path}.lock`);
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, change(await textOf(path)), { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await unlock();
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a file that only one process can make. @returns what gives it up */
async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await (await open(path, 'wx')).close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const there = await stat(path).catch(() => undefined);
    if (there && Date.now() - there.mtimeMs > ABANDONED) await rm(path, { force: true });
    else await sleep(LOOK);
  }
}
