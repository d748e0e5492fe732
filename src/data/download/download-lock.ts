// One process at a time works on a download; the others wait, and take over from one that was killed.

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { VggpuError } from '../../errors.js';
import { isRunning, writeError } from '../files/atomic-file.js';

export interface DownloadLock {
  /** Aborted should another process take the lock away, which only happens to one that was stopped for long. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called every time that another process still works on it, with that process's number where it is of this machine. */
  readonly onWait: (process: number | undefined) => void;
}

/** How often the owner touches the lock, in milliseconds. */
const TOUCH = 1000;
/** A lock that nobody touched for so long, in milliseconds, has no owner any more. */
const ABANDONED = 10_000;
/** How often who waits looks, in milliseconds. */
const LOOK = 200;

const OwnerSchema = v.object({ pid: v.number(), host: v.string(), token: v.string() });
type Owner = v.InferOutput<typeof OwnerSchema>;

/** The locks of this process. */
const held = new Set<string>();

/**
 * Makes the file at `path`, which is the lock, once nobody else has it.
 *
 * @throws VggpuError 'output' where its folder cannot be written; the signal's reason
 */
export async function lockDownload(path: string, { signal, onWait }: LockOptions): Promise<DownloadLock> {
  const token = randomUUID();
  const own = JSON.stringify({ pid: process.pid, host: hostname(), token } satisfies Owner);
  let seen = { text: '', touched: 0, at: performance.now() };
  held.add(token);
  try {
    for (;;) {
      signal.throwIfAborted();
      if (await create(path, own)) break;
      const now = await look(path);
      if (!now) continue;
      if (now.text !== seen.text || now.touched !== seen.touched) seen = { ...now, at: performance.now() };
      const owner = ownerOf(now.text);
      if (isGone(owner) || performance.now() - seen.at > ABANDONED) {
        if (await remove(path, now.text)) continue;
      } else if (owner) {
        onWait(owner.host === hostname() ? owner.pid : undefined); // without an owner, it is just being written
      }
      await sleep(LOOK, undefined, { signal });
    }
  } catch (error) {
    held.delete(token);
    signal.throwIfAborted();
    throw writeError(path, error);
  }
  return keep(path, own, token);
}

/** Touches the lock until it is released. */
function keep(path: string, own: string, token: string): DownloadLock {
  const lost = new AbortController();
  const timer = setInterval(async () => {
    const now = await look(path).catch(() => undefined);
    if (!held.has(token)) return;
    if (now?.text === own) await utimes(path, new Date(), new Date()).catch(() => undefined);
    else lost.abort(new VggpuError('output', `Another process has taken over: ${path} is not of this one any more.`));
  }, TOUCH).unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      held.delete(token);
      if ((await look(path).catch(() => undefined))?.text === own) await rm(path, { force: true });
    },
  };
}

/** @returns whether the file was made, and not there before */
async function create(path: string, text: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.writeFile(text);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Removes a lock that has no owner any more. Only one at a time may do so, and looks once more before: who saw the old lock
 * a moment ago must not remove the new one that somebody else has made since.
 *
 * @returns whether it was this one's turn
 */
async function remove(path: string, text: string): Promise<boolean> {
  const turn = `${path}.removal`;
  if (!(await create(turn, ''))) {
    const found = await look(turn);
    if (found && Date.now() - found.touched > ABANDONED) await rm(turn, { force: true }); // left by a killed process
    return false;
  }
  try {
    if ((await look(path))?.text === text) await rm(path, { force: true });
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

async function look(path: string): Promise<{ text: string; touched: number } | undefined> {
  try {
    return { text: await readFile(path, 'utf8'), touched: (await stat(path)).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function ownerOf(text: string): Owner | undefined {
  try {
    const result = v.safeParse(OwnerSchema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the owner is a process of this machine that does not run any more. */
function isGone(owner: Owner | undefined): boolean {
  if (owner?.host !== hostname()) return false;
  if (owner.pid === process.pid) return !held.has(owner.token);
  return !isRunning(owner.pid);
}
