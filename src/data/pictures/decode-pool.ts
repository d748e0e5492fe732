// Threads that decode for the main thread, where there are cores enough: sharp's own threads do the decoding, but what JavaScript does for
// a picture takes about a millisecond of the event loop it is called from, and one loop can neither keep 16 cores busy nor feed a GPU.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Decode, type DecodeResult, tryDecode } from './decode.js';
import type { Reply, Request } from './decode-worker.js';
import { threadPoolSize } from './thread-pool.js';

/** Threads of sharp's that one event loop keeps busy: those of 4 cores. */
const THREADS_A_LOOP = 8;

/** Fewer would gain nothing: the main thread feeds them itself. */
const FEWEST_THREADS = 2 * THREADS_A_LOOP;

const WORKER = new URL('./decode-worker.js', import.meta.url);

let shared: Decode | undefined;

/** How this process decodes: by worker threads with 8 cores or more, else in the caller's. */
export function sharedDecode(): Decode {
  // Where the sources run as they are (tests, tools), the worker's file has another name.
  const able = threadPoolSize() >= FEWEST_THREADS && existsSync(fileURLToPath(WORKER));
  shared ??= able ? createDecodePool(Math.floor(threadPoolSize() / THREADS_A_LOOP)) : tryDecode;
  return shared;
}

interface Pending {
  readonly admit: ((bytes: number) => Promise<void>) | undefined;
  readonly resolve: (result: DecodeResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Worker threads that share the pictures asked for. They start with the first picture and keep the process alive only while they decode.
 * @param file the worker's, compiled
 */
export function createDecodePool(count: number, file = WORKER): Decode {
  const members = Array.from({ length: count }, () => createMember(file));
  return (path, options) =>
    members.reduce((idlest, member) => (member.load() < idlest.load() ? member : idlest)).decode(path, options);
}

function createMember(file: URL): { readonly decode: Decode; load(): number } {
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let asked = 0;

  const start = (): Worker => {
    const started = new Worker(file);
    const gone = (error: unknown) => {
      if (worker !== started) return; // its error was told before its end
      worker = undefined;
      for (const id of [...pending.keys()]) settle(id)?.reject(error);
    };
    started.on('error', gone);
    started.on('exit', (code) => gone(new Error(`a thread that decodes pictures ended with code ${code}`)));
    started.on('message', (reply: Reply) => {
      if ('bytes' in reply) void admit(started, reply.id, reply.bytes);
      else if ('result' in reply) settle(reply.id)?.resolve(reply.result);
      else settle(reply.id)?.reject(reply.error);
    });
    return started;
  };
  const post = (to: Worker, request: Request) => to.postMessage(request);

  /** Takes a picture off the list of those the thread works on. */
  const settle = (id: number): Pending | undefined => {
    const one = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) worker?.unref();
    return one;
  };
  const admit = async (to: Worker, id: number, bytes: number) => {
    try {
      await pending.get(id)?.admit?.(bytes);
      post(to, { id, admitted: true });
    } catch (error) {
      settle(id)?.reject(error);
      post(to, { id, admitted: false });
    }
  };

  return {
    load: () => pending.size,
    decode: (path, { exif, maxPixels, nearest, admit }) =>
      new Promise((resolve, reject) => {
        worker ??= start();
        if (pending.size === 0) worker.ref();
        const id = asked++;
        pending.set(id, { admit, resolve, reject });
        post(worker, { id, path, exif, maxPixels, nearest });
      }),
  };
}
