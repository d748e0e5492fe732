// Softmax over rows in float64.

interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/** Calls `work` with each row of x and its index. */
function byRow({ rows, columns }: Shape, x: Float64Array, work: (row: Float64Array, r: number) => Iterable<number>) {
  const y = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    y.set(Float64Array.from(work(x.subarray(r * columns, (r + 1) * columns), r)), r * columns);
  }
  return y;
}

export function softmaxForward(d: Shape, x: Float64Array): Float64Array {
  return byRow(d, x, (row) => {
    const largest = Math.max(...row);
    const powers = row.map((v) => Math.exp(v - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((v) => v / sum);
  });
}

export function softmaxBackward(d: Shape, y: Float64Array, dy: Float64Array): Float64Array {
  return byRow(d, y, (row, r) => {
    const slope = dy.subarray(r * d.columns, (r + 1) * d.columns);
    const inner = row.reduce((sum, v, k) => sum + v * slope[k]!, 0);
    return row.map((v, k) => v * (slope[k]! - inner));
  });
}
