// Sums in float64.

/** y (columns) = the sum of the rows of x (rows, columns). */
export function sumRows(x: Float64Array, columns: number): Float64Array {
  const y = new Float64Array(columns);
  x.forEach((v, i) => {
    y[i % columns]! += v;
  });
  return y;
}

export function sumAll(x: Float64Array, scale: number): number {
  return scale * x.reduce((sum, v) => sum + v, 0);
}
