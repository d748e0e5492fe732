// Running a task for each of many things, several at a time.

/** Files that are read or written at once: enough to keep a disk busy, few enough to stop soon. */
export const FILES_IN_FLIGHT = 16;

/**
 * Runs `task` for every item, in order, at most `limit` at a time. After the first failure no more are started; those that
 * run are waited for, then the failure is thrown.
 */
export async function forEachInFlight<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (!failure) {
      const next = queue.next();
      if (next.done) return;
      await task(next.value).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failure) throw failure.error;
}
