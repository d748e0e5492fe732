// Mapped buffers by which data goes to the device: written by the host, then copied there with the commands around. The queue's own writes take
// new memory from the system each time, and come to a quarter of the bytes a second where a GPU waits for them.

/** Small, since the garbage collector takes what is mapped for memory that it should free. */
const BYTES = 2 ** 20;

/** The device may be so many behind; what is written then goes by the queue. */
const MOST = 128;

/** Buffers that are filled before their copies should be submitted, so that the device does not wait for the rest. */
const TOGETHER = 16;

/** Mapped buffers, taken by turns. */
export interface Uploads {
  /**
   * Takes in the first of the bytes, as many as the buffer that is being filled has room for, and records their copy.
   * @returns how many, a multiple of 4 where their number is; 0 while the device has yet to use all buffers
   */
  copy(commands: () => GPUCommandEncoder, to: GPUBuffer, offset: number, bytes: Uint8Array): number;
  /** Whether so much waits that its copies should be submitted. */
  full(): boolean;
  /** Ends the writing to what recorded commands copy from: right before they are submitted. */
  closing(): void;
  /** Maps again what submitted commands copied from, once the device is done with it: right after they were. */
  submitted(): void;
  /** Frees everything. */
  close(): void;
}

interface Mapped {
  readonly buffer: GPUBuffer;
  /** All of it. */
  readonly memory: Uint8Array;
}

export function createUploads(device: GPUDevice): Uploads {
  const all = new Set<GPUBuffer>();
  let free: GPUBuffer[] = []; // mapped
  let current: Mapped | undefined;
  let used = 0;
  let filled: GPUBuffer[] = [];

  const create = (): GPUBuffer | undefined => {
    if (all.size === MOST) return undefined;
    const usage = 0x02 | 0x04; // MAP_WRITE | COPY_SRC
    const buffer = device.createBuffer({ label: 'upload', size: BYTES, usage, mappedAtCreation: true });
    all.add(buffer);
    return buffer;
  };

  /** Nothing is mapped once the device is lost. */
  const take = (): Mapped | undefined => {
    const buffer = free.pop() ?? create();
    return buffer?.mapState === 'mapped' ? { buffer, memory: new Uint8Array(buffer.getMappedRange()) } : undefined;
  };

  const leave = () => {
    if (current) filled.push(current.buffer);
    current = undefined;
    used = 0;
  };

  const mapAgain = async (buffer: GPUBuffer) => {
    try {
      await buffer.mapAsync(0x02); // WRITE
      free.push(buffer);
    } catch {
      all.delete(buffer); // closed, or the device is lost, which whoever waits for it is told
    }
  };

  /** Waits for the first alone, since Dawn polls for each that is waited for: when the device is done with one, it is with all. */
  const mapAllAgain = async ([first, ...others]: readonly GPUBuffer[]) => {
    if (first) await mapAgain(first);
    await Promise.all(others.map(mapAgain));
  };

  return {
    copy(commands, to, offset, bytes) {
      current ??= take();
      if (current?.buffer.mapState !== 'mapped') return 0;
      const piece = bytes.subarray(0, BYTES - used);
      current.memory.set(piece, used);
      commands().copyBufferToBuffer(current.buffer, used, to, offset, piece.length);
      used += piece.length;
      if (used === BYTES) leave();
      return piece.length;
    },
    full: () => filled.length >= TOGETHER,
    closing() {
      leave();
      for (const buffer of filled) buffer.unmap();
    },
    submitted() {
      void mapAllAgain(filled);
      filled = [];
    },
    close() {
      for (const buffer of all) buffer.destroy();
      all.clear();
      free = [];
      current = undefined;
    },
  };
}
