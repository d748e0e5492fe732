// One request: asks for the bytes that are missing, makes sure that the answer fits those that are there, and appends what comes.

import { bytes } from '../keras/hdf5-check.js';
import { AttemptFailure, networkFailure, statusFailure } from './attempt-failure.js';
import { ensureRoom, type PartialFile, type Version } from './partial-file.js';

export interface TransferOptions {
  readonly url: string;
  /** The path of the file once it is whole. */
  readonly file: string;
  /** Bytes of the whole file, where known beforehand. */
  readonly size: number | undefined;
  /** Where the whole file is held against a known md5 afterwards, bytes from another address may be gone on from. */
  readonly md5: string | undefined;
  /** Seconds without a byte after which the connection counts as stalled. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Called when bytes have been written, with the size of the whole file where it is known. */
  readonly onBytes: (done: number, total: number | undefined) => void;
  /** Gets a sentence where what was there has to be dropped. */
  readonly say: (line: string) => void;
}

/** A Content-Range of bytes (RFC 9110, 14.4). */
const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+|\*)$/;

/**
 * Goes on with `partial` until the answer ends, by Range and If-Range where there is something to go on from (RFC 9110, 13.1.5).
 * Starts anew where the server has another file by now or does not know ranges.
 *
 * @throws AttemptFailure for everything the network or the server does wrong; VggpuError 'output'; the signal's reason
 */
export async function transfer(partial: PartialFile, options: TransferOptions): Promise<void> {
  const { url, size } = options;
  const connection = connect(options);
  try {
    const asked = canContinue(partial, options);
    let response = await connection.ask(asked ? continuation(partial, url) : {});
    const continues = asked && response.status === 206 && fits(response, partial, options);
    if (asked && !continues && (response.status === 206 || response.status === 416)) {
      await response.body?.cancel();
      response = await connection.ask({});
    }
    if (continues) {
      partial.goOn();
    } else {
      if (response.status !== 200) throw statusFailure(response);
      const version = versionOf(url, response);
      checkSize(response, version.total, size);
      if (partial.bytes > 0) options.say(`${url} does not go on from ${bytes(partial.bytes)}: starting anew.`);
      await partial.startAnew(version);
    }
    const total = partial.version?.total ?? size;
    if (total !== undefined) await ensureRoom(options.file, total - partial.bytes);
    options.onBytes(partial.bytes, total);
    for await (const chunk of connection.chunks(response)) {
      await partial.append(chunk);
      options.onBytes(partial.bytes, total);
      if (total !== undefined && partial.bytes > total) break;
    }
    if (total !== undefined && partial.bytes < total) throw new AttemptFailure('the connection was cut off', true);
  } finally {
    connection.close();
  }
}

/** Requests and reads that fail once no byte came for `timeout` seconds. */
function connect({ url, timeout, signal }: TransferOptions) {
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  const patiently = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let stalled = false;
    const timer = setTimeout(() => {
      stalled = true;
      own.abort();
    }, timeout * 1000);
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw stalled ? new AttemptFailure(`no byte came for ${timeout} s`, true) : networkFailure(error);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    ask: (headers: Record<string, string>) =>
      patiently(() => fetch(url, { headers: { 'accept-encoding': 'identity', ...headers }, signal: both })),
    async *chunks({ body }: Response): AsyncGenerator<Uint8Array> {
      const reader = body?.getReader();
      if (!reader) return;
      for (;;) {
        const { done, value } = await patiently(() => reader.read());
        if (done) return;
        yield value;
      }
    },
    close: () => own.abort(),
  };
}

/** Whether there is something to go on from, and a way to notice if it is of another file. */
function canContinue({ bytes: there, version }: PartialFile, { url, size, md5 }: TransferOptions): boolean {
  const total = version?.total ?? size;
  if (there === 0 || (total !== undefined && there >= total)) return false;
  if (md5 !== undefined) return size === undefined || version?.total === undefined || version.total === size;
  return validatorOf(version, url) !== undefined;
}

/** What If-Range takes: an ETag that is not weak, or else a date. Of another address, neither means anything. */
function validatorOf(version: Version | undefined, url: string): string | undefined {
  if (version?.url !== url) return undefined;
  return version.etag === undefined || version.etag.startsWith('W/') ? version.lastModified : version.etag;
}

function continuation({ bytes: there, version }: PartialFile, url: string): Record<string, string> {
  const validator = validatorOf(version, url);
  return { range: `bytes=${there}-`, ...(validator === undefined ? {} : { 'if-range': validator }) };
}

/** Whether a 206 sends the bytes that follow the ones that are there, of the same file. */
function fits(response: Response, { bytes: there, version }: PartialFile, { url, size }: TransferOptions): boolean {
  const [, first, , total] = CONTENT_RANGE.exec(response.headers.get('content-range') ?? '') ?? [];
  if (first === undefined || Number(first) !== there || isEncoded(response)) return false;
  const expected = version?.total ?? size;
  if (total !== '*' && expected !== undefined && Number(total) !== expected) return false;
  if (version?.url !== url) return true;
  const { etag = version.etag, lastModified = version.lastModified } = versionOf(url, response);
  return etag === version.etag && lastModified === version.lastModified;
}

function versionOf(url: string, response: Response): Version {
  if (isEncoded(response)) return { url }; // what is counted and tagged is the encoded form
  const { headers } = response;
  const length = headers.get('content-length');
  const total = response.status === 200 && length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
  return {
    url,
    etag: headers.get('etag') ?? undefined,
    lastModified: headers.get('last-modified') ?? undefined,
    total,
  };
}

/** Whether `fetch` has unpacked the body. */
function isEncoded({ headers }: Response): boolean {
  return !['', 'identity'].includes(headers.get('content-encoding') ?? '');
}

function checkSize({ headers }: Response, found: number | undefined, expected: number | undefined): void {
  if (found === undefined || expected === undefined || found === expected) return;
  const page = headers.get('content-type')?.startsWith('text/html') ? ' (a web page)' : '';
  const sizes = `${bytes(found)}${page}; expected ${bytes(expected)}`;
  throw new AttemptFailure(`the server has another file: it has ${sizes}`, false);
}
