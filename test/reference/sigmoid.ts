// The logistic sigmoid in float64.

export function sigmoidForward(x: Float64Array): Float64Array {
  return x.map((v) => 1 / (1 + Math.exp(-v)));
}

export function sigmoidBackward(y: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((v, i) => v * y[i]! * (1 - y[i]!));
}
