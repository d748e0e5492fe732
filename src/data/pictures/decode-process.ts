// A process that decodes for another: its file, started by decode-pool.ts. What it is asked comes by messages, many pictures at once.

import { type DecodeOptions, type DecodeResult, tryDecode } from './decode.js';
import type { UploadLimit } from './gather.js';
import { INHERITED_PLACES, putInPlace } from './shared-places.js';
import { createSpareBytes } from './spare-bytes.js';

/** What is asked of the process: a picture, or that one whose size it told may be decoded (or is not wanted any more). */
export type Request =
  | {
      id: number;
      path: string;
      exif: boolean;
      maxPixels: number | undefined;
      nearest: UploadLimit | undefined;
      /** Where its pixels go, if they fit there. */
      place: number | undefined;
    }
  | { id: number; admitted: boolean };

/** What it says: how many bytes a picture will take, for which it then waits; what came of it; or what went wrong with the program. */
export type Reply =
  | { id: number; bytes: number }
  | { id: number; result: DecodeResult }
  | { id: number; placed: { width: number; height: number } }
  | { id: number; error: unknown };

const spare = createSpareBytes();

const waiting = new Map<number, { admit: () => void; refuse: (error: Error) => void }>();

const reply = (message: Reply) => process.send!(message);

process.on('SIGINT', () => {}); // Ctrl-C reaches every process of the terminal; the one that asked says when to end
process.on('disconnect', () => process.exit());
process.on('message', (request: Request) => {
  if ('path' in request) {
    void decode(request);
    return;
  }
  const { id, admitted } = request;
  const { admit, refuse } = waiting.get(id)!;
  waiting.delete(id);
  if (admitted) admit();
  else refuse(new Error('not wanted any more'));
});

async function decode({ id, path, place, ...options }: Extract<Request, { path: string }>): Promise<void> {
  const admit: DecodeOptions['admit'] = (bytes) => {
    reply({ id, bytes });
    return new Promise((admit, refuse) => waiting.set(id, { admit, refuse }));
  };
  try {
    const result = await tryDecode(path, { ...options, admit, spare, atOnce: true });
    if (place !== undefined && 'picture' in result && putInPlace(INHERITED_PLACES, place, result.picture.data)) {
      const { width, height, data } = result.picture;
      reply({ id, placed: { width, height } });
      spare.give(data);
    } else {
      reply({ id, result });
    }
  } catch (error) {
    reply({ id, error });
  }
}
