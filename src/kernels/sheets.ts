// Sheets: scratch in storage textures of four 32-bit floats a texel, filled row by row as a buffer of vec4 would be. Software that runs
// each invocation's loads one after another reads a texel at once, where it takes a buffer's four floats one by one.

/** Texels of a row; ROW in the shaders' helper. */
export const SHEET_ROW = 4096;

/** The helper: `texel(at)` says where texel number `at` is. */
export const TEXEL = 'sheets/texel.wgsl';

const BYTES_OF_TEXEL = 16;

/** Bytes of a row. */
export const BYTES_OF_ROW = SHEET_ROW * BYTES_OF_TEXEL;

/** A storage texture as kernels see it: the first `bytes`, in rows of texels. */
export interface Sheet {
  readonly texture: GPUTexture;
  readonly bytes: number;
}

/** Rows that hold so many bytes. */
export function sheetRows(bytes: number): number {
  return Math.ceil(bytes / BYTES_OF_ROW);
}

/** Bytes of the largest sheet. */
export function largestSheet({ maxTextureDimension2D: most }: GPUSupportedLimits): number {
  return most < SHEET_ROW ? 0 : most * BYTES_OF_ROW;
}

/** @param rows rows of texels */
export function createSheet(device: GPUDevice, label: string, rows: number): GPUTexture {
  return device.createTexture({
    ...{ label, size: [SHEET_ROW, rows], format: 'rgba32float' },
    usage: 0x08 | 0x02, // STORAGE_BINDING | COPY_DST
  });
}

/** Bytes of a texture that `createSheet` made. */
export function bytesOfSheet({ height }: Pick<GPUTexture, 'height'>): number {
  return height * BYTES_OF_ROW;
}

/** A part of a sheet: where its bytes lie in a buffer, its first texel, and its columns and rows. */
interface Part {
  readonly offset: number;
  readonly origin: readonly [column: number, row: number];
  readonly size: readonly [columns: number, rows: number];
}

/** The copies that fill a sheet from bytes that lie one after another: all whole rows, then what is left of the last. */
export function partsOf({ bytes }: Pick<Sheet, 'bytes'>): Part[] {
  const rows = Math.floor(bytes / BYTES_OF_ROW);
  const rest = Math.ceil((bytes - rows * BYTES_OF_ROW) / BYTES_OF_TEXEL);
  const whole: Part = { offset: 0, origin: [0, 0], size: [SHEET_ROW, rows] };
  const last: Part = { offset: rows * BYTES_OF_ROW, origin: [0, rows], size: [rest, 1] };
  return [...(rows > 0 ? [whole] : []), ...(rest > 0 ? [last] : [])];
}
