// How weights travel from the server to the page: slices of a kernel, each with where it belongs. Needs neither Node nor a page.

/** Where a slice belongs: columns of a panel of the kernel as a row-major matrix, from a row on. */
export interface FramePlace {
  readonly panel: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: number;
}

/** Bytes before a slice's values: four unsigned 32-bit integers, lowest byte first. */
export const HEADER_BYTES = 16;

/** @returns the header of a slice; its `rows * columns` float32 values follow it */
export function frameHeader({ panel, firstRow, rows, columns }: FramePlace): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  [panel, firstRow, rows, columns].forEach((value, i) => {
    header.setUint32(4 * i, value, true);
  });
  return new Uint8Array(header.buffer);
}

/**
 * Takes a stream of slices apart. The values handed out are a copy that belongs to the caller.
 * @throws Error where the stream ends within a slice
 */
export async function* readFrames(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly place: FramePlace; readonly values: Float32Array<ArrayBuffer> }, void, undefined> {
  const take = byteReader(stream);
  for (let header = await take(HEADER_BYTES); header; header = await take(HEADER_BYTES)) {
    const view = new DataView(header.buffer);
    const [panel, firstRow, rows, columns] = [0, 4, 8, 12].map((offset) => view.getUint32(offset, true));
    const place = { panel: panel!, firstRow: firstRow!, rows: rows!, columns: columns! };
    const bytes = await take(4 * place.rows * place.columns);
    if (!bytes) throw new Error('The weights ended within a slice.');
    yield { place, values: new Float32Array(bytes.buffer) };
  }
}

/** @returns what takes the next `count` bytes of a stream; undefined where it has ended */
function byteReader(stream: AsyncIterable<Uint8Array>) {
  const chunks = stream[Symbol.asyncIterator]();
  let left: Uint8Array = new Uint8Array(0);
  return async (count: number): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      if (left.length === 0) {
        const next = await chunks.next();
        if (next.done && filled === 0) return undefined;
        if (next.done) throw new Error('The weights ended within a slice.');
        left = next.value;
        continue;
      }
      const piece = left.subarray(0, count - filled);
      taken.set(piece, filled);
      left = left.subarray(piece.length);
      filled += piece.length;
    }
    return taken;
  };
}
