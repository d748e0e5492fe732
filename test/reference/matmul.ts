// Dense layers' three products in float64. Letters: M rows of the batch, K inputs, N outputs; row-major.

export interface MatmulShape {
  readonly M: number;
  readonly K: number;
  readonly N: number;
}

/** y = x·w + b, and max(y, 0) where `relu`. x (M, K), w (K, N), b (N). */
export function matmulNN(
  { M, K, N }: MatmulShape,
  relu: boolean,
  x: Float64Array,
  w: Float64Array,
  b: Float64Array,
): Float64Array {
  const y = new Float64Array(M * N);
  for (let m = 0; m < M; m++) {
    const row = y.subarray(m * N, (m + 1) * N);
    row.set(b);
    for (let k = 0; k < K; k++) {
      const factor = x[m * K + k]!;
      for (let n = 0; n < N; n++) row[n]! += factor * w[k * N + n]!;
    }
  }
  return relu ? y.map((v) => Math.max(v, 0)) : y;
}

/** dx = dy·wᵀ. dy (M, N), w (K, N). */
export function matmulNT({ M, K, N }: MatmulShape, dy: Float64Array, w: Float64Array): Float64Array {
  const dx = new Float64Array(M * K);
  for (let m = 0; m < M; m++) {
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += dy[m * N + n]! * w[k * N + n]!;
      dx[m * K + k] = sum;
    }
  }
  return dx;
}

/** dw = xᵀ·dy. x (M, K), dy (M, N). */
export function matmulTN({ M, K, N }: MatmulShape, x: Float64Array, dy: Float64Array): Float64Array {
  const dw = new Float64Array(K * N);
  for (let m = 0; m < M; m++) {
    for (let k = 0; k < K; k++) {
      const factor = x[m * K + k]!;
      for (let n = 0; n < N; n++) dw[k * N + n]! += factor * dy[m * N + n]!;
    }
  }
  return dw;
}
