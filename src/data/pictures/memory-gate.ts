// A budget of bytes that concurrent decodes share, with the batch that is waited for served first.

/** Who may decode now. */
export interface MemoryGate {
  /** Waits until `bytes` fit the budget; rejects once the gate is closed. */
  enter(position: number, bytes: number): Promise<void>;
  /** Ends a decode that entered with `bytes` and leaves `kept` of them in memory. */
  leave(bytes: number, kept: number): void;
  /** Gives back bytes that were kept. */
  release(bytes: number): void;
  /** Positions below this one are waited for: they enter even beyond the budget, one at a time. */
  needUpTo(position: number): void;
  /** Turns everybody away who waits. */
  close(): void;
}

interface Waiting {
  position: number;
  bytes: number;
  admit: () => void;
  refuse: (error: Error) => void;
}

/**
 * @param limit bytes that may be held at once. It is exceeded only for positions that are needed now, and for them only when
 *   nothing else is being decoded: so the most that is held is the limit or the needed batch, and one picture more.
 */
export function createMemoryGate(limit: number): MemoryGate {
  let held = 0;
  let decoding = 0;
  let needed = 0;
  let closed = false;
  let waiting: Waiting[] = [];

  const fits = ({ position, bytes }: Waiting): boolean =>
    held + bytes <= limit || (position < needed && decoding === 0);

  /** Lets in the waiting by position; the first that does not fit holds up those behind it, so none is passed for ever. */
  const serve = (): void => {
    while (waiting.length > 0 && fits(waiting[0]!)) {
      const next = waiting.shift()!;
      held += next.bytes;
      decoding++;
      next.admit();
    }
  };

  return {
    enter: (position, bytes) =>
      new Promise((admit, refuse) => {
        if (closed) return refuse(new Error('decoding has stopped'));
        waiting.push({ position, bytes, admit, refuse });
        waiting.sort((a, b) => a.position - b.position);
        serve();
      }),
    leave(bytes, kept) {
      held -= bytes - kept;
      decoding--;
      serve();
    },
    release(bytes) {
      held -= bytes;
      serve();
    },
    needUpTo(position) {
      needed = position;
      serve();
    },
    close() {
      closed = true;
      for (const { refuse } of waiting) refuse(new Error('decoding has stopped'));
      waiting = [];
    },
  };
}
