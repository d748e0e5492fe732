// What variants prepare of a binding alone, such as transformed filters, kept for later runs while the binding stays as it is.
import type { Block, BufferPool } from './buffers.js';
import type { Sheet } from './sheets.js';

export interface PreparedBlocks {
  /** What was prepared of a block's bytes; undefined where it was not, or they have changed. */
  get(of: Block, key: string): Block | Sheet | undefined;
  /** Keeps `made` until the bytes it was made of are written or given back. */
  keep(of: Block, key: string, made: Block | Sheet): void;
  /** Gives back what was prepared of a block: its bytes change, or its owner gives it back. */
  forget(of: Pick<Block, 'buffer'>): void;
  /** Gives everything back. */
  forgetAll(): void;
}

/** @param give takes a block back, as the pool does */
export function createPreparedBlocks(give: BufferPool['give']): PreparedBlocks {
  const made = new Map<GPUBuffer, Map<string, Block | Sheet>>();

  function forget({ buffer }: Pick<Block, 'buffer'>): void {
    const blocks = made.get(buffer);
    if (!blocks) return;
    made.delete(buffer);
    for (const block of blocks.values()) give(block);
  }

  return {
    get: ({ buffer }, key) => made.get(buffer)?.get(key),
    keep({ buffer }, key, block) {
      const blocks = made.get(buffer) ?? new Map<string, Block | Sheet>();
      made.set(buffer, blocks.set(key, block));
    },
    forget,
    forgetAll() {
      for (const buffer of [...made.keys()]) forget({ buffer });
    },
  };
}
