// The size of libuv's thread pool, in which pictures are decoded and files read. Imports nothing that could start the pool.

import { availableParallelism } from 'node:os';

/** libuv's own size, used where UV_THREADPOOL_SIZE is not set. */
const DEFAULT_THREADS = 4;

/**
 * Asks libuv for one thread a core (at least its default of 4) unless the user set UV_THREADPOOL_SIZE.
 *
 * The pool takes its size at its first use, and Node loads an ES module entry point through the pool: by the time the first
 * line of such a file runs, it is too late, and nothing says so. So the program starts from a CommonJS file of two lines,
 * `require('../data/thread-pool.js').growThreadPool(); import('./main.js');`
 *
 * @returns the number of threads asked for
 */
export function growThreadPool(threads: number = Math.max(DEFAULT_THREADS, availableParallelism())): number {
  process.env.UV_THREADPOOL_SIZE ??= String(threads);
  return threadPoolSize();
}

/** @returns how many threads UV_THREADPOOL_SIZE asks for, libuv's 4 where it is not set; between 1 and libuv's limit of 1024 */
export function threadPoolSize(): number {
  const asked = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10);
  return Number.isNaN(asked) ? DEFAULT_THREADS : Math.min(1024, Math.max(1, asked));
}
