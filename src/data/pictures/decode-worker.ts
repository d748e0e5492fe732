// A thread that decodes for the main thread: its file, started by decode-pool.ts. What JavaScript does for a picture (reading the file, calls
// of the decoder, thinning) happens here, and pixels are handed over.

import { parentPort } from 'node:worker_threads';
import { type DecodeOptions, type DecodeResult, tryDecode } from './decode.js';
import type { UploadLimit } from './gather.js';

/** What is asked of the thread: a picture, or that one whose size it told may be decoded (or is not wanted any more). */
export type Request =
  | { id: number; path: string; exif: boolean; maxPixels?: number | undefined; nearest?: UploadLimit | undefined }
  | { id: number; admitted: boolean };

/** What it says: how many bytes a picture will take, for which it then waits; what came of it; or what went wrong with the program. */
export type Reply =
  | { id: number; bytes: number }
  | { id: number; result: DecodeResult }
  | { id: number; error: unknown };

const port = parentPort!;
const waiting = new Map<number, { admit: () => void; refuse: (error: Error) => void }>();

const reply = (message: Reply, handedOver: ArrayBuffer[] = []) => port.postMessage(message, handedOver);

port.on('message', (request: Request) => {
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

async function decode({ id, path, ...options }: Extract<Request, { path: string }>): Promise<void> {
  const admit: DecodeOptions['admit'] = (bytes) => {
    reply({ id, bytes });
    return new Promise((admit, refuse) => waiting.set(id, { admit, refuse }));
  };
  try {
    const result = await tryDecode(path, { ...options, admit, atOnce: true });
    if (!('picture' in result)) return reply({ id, result });
    const { picture } = result;
    const data = picture.data.slice() as Uint8Array<ArrayBuffer>; // the decoder's own memory cannot change threads
    reply({ id, result: { picture: { ...picture, data } } }, [data.buffer]);
  } catch (error) {
    reply({ id, error });
  }
}
