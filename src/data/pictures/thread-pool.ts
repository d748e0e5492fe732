// The size of libuv's thread pool, in which pictures are decoded. The command line sets it before the pool starts.

/** libuv's own size, used where UV_THREADPOOL_SIZE is not set. */
const DEFAULT_THREADS = 4;

/** @returns how many threads UV_THREADPOOL_SIZE asks for, libuv's 4 where it is not set; between 1 and libuv's limit of 1024 */
export function threadPoolSize(): number {
  const asked = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10);
  return Number.isNaN(asked) ? DEFAULT_THREADS : Math.min(1024, Math.max(1, asked));
}
