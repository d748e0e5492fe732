// Panels of columns, moved one element at a time.

export interface Panel {
  readonly rows: number;
  readonly width: number;
  readonly total: number;
  readonly first: number;
}

/** y (rows, total) with x (rows, width) in its columns from `first` on. */
export function insertColumns(x: Float64Array, y: Float64Array, { width, total, first }: Panel): Float64Array {
  return y.map((v, i) => {
    const c = (i % total) - first;
    return c >= 0 && c < width ? x[Math.floor(i / total) * width + c]! : v;
  });
}

/** Columns first to first + width of y (rows, total). */
export function extractColumns(y: Float64Array, { rows, width, total, first }: Panel): Float64Array {
  return Float64Array.from({ length: rows * width }, (_, i) => y[Math.floor(i / width) * total + first + (i % width)]!);
}
