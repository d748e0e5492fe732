// One piece of GPU work at a time: what a click asks for waits until what was asked before is done.

/** Runs work after all that came before it, whether that succeeded or not. */
export type Exclusive = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createExclusive(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}
