// ReLU in float64.

export function reluForward(x: Float64Array): Float64Array {
  return x.map((v) => Math.max(v, 0));
}

/** dx = dy where y > 0 or NaN; the derivative at 0 is 0. */
export function reluBackward(y: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((v, i) => (y[i]! <= 0 ? 0 : v));
}
