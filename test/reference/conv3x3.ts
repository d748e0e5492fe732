// 3x3 convolution and its gradients in float64: NHWC activations, HWIO weights.

/** The forward's dims: x (N, H, W, C), w (3, 3, C, K), y (N, H + 2 pad - 2, W + 2 pad - 2, K). */
export interface ConvDims {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly K: number;
  readonly pad: number;
}

/** Calls `visit` for every product x[i] * w[j] that belongs to y[o]. */
function eachProduct({ N, H, W, C, K, pad }: ConvDims, visit: (i: number, j: number, o: number) => void): void {
  const P = H + 2 * pad - 2;
  const Q = W + 2 * pad - 2;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++)
        for (let r = 0; r < 3; r++)
          for (let s = 0; s < 3; s++) {
            const [h, v] = [p + r - pad, q + s - pad];
            if (h < 0 || h >= H || v < 0 || v >= W) continue;
            const pixel = ((n * H + h) * W + v) * C;
            const output = ((n * P + p) * Q + q) * K;
            for (let c = 0; c < C; c++)
              for (let k = 0; k < K; k++) visit(pixel + c, ((r * 3 + s) * C + c) * K + k, output + k);
          }
}

/** y[n,p,q,k] = b[k] + sum over r,s,c of x[n,p+r-pad,q+s-pad,c] w[r,s,c,k], then ReLU if asked for. */
export function conv3x3Forward(
  d: ConvDims & { readonly relu: number },
  x: Float64Array,
  w: Float64Array,
  b: Float64Array,
): Float64Array {
  const pixels = d.N * (d.H + 2 * d.pad - 2) * (d.W + 2 * d.pad - 2);
  const y = Float64Array.from({ length: pixels * d.K }, (_, i) => b[i % d.K]!);
  eachProduct(d, (i, j, o) => {
    y[o] = y[o]! + x[i]! * w[j]!;
  });
  return d.relu ? y.map((v) => Math.max(v, 0)) : y;
}

/** dx, from the gradient before ReLU. */
export function conv3x3InputGradient(d: ConvDims, dy: Float64Array, w: Float64Array): Float64Array {
  const dx = new Float64Array(d.N * d.H * d.W * d.C);
  eachProduct(d, (i, j, o) => {
    dx[i] = dx[i]! + dy[o]! * w[j]!;
  });
  return dx;
}

/** dw, from the gradient before ReLU. */
export function conv3x3WeightGradient(d: ConvDims, x: Float64Array, dy: Float64Array): Float64Array {
  const dw = new Float64Array(9 * d.C * d.K);
  eachProduct(d, (i, j, o) => {
    dw[j] = dw[j]! + x[i]! * dy[o]!;
  });
  return dw;
}
