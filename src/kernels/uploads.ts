// Mapped buffers by which data goes to the device: written by the host, then copied there with the commands around. The queue's own writes take
// new memory from the system each time, and come to a quarter of the bytes a second where a GPU waits for them.

/** A few hundred pictures fill one. */
const BYTES = 16 * 2 ** 20;

/** The device may be so many behind; what is written then goes by the queue. */
const MOST = 8;

/** Mapped buffers, taken by turns. */
export interface Uploads {
  /**
   * Takes in the first of the bytes, as many as the buffer that is being filled has room for, and records their copy.
   * @returns how many, a multiple of 4 where their number is; 0 while the device has yet to use all buffers
   */
  copy(commands: () => GPUCommandEncoder, to: GPUBuffer, offset: number, bytes: Uint8Array): number;
  /** Whether a buffer is full, so that its copies should be submitted. */
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
  /** All of it, while it is mapped. */
  readonly memory: Uint8Array;
}

export function createUploads(device: GPUDevice): Uploads {
  const all = new Set<GPUBuffer>();
  let free: Mapped[] = [];
  let current: Mapped | undefined;
  let used = 0;
  let leaving: GPUBuffer | undefined; // unmapped, and about to be submitted

  const mapped = (buffer: GPUBuffer): Mapped => ({ buffer, memory: new Uint8Array(buffer.getMappedRange()) });

  const take = (): Mapped | undefined => {
    const ready = free.pop();
    if (ready || all.size === MOST) return ready;
    const usage = 0x02 | 0x04; // MAP_WRITE | COPY_SRC
    const buffer = device.createBuffer({ label: 'upload', size: BYTES, usage, mappedAtCreation: true });
    all.add(buffer);
    return mapped(buffer);
  };

  const mapAgain = async (buffer: GPUBuffer) => {
    try {
      await buffer.mapAsync(0x02); // WRITE
      free.push(mapped(buffer));
    } catch {
      all.delete(buffer); // closed, or the device is lost, which whoever waits for it is told
    }
  };

  return {
    copy(commands, to, offset, bytes) {
      current ??= take();
      if (current?.buffer.mapState !== 'mapped') return 0; // nor is it where the device was lost
      const piece = bytes.subarray(0, BYTES - used);
      current.memory.set(piece, used);
      commands().copyBufferToBuffer(current.buffer, used, to, offset, piece.length);
      used += piece.length;
      return piece.length;
    },
    full: () => used === BYTES,
    closing() {
      leaving = current?.buffer;
      leaving?.unmap();
      current = undefined;
      used = 0;
    },
    submitted() {
      if (leaving) void mapAgain(leaving);
    },
    close() {
      for (const buffer of all) buffer.destroy();
      all.clear();
      free = [];
      current = undefined;
    },
  };
}
