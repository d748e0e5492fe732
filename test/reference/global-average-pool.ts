// Global average pooling in float64.

interface Shape {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
}

export function globalAveragePoolForward({ N, H, W, C }: Shape, x: Float64Array): Float64Array {
  const y = new Float64Array(N * C);
  for (let i = 0; i < x.length; i++) y[Math.floor(i / (H * W * C)) * C + (i % C)]! += x[i]! / (H * W);
  return y;
}

export function globalAveragePoolBackward({ N, H, W, C }: Shape, dy: Float64Array): Float64Array {
  return Float64Array.from(
    { length: N * H * W * C },
    (_, i) => dy[Math.floor(i / (H * W * C)) * C + (i % C)]! / (H * W),
  );
}
