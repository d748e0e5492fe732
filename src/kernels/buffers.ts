// A pool of GPU buffers by size class: what one step frees, the next step takes.
import { VggpuError } from '../errors.js';

/** A piece of GPU memory as kernels see it: the first `bytes` of `buffer`. */
export interface Block {
  readonly buffer: GPUBuffer;
  /** Bytes that belong to the block; the buffer itself may be larger. */
  readonly bytes: number;
}

/** What a pool holds now, in bytes. */
export interface PoolBytes {
  /** Handed out and not yet given back. */
  readonly live: number;
  /** Given back and kept for the next taker. */
  readonly free: number;
  /** The most that was ever live. */
  readonly peak: number;
}

export interface BufferPool {
  /**
   * Hands out a buffer of at least `bytes`. Its contents are whatever the last owner left (NaN in debug mode).
   * @param purpose what it is for, as an error should call it
   * @throws VggpuError 'memory' where one binding of the device cannot be that large, or memory is gone
   */
  take(bytes: number, purpose: string): Block;
  /** Takes a block back. Commands already recorded may still use it: the queue keeps their order. */
  give(block: Block): void;
  /**
   * Destroys free buffers beyond `keepBytes`, the longest unused first. Only between submits.
   * @param idle spares those that were given back since the last `idle` calls of `submitted`; default 0
   */
  trim(keepBytes: number, idle?: number): boolean;
  /** Counts a submit. */
  submitted(): void;
  /** What it holds now. */
  bytes(): PoolBytes;
}

/** Sizes step by 1/32 of a power of two: nearly equal sizes share buffers, and at most 1/32 is wasted. */
export function sizeClass(bytes: number): number {
  const words = Math.max(64, Math.ceil(bytes / 4));
  const step = 2 ** Math.max(0, Math.floor(Math.log2(words)) - 5);
  return Math.ceil(words / step) * step * 4;
}

/** From this size on a request may be served by a buffer of up to this many times its size: scratch is large, and no two layers' is alike. */
const SHARED_FROM = 2 ** 20;
const SHARED_UP_TO = 4;

function mebi(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

const USAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST, spelled out since Node has no global GPUBufferUsage

export interface PoolOptions {
  /** Bytes that the pool may hold in all; default: no end. */
  readonly memory?: number | undefined;
  /** Called before giving up for lack of memory: submits what is recorded, and trims. */
  readonly reclaim?: (() => void) | undefined;
  /** Called with each block that is given back. */
  readonly given?: ((block: Block) => void) | undefined;
  /** Called with each block taken, to fill it with NaN in debug mode. */
  readonly poison?: ((block: Block) => void) | undefined;
}

export function createBufferPool(
  device: GPUDevice,
  { memory = Infinity, reclaim, given, poison }: PoolOptions = {},
): BufferPool {
  const free = new Map<number, GPUBuffer[]>();
  const order: { readonly buffer: GPUBuffer; readonly since: number }[] = []; // free buffers, longest unused first
  let submits = 0;
  const owned = new Set<GPUBuffer>();
  const largest = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  let live = 0;
  let freeBytes = 0;
  let peak = 0;

  function take(bytes: number, purpose: string): Block {
    if (bytes > largest) {
      throw new VggpuError(
        'memory',
        `${purpose} needs ${bytes} bytes in one piece; this adapter binds at most ${largest}. Lower the batch size or choose another adapter.`,
      );
    }
    const size = Math.min(sizeClass(bytes), Math.floor(largest / 4) * 4);
    let buffer = free.get(size)?.pop() ?? takeLarger(size);
    if (buffer) {
      order.splice(
        order.findLastIndex((entry) => entry.buffer === buffer),
        1,
      );
      freeBytes -= buffer.size;
    } else {
      if (live + freeBytes + size > memory) reclaim?.();
      if (live + freeBytes + size > memory) {
        throw new VggpuError(
          'memory',
          `No memory left for ${purpose}: it needs ${mebi(size)}, ${mebi(live + freeBytes)} of ${mebi(memory)} are in use. Lower the batch size, close other programs, or choose another adapter.`,
        );
      }
      buffer = device.createBuffer({ label: `${purpose}, ${bytes} bytes`, size, usage: USAGE });
    }
    owned.add(buffer);
    live += buffer.size;
    peak = Math.max(peak, live);
    const block = { buffer, bytes: Math.ceil(bytes / 4) * 4 };
    poison?.(block);
    return block;
  }

  /** The smallest free buffer that is not much larger, for a large request. */
  function takeLarger(size: number): GPUBuffer | undefined {
    if (size < SHARED_FROM) return undefined;
    let best = Infinity;
    for (const [other, buffers] of free) {
      if (buffers.length > 0 && other > size && other <= SHARED_UP_TO * size) best = Math.min(best, other);
    }
    return free.get(best)?.pop();
  }

  function give(block: Block): void {
    const { buffer } = block;
    if (!owned.delete(buffer)) throw new VggpuError('memory', `The block ${buffer.label} was given back twice.`);
    given?.(block);
    live -= buffer.size;
    freeBytes += buffer.size;
    order.push({ buffer, since: submits });
    const same = free.get(buffer.size);
    if (same) same.push(buffer);
    else free.set(buffer.size, [buffer]);
  }

  function trim(keepBytes: number, idle = 0): boolean {
    let trimmed = false;
    while (freeBytes > keepBytes && submits - order[0]!.since >= idle) {
      const { buffer } = order.shift()!;
      const same = free.get(buffer.size)!;
      same.splice(same.indexOf(buffer), 1);
      freeBytes -= buffer.size;
      buffer.destroy();
      trimmed = true;
    }
    return trimmed;
  }

  return { take, give, trim, submitted: () => void submits++, bytes: () => ({ live, free: freeBytes, peak }) };
}
