// Downloads a file so that it is whole or not there: several addresses, attempts that go on where the last one ended, a check of
// size and md5, and one rename at the end.

import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { VggpuError } from '../../errors.js';
import { makeFolder, writeError } from '../files/atomic-file.js';
import { bytes } from '../keras/hdf5-check.js';
import { AttemptFailure } from './attempt-failure.js';
import { type AttemptSettings, completeFrom, whyWrong } from './attempts.js';
import { lockDownload } from './download-lock.js';
import { md5OfFile } from './md5.js';
import { openPartial, partialPath, removeLeftover } from './partial-file.js';

export interface DownloadProgress {
  /** `check`: hashing what is there. `download`: bytes that came, those of earlier runs included. */
  readonly phase: 'check' | 'download';
  /** Bytes. */
  readonly done: number;
  /** Bytes; absent where the server does not say. */
  readonly total?: number | undefined;
}

export interface DownloadOptions {
  /** Addresses of the file (http or https), tried in order. */
  readonly urls: readonly string[];
  /** Where it goes. While it is on its way there are `file.part`, `file.part.json` and `file.part.lock` beside it. */
  readonly file: string;
  /** Bytes it must have. */
  readonly size?: number | undefined;
  /** The md5 it must have: 32 hexadecimal digits. */
  readonly md5?: string | undefined;
  /** Downloads it again where it is there already. */
  readonly force?: boolean | undefined;
  /** Seconds without a byte after which a connection is given up; 30 if not given. */
  readonly timeout?: number | undefined;
  /** Attempts at an address that bring nothing before it is given up; 5 if not given. */
  readonly tries?: number | undefined;
  /** Seconds before the second attempt, doubled for each further one up to 30; 1 if not given. */
  readonly backOff?: number | undefined;
  /** Stops the download; what came stays for the next time. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Gets sentences for the person at the keyboard: attempts that failed, another process that is waited for. */
  readonly say?: ((line: string) => void) | undefined;
}

export interface DownloadResult {
  readonly file: string;
  readonly bytes: number;
  /** 32 hexadecimal digits. */
  readonly md5: string;
  /** False where it was there already. */
  readonly downloaded: boolean;
}

interface Settings extends AttemptSettings {
  readonly urls: readonly string[];
  /** Told how many bytes of a file are hashed. */
  readonly onHashed: (done: number, total: number) => void;
}

/**
 * Downloads a file, going on with what an earlier run left. Where it is there already, it is checked and nothing is downloaded.
 * Two processes at once: the second one waits and finds it there.
 *
 * @throws VggpuError 'usage' for an address or md5 that is none; 'weights' where no address gave the file, or another file is
 *   in its place; 'output' where it cannot be written. The signal's reason where that stopped it.
 */
export async function download(options: DownloadOptions): Promise<DownloadResult> {
  const settings = await settingsOf(options);
  const { file, signal, say } = settings;
  const there = options.force ? undefined : await findPresent(settings);
  if (there) return there;
  await makeFolder(dirname(file));
  let told = false;
  const lock = await lockDownload(`${partialPath(file)}.lock`, {
    signal,
    onWait(process) {
      if (!told) say(`Waiting for another process${process ? ` (${process})` : ''} that is downloading ${file}.`);
      told = true;
    },
  });
  try {
    const since = options.force ? undefined : await findPresent(settings);
    return since ?? (await fetchWhole({ ...settings, signal: AbortSignal.any([signal, lock.lost]) }));
  } finally {
    await lock.release();
  }
}

async function settingsOf(options: DownloadOptions): Promise<Settings> {
  check(options);
  const { urls, size, md5, timeout = 30, tries = 5, backOff = 1, onProgress } = options;
  const { signal = new AbortController().signal, say = () => undefined } = options;
  const asked = resolve(options.file);
  return {
    ...{ urls, size, md5: md5?.toLowerCase(), timeout, tries, backOff, signal, say },
    file: await realpath(asked).catch(() => asked), // a link stays, and what it leads to is replaced
    onBytes: (done, total) => onProgress?.({ phase: 'download', done, total }),
    onHashed: (done, total) => onProgress?.({ phase: 'check', done, total }),
  };
}

/** What is known of the file that is there, or undefined where it has to be downloaded. */
async function findPresent(settings: Settings): Promise<DownloadResult | undefined> {
  const { file, signal, onHashed } = settings;
  const found = await md5OfFile(file, { signal, onProgress: onHashed }).catch((error) => {
    throw writeError(file, error);
  });
  if (!found) return undefined;
  const wrong = whyWrong(found, settings);
  if (wrong) {
    throw new VggpuError('weights', `${file} is there already, but ${wrong}. Move it away, or force a new download.`);
  }
  await removeLeftover(file);
  return { file, ...found, downloaded: false };
}

/** Tries the addresses in order. */
async function fetchWhole(settings: Settings): Promise<DownloadResult> {
  const { file, urls, signal, say, onHashed } = settings;
  const partial = await openPartial(file, { signal, onProgress: onHashed });
  const failures: string[] = [];
  try {
    for (const url of urls) {
      try {
        await completeFrom(url, partial, settings);
        signal.throwIfAborted();
        const result = { file, bytes: partial.bytes, md5: partial.md5(), downloaded: true };
        await partial.land();
        return result;
      } catch (error) {
        if (!(error instanceof AttemptFailure)) throw error;
        failures.push(`${url}: ${error.message}.`);
        if (failures.length < urls.length) say(`${failures.at(-1)} Trying the next address.`);
      }
    }
    const kept =
      partial.bytes > 0
        ? `The ${bytes(partial.bytes)} that came are kept: run the same again to go on from there.`
        : 'Check the address, or download it in another way.';
    throw new VggpuError('weights', `${file} could not be downloaded. ${failures.join(' ')} ${kept}`);
  } finally {
    await partial.close();
  }
}

function check({ urls, md5 }: DownloadOptions): void {
  if (urls.length === 0) throw new VggpuError('usage', 'There is no address to download from.');
  for (const url of urls) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
      throw new VggpuError('usage', `'${url}' is no address to download from; expected http://... or https://...`);
    }
    if (parsed.username || parsed.password) {
      throw new VggpuError('usage', `The address on ${parsed.host} has a password in it, which is not supported.`);
    }
  }
  if (md5 !== undefined && !/^[0-9a-f]{32}$/i.test(md5)) {
    throw new VggpuError('usage', `'${md5}' is no md5; expected 32 hexadecimal digits.`);
  }
}
