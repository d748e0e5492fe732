// 2x2 max-pool with stride 2 in float64.

interface Shape {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
}

/** For each output, the index in x of its window's first maximum in row-major order. */
export function firstMaxima({ N, H, W, C }: Shape, x: Float64Array): number[] {
  const indices: number[] = [];
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < Math.floor(H / 2); p++) {
      for (let q = 0; q < Math.floor(W / 2); q++) {
        for (let c = 0; c < C; c++) {
          let best = -1;
          for (const [r, s] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const) {
            const at = ((n * H + 2 * p + r) * W + 2 * q + s) * C + c;
            if (best < 0 || x[at]! > x[best]!) best = at;
          }
          indices.push(best);
        }
      }
    }
  }
  return indices;
}

export function maxPoolForward(d: Shape, x: Float64Array): Float64Array {
  return Float64Array.from(firstMaxima(d, x), (at) => x[at]!);
}

export function maxPoolBackward(d: Shape, x: Float64Array, dy: Float64Array): Float64Array {
  const dx = new Float64Array(x.length);
  for (const [i, at] of firstMaxima(d, x).entries()) dx[at] = dy[i]!;
  return dx;
}
