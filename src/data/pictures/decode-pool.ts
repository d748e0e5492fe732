// Processes that decode for this one, where there are cores enough. Threads are not it: however many of one process decode, they come to what
// two or three would, waiting for each other in the decoder's locks and the system's memory; processes share neither. It also leaves the event loop
// to what feeds the GPU.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VggpuError } from '../../errors.js';
import { type Decode, type DecodeResult, tryDecode } from './decode.js';
import type { Reply, Request } from './decode-process.js';
import { openPlaces, takeFromPlace } from './shared-places.js';
import type { SpareBytes } from './spare-bytes.js';
import { threadPoolSize } from './thread-pool.js';

/** Threads of each process, which wait for each other the least. */
const THREADS = 2;

/** Fewer cores are kept busy by the process itself, and processes are not free: each takes 60 MB. */
const FEWEST_CORES = 8;
const MOST_PROCESSES = 8;

/** Pictures that a process hands over by places; those beyond come by messages. */
const PLACES = 32;

const PROCESS = new URL('./decode-process.js', import.meta.url);

/** So many are decoded before processes have started. */
const FEW_PICTURES = 100;

let shared: Decode | undefined;

/** How this process decodes so many pictures: by others where there are 8 cores or more, else by itself. */
export function decodeFor(pictures: number): Decode {
  // Where the sources run as they are (tests, tools), the file has another name.
  const able = threadPoolSize() >= FEWEST_CORES && existsSync(fileURLToPath(PROCESS));
  if (!able || pictures <= FEW_PICTURES) return tryDecode;
  shared ??= createDecodePool(Math.min(MOST_PROCESSES, Math.floor(threadPoolSize() / THREADS)));
  return shared;
}

interface Pending {
  readonly place: number | undefined;
  readonly spare: SpareBytes | undefined;
  readonly admit: ((bytes: number) => Promise<void>) | undefined;
  readonly resolve: (result: DecodeResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Processes that share the pictures asked for. They start with the first pictures, keep this process alive only while they decode, and end
 * with it.
 * @param file theirs, compiled
 */
export function createDecodePool(count: number, file = PROCESS): Decode {
  const members = Array.from({ length: count }, () => createMember(file));
  return (path, options) =>
    members.reduce((idlest, member) => (member.load() < idlest.load() ? member : idlest)).decode(path, options);
}

function createMember(program: URL): { readonly decode: Decode; load(): number } {
  const pending = new Map<number, Pending>();
  const places = Array.from({ length: PLACES }, (_, i) => i); // free ones
  let file: number | undefined;
  let child: ChildProcess | undefined;
  let asked = 0;

  const start = (): ChildProcess => {
    file ??= openPlaces();
    const started = fork(program, {
      env: { ...process.env, UV_THREADPOOL_SIZE: String(THREADS) },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', file ?? 'ignore'],
    });
    const gone = (why: string) => {
      if (child !== started) return;
      child = undefined;
      const error = new VggpuError(
        'pictures',
        `A process that decodes pictures ${why}. Run again; with UV_THREADPOOL_SIZE=4 set, they are decoded without others, in less memory.`,
      );
      for (const id of [...pending.keys()]) settle(id)?.reject(error);
    };
    started.on('error', ({ message }) => gone(`could not run: ${message}`));
    started.on('exit', (code, signal) => gone(`ended with ${signal ?? `code ${code}`}`));
    started.on('message', (reply: Reply) => {
      if ('bytes' in reply) void admit(started, reply.id, reply.bytes);
      else if ('placed' in reply) take(reply.id, reply.placed);
      else if ('result' in reply) settle(reply.id)?.resolve(reply.result);
      else settle(reply.id)?.reject(reply.error);
    });
    return started;
  };
  const post = (to: ChildProcess, request: Request) => {
    if (to.connected) to.send(request);
  };

  /** Whether this process waits for the other before it ends. */
  const hold = (held: boolean) => {
    const change = held ? 'ref' : 'unref';
    child?.[change]();
    child?.channel?.[change]();
  };
  /** Takes a picture off the list of those the process works on. */
  const settle = (id: number): Pending | undefined => {
    const one = pending.get(id);
    pending.delete(id);
    if (one?.place !== undefined) places.push(one.place);
    if (pending.size === 0) hold(false);
    return one;
  };
  const take = (id: number, { width, height }: { width: number; height: number }) => {
    const one = settle(id);
    const bytes = 4 * width * height;
    try {
      const data = one?.spare?.take(bytes) ?? new Uint8Array(bytes);
      one?.resolve({ picture: { width, height, data: takeFromPlace(file!, one.place!, data) } });
    } catch (error) {
      one?.reject(error);
    }
  };
  const admit = async (to: ChildProcess, id: number, bytes: number) => {
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
    decode: (path, { exif, maxPixels, nearest, spare, admit }) =>
      new Promise((resolve, reject) => {
        child ??= start();
        if (pending.size === 0) hold(true);
        const id = asked++;
        const place = file === undefined ? undefined : places.pop();
        pending.set(id, { place, spare, admit, resolve, reject });
        post(child, { id, path, exif, maxPixels, nearest, place });
      }),
  };
}
