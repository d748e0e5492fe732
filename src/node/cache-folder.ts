// Finds the folder where this user's caches live: unpacked drivers, tuning tables, computed features.

import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { VggpuError } from '../errors.js';

/** Writes one line for the person at the keyboard; by default on stderr. */
export type Say = (line: string) => void;

let saidTemporary = false;

/** The folder that this system keeps for a user's caches, or undefined where no home is known. */
function conventionalFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const home = environment.HOME || environment.USERPROFILE;
  if (process.platform === 'win32') {
    const local = environment.LOCALAPPDATA;
    if (local) return join(local, 'vggpu', 'Cache');
    return home ? join(home, 'AppData', 'Local', 'vggpu', 'Cache') : undefined;
  }
  const configured = environment.XDG_CACHE_HOME;
  if (configured && isAbsolute(configured)) return join(configured, 'vggpu');
  if (!home || !isAbsolute(home)) return undefined;
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches', 'vggpu') : join(home, '.cache', 'vggpu');
}

/** Makes a folder and those above it. Node's own `recursive` never returns where a parent is there and takes no folders, as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(folder)) throw error; // else another process made it just now
  }
}

/** Makes the folder if it is not there; says why it cannot be used, or undefined where it can. */
function whyUnusable(folder: string): string | undefined {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A folder of this user's own under the system's temporary folder; other users' folders are never taken over. */
function temporaryFolder(): string {
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `vggpu-${uid ?? userInfo().username}`);
  const reason = whyUnusable(folder);
  if (reason === undefined && (uid === undefined || statSync(folder).uid === uid)) return folder;
  throw new VggpuError(
    'device',
    `No folder for caches can be written: neither the home folder's nor ${folder} (${reason ?? 'it belongs to another user'}). ` +
      'Set VGGPU_CACHE to a folder that can be written.',
  );
}

/**
 * The user's cache folder, made if it was not there: `VGGPU_CACHE`, else `XDG_CACHE_HOME/vggpu`, else the platform's own place
 * (`~/.cache/vggpu`, `~/Library/Caches/vggpu`, `%LOCALAPPDATA%\vggpu\Cache`). Where that cannot be written, a folder under the temporary
 * folder, said once. Throws a `device` error where `VGGPU_CACHE` was given and cannot be written.
 */
export function cacheFolder(say: Say = sayOnStderr, environment: NodeJS.ProcessEnv = process.env): string {
  const asked = environment.VGGPU_CACHE;
  if (asked) {
    const folder = resolve(asked);
    const reason = whyUnusable(folder);
    if (reason === undefined) return folder;
    throw new VggpuError(
      'device',
      `VGGPU_CACHE names ${folder}, which cannot be written (${reason}). Name a folder that can be, or unset it.`,
    );
  }
  const folder = conventionalFolder(environment);
  const reason = folder === undefined ? 'no home folder is set' : whyUnusable(folder);
  if (folder !== undefined && reason === undefined) return folder;
  const temporary = temporaryFolder();
  if (!saidTemporary) {
    saidTemporary = true;
    say(
      `Caches go to ${temporary} and may be lost when the machine restarts: ${folder ?? 'the usual place'} cannot be used (${reason}).`,
    );
  }
  return temporary;
}

/** Writes a line on stderr. */
export function sayOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
