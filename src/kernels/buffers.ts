// A pool of GPU buffers, and sheets of texels, by size class: what one step frees, the next step takes.
import { VggpuError } from '../errors.js';
import { bytesOfSheet, createSheet, type Sheet, sheetRows } from './sheets.js';

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
  /** Hands out a sheet of at least `bytes`, as `take` does a buffer. The device must have one so large: see `largestSheet`. */
  takeSheet(bytes: number, purpose: string): Sheet;
  /** Takes a block or sheet back. Commands already recorded may still use it: the queue keeps their order. */
  give(piece: Block | Sheet): void;
  /**
   * Destroys free buffers and sheets beyond `keepBytes`, the longest unused first. Only between submits.
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
  /** Called with each block and sheet taken, to fill it with NaN in debug mode. */
  readonly poison?: ((piece: Block | Sheet) => void) | undefined;
}

type Memory = GPUBuffer | GPUTexture;

const sizeOf = (memory: Memory) => ('size' in memory ? memory.size : bytesOfSheet(memory));

/** Free pieces of one kind, by size. */
type Shelf<M extends Memory> = Map<number, M[]>;

export function createBufferPool(
  device: GPUDevice,
  { memory = Infinity, reclaim, given, poison }: PoolOptions = {},
): BufferPool {
  const buffers: Shelf<GPUBuffer> = new Map();
  const sheets: Shelf<GPUTexture> = new Map();
  const order: { readonly memory: Memory; readonly since: number }[] = []; // what is free, longest unused first
  let submits = 0;
  const owned = new Set<Memory>();
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
    const create = (label: string) => device.createBuffer({ label, size, usage: USAGE });
    const buffer = obtain(buffers, size, purpose, create);
    const block = { buffer, bytes: Math.ceil(bytes / 4) * 4 };
    poison?.(block);
    return block;
  }

  function takeSheet(bytes: number, purpose: string): Sheet {
    const rows = sheetRows(sizeClass(bytes));
    const create = (label: string) => createSheet(device, label, rows);
    const sheet = { texture: obtain(sheets, bytesOfSheet({ height: rows }), purpose, create), bytes };
    poison?.(sheet);
    return sheet;
  }

  /** A piece of memory off the shelf, or a new one. */
  function obtain<M extends Memory>(shelf: Shelf<M>, size: number, purpose: string, create: (label: string) => M): M {
    let held = shelf.get(size)?.pop() ?? takeLarger(shelf, size);
    if (held) {
      order.splice(
        order.findLastIndex((entry) => entry.memory === held),
        1,
      );
      freeBytes -= sizeOf(held);
    } else {
      if (live + freeBytes + size > memory) reclaim?.();
      if (live + freeBytes + size > memory) {
        throw new VggpuError(
          'memory',
          `No memory left for ${purpose}: it needs ${mebi(size)}, ${mebi(live + freeBytes)} of ${mebi(memory)} are in use. Lower the batch size, close other programs, or choose another adapter.`,
        );
      }
      held = create(`${purpose}, ${size} bytes`);
    }
    owned.add(held);
    live += sizeOf(held);
    peak = Math.max(peak, live);
    return held;
  }

  /** The smallest free piece that is not much larger, for a large request. */
  function takeLarger<M extends Memory>(shelf: Shelf<M>, size: number): M | undefined {
    if (size < SHARED_FROM) return undefined;
    let best = Infinity;
    for (const [other, pieces] of shelf) {
      if (pieces.length > 0 && other > size && other <= SHARED_UP_TO * size) best = Math.min(best, other);
    }
    return shelf.get(best)?.pop();
  }

  function give(piece: Block | Sheet): void {
    const memory = 'buffer' in piece ? piece.buffer : piece.texture;
    if (!owned.delete(memory)) throw new VggpuError('memory', `The block ${memory.label} was given back twice.`);
    if ('buffer' in piece) given?.(piece);
    const size = sizeOf(memory);
    live -= size;
    freeBytes += size;
    order.push({ memory, since: submits });
    if ('buffer' in piece) shelve(buffers, size, piece.buffer);
    else shelve(sheets, size, piece.texture);
  }

  function shelve<M extends Memory>(shelf: Shelf<M>, size: number, memory: M): void {
    const same = shelf.get(size);
    if (same) same.push(memory);
    else shelf.set(size, [memory]);
  }

  function trim(keepBytes: number, idle = 0): boolean {
    let trimmed = false;
    while (freeBytes > keepBytes && submits - order[0]!.since >= idle) {
      const { memory } = order.shift()!;
      const size = sizeOf(memory);
      const same: Memory[] = ('size' in memory ? buffers : sheets).get(size)!;
      same.splice(same.indexOf(memory), 1);
      freeBytes -= size;
      memory.destroy();
      trimmed = true;
    }
    return trimmed;
  }

  return {
    take,
    takeSheet,
    give,
    trim,
    submitted: () => void submits++,
    bytes: () => ({ live, free: freeBytes, peak }),
  };
}
