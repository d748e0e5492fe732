// A file on its way in: the bytes that came so far, and beside them what file they are of, so that a later run goes on from there
// and never glues the beginning of one file to the end of another.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as v from 'valibot';
import { VggpuError } from '../../errors.js';
import { freeBytes, syncFolder, writeError } from '../files/atomic-file.js';
import { writeFully } from '../files/file-bytes.js';
import { bytes } from '../keras/hdf5-check.js';
import { type HashOptions, hashHandle } from './md5.js';

const VersionSchema = v.object({
  url: v.string(),
  etag: v.optional(v.string()),
  lastModified: v.optional(v.string()),
  total: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});

/** What a server said of the file it sends: address, ETag, Last-Modified, size in bytes. */
export type Version = Readonly<v.InferOutput<typeof VersionSchema>>;

export interface PartialFile {
  /** How many bytes are there. */
  readonly bytes: number;
  /** What the bytes are of; undefined where that is not known. */
  readonly version: Version | undefined;
  /** Whether the bytes came in more than one piece. */
  readonly pieced: boolean;
  /** Notes that what is appended now comes from another response than what is there. */
  goOn(): void;
  /** Drops what is there; the next bytes are the first ones of `version`. */
  startAnew(version?: Version): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** The md5 of what is there, 32 hexadecimal digits. */
  md5(): string;
  /** Puts the file in its place, whole and on the disk. */
  land(): Promise<void>;
  /** Closes it; what is there stays for the next run, and nothing stays where nothing is there. */
  close(): Promise<void>;
}

/** Where the bytes of `file` gather until it is whole. */
export const partialPath = (file: string): string => `${file}.part`;
const versionPath = (file: string): string => `${file}.part.json`;

/**
 * Opens what an earlier run left of `file`, or an empty partial file, and hashes what is there.
 *
 * @throws VggpuError 'output' from all of its functions, where the disk is full or the folder cannot be written
 */
export async function openPartial(file: string, options: HashOptions = {}): Promise<PartialFile> {
  const writing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw writeError(file, error);
    }
  };
  const path = partialPath(file);
  const handle = await writing(() => open(path, constants.O_RDWR | constants.O_CREAT, 0o666));
  let hash = createHash('md5');
  let length: number;
  try {
    length = await hashHandle(handle, hash, options);
  } catch (error) {
    await handle.close();
    throw writeError(file, error);
  }
  let version = length > 0 ? await readVersion(versionPath(file)) : undefined;
  let pieced = length > 0;
  let landed = false;
  return {
    get bytes() {
      return length;
    },
    get version() {
      return version;
    },
    get pieced() {
      return pieced;
    },
    goOn() {
      pieced = length > 0;
    },
    startAnew: (next) =>
      writing(async () => {
        // In this order, a process that is killed in between leaves no bytes beside the description of another file.
        if (length > 0) {
          await handle.truncate(0);
          await handle.sync();
        }
        hash = createHash('md5');
        length = 0;
        pieced = false;
        version = next;
        if (next) await writeFile(versionPath(file), `${JSON.stringify(next)}\n`, { flush: true });
        else await rm(versionPath(file), { force: true });
      }),
    append: (chunk) =>
      writing(async () => {
        await writeFully(handle, chunk, length);
        hash.update(chunk);
        length += chunk.byteLength;
      }),
    md5: () => hash.copy().digest('hex'),
    land: () =>
      writing(async () => {
        await handle.sync();
        await rename(path, file);
        landed = true;
        await syncFolder(dirname(file));
        await rm(versionPath(file), { force: true });
      }),
    async close() {
      await handle.close();
      if (landed || length > 0) return;
      await rm(path, { force: true });
      await rm(versionPath(file), { force: true });
    },
  };
}

/** Removes the description of a partial file that is not there any more: a run was killed right after the file had landed. */
export async function removeLeftover(file: string): Promise<void> {
  const part = await open(partialPath(file), 'r').catch(() => undefined);
  if (part) await part.close();
  else await rm(versionPath(file), { force: true }).catch(() => undefined);
}

/** @throws VggpuError 'output' where the disk of `file` has less room than `size` bytes */
export async function ensureRoom(file: string, size: number): Promise<void> {
  const free = await freeBytes(dirname(file));
  if (free >= size) return;
  throw new VggpuError(
    'output',
    `${basename(file)} needs ${bytes(size)} more, but the disk of ${dirname(file)} has ${bytes(free)} left. ` +
      'Free some space, or name a folder on another disk.',
  );
}

async function readVersion(path: string): Promise<Version | undefined> {
  try {
    const result = v.safeParse(VersionSchema, JSON.parse(await readFile(path, 'utf8')));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
