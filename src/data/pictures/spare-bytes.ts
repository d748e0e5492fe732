// Bytes of pictures that are done with, for later ones of as many: those that are thinned all have the same size, and new ones for each would have
// the garbage collected every hundred pictures, for what lies outside its heap.

/** Where bytes of pictures come from, and go to. */
export interface SpareBytes {
  /** @returns so many bytes, of any contents */
  take(length: number): Uint8Array;
  /** Takes bytes that nobody looks at any more; no more of them than were taken, since what others made is not asked for again. */
  give(bytes: Uint8Array): void;
}

export function createSpareBytes(): SpareBytes {
  let size = 0; // of all that are spare
  let spare: Uint8Array[] = [];
  let taken = 0;
  return {
    take(length) {
      taken++;
      return (length === size && spare.pop()) || new Uint8Array(length);
    },
    give(bytes) {
      if (taken === 0) return;
      taken--;
      if (bytes.length !== size) spare = [];
      size = bytes.length;
      spare.push(bytes);
    },
  };
}
