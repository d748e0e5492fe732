// Attempts at one address, each going on where the last one ended, until the file is whole and the right one.

import { setTimeout as sleep } from 'node:timers/promises';
import { bytes } from '../keras/hdf5-check.js';
import { AttemptFailure } from './attempt-failure.js';
import type { PartialFile } from './partial-file.js';
import { transfer } from './transfer.js';

/** What is known of a file before it comes. */
interface Expected {
  /** Bytes. */
  readonly size: number | undefined;
  /** 32 hexadecimal digits, small. */
  readonly md5: string | undefined;
}

/** The settings of `download` that attempts need. */
export interface AttemptSettings extends Expected {
  /** The path of the file once it is whole. */
  readonly file: string;
  /** Seconds. */
  readonly timeout: number;
  readonly tries: number;
  /** Seconds. */
  readonly backOff: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Called when bytes have been written. */
  readonly onBytes: (done: number, total: number | undefined) => void;
}

/** Seconds. */
const LONGEST_BACK_OFF = 30;

/**
 * Completes `partial` from one address. Attempts that bring it further do not count as tries.
 *
 * @throws AttemptFailure where the address does not have the file, or does not bring it further in `tries` attempts;
 *   VggpuError 'output'; the signal's reason
 */
export async function completeFrom(url: string, partial: PartialFile, settings: AttemptSettings): Promise<void> {
  const { tries, signal, say } = settings;
  let furthest = partial.bytes;
  let inVain = 0;
  let dropped = false;
  for (;;) {
    try {
      if (!isWhole(partial, url, settings)) await transfer(partial, { ...settings, url });
      const wrong = whyWrong(
        { bytes: partial.bytes, md5: partial.md5() },
        { size: settings.size ?? partial.version?.total, md5: settings.md5 },
      );
      if (!wrong) return;
      const { pieced } = partial;
      await partial.startAnew();
      if (!pieced || dropped) throw new AttemptFailure(`what it sent is not the file: ${wrong}`, false);
      dropped = true; // perhaps only the pieces do not belong together
      furthest = 0;
      say(`What came in several pieces is not the file: ${wrong}. Starting anew.`);
    } catch (error) {
      if (!(error instanceof AttemptFailure && error.again)) throw error;
      inVain = partial.bytes > furthest ? 1 : inVain + 1;
      furthest = Math.max(furthest, partial.bytes);
      if (inVain >= tries) {
        const count = tries === 1 ? '1 try' : `${tries} tries`;
        throw new AttemptFailure(`${error.message} (${count})`, false, { cause: error });
      }
      const seconds = Math.min(settings.backOff * 2 ** (inVain - 1), LONGEST_BACK_OFF);
      say(`At ${bytes(partial.bytes)}: ${error.message}. Trying again in ${seconds} s.`);
      await sleep(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** What is wrong with a file, or undefined where nothing is known to be. */
export function whyWrong(
  found: { readonly bytes: number; readonly md5: string },
  expected: Expected,
): string | undefined {
  const { size, md5 } = expected;
  if (size !== undefined && found.bytes !== size) return `it has ${bytes(found.bytes)}; expected ${bytes(size)}`;
  if (md5 !== undefined && found.md5 !== md5) return `its md5 is ${found.md5}; expected ${md5}`;
  return undefined;
}

/** Whether an earlier run got everything, and ended before it could put the file in its place. */
function isWhole({ bytes: there, version }: PartialFile, url: string, { size, md5 }: Expected): boolean {
  if (there === 0) return false;
  if (md5 !== undefined) return there === (size ?? version?.total);
  return there === version?.total && version.url === url;
}
