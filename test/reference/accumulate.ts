// y + x in float64.

export function accumulate(x: Float64Array, y: Float64Array): Float64Array {
  return y.map((v, i) => v + x[i]!);
}
