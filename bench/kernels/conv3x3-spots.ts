// Single elements of the 3x3 convolution and its gradients in float64, and the layouts that others want.
import type { Inputs } from '../kernel-case.js';

/** A convolution with padding 1: H and W are the same before and after. */
export interface ConvShape {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly K: number;
}

/** Output i, with its bias and ReLU. */
export function forwardAt({ H, W, C, K }: ConvShape, { x, w, b }: Inputs, i: number): number {
  const [k, q, p, n] = [i % K, Math.floor(i / K) % W, Math.floor(i / (K * W)) % H, Math.floor(i / (K * W * H))];
  let sum = b![k]!;
  for (const [h, v, tap] of taps(p, q, 1))
    if (h >= 0 && h < H && v >= 0 && v < W)
      for (let c = 0; c < C; c++) sum += x![((n * H + h) * W + v) * C + c]! * w![(tap * C + c) * K + k]!;
  return Math.max(0, sum);
}

export function inputGradientAt({ H, W, C, K }: ConvShape, { dy, w }: Inputs, i: number): number {
  const [c, v, h, n] = [i % C, Math.floor(i / C) % W, Math.floor(i / (C * W)) % H, Math.floor(i / (C * W * H))];
  let sum = 0;
  for (const [p, q, tap] of taps(h, v, -1))
    if (p >= 0 && p < H && q >= 0 && q < W)
      for (let k = 0; k < K; k++) sum += dy![((n * H + p) * W + q) * K + k]! * w![(tap * C + c) * K + k]!;
  return sum;
}

export function weightGradientAt({ N, H, W, C, K }: ConvShape, { x, dy }: Inputs, i: number): number {
  const [k, c, tap] = [i % K, Math.floor(i / K) % C, Math.floor(i / (K * C))];
  let sum = 0;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < H; p++)
      for (let q = 0; q < W; q++) {
        const [h, v] = [p + Math.floor(tap / 3) - 1, q + (tap % 3) - 1];
        if (h < 0 || h >= H || v < 0 || v >= W) continue;
        sum += x![((n * H + h) * W + v) * C + c]! * dy![((n * H + p) * W + q) * K + k]!;
      }
  return sum;
}

/** Row, column and index of the nine taps round a pixel: as x is read for y (direction 1), or y for x (direction -1). */
function taps(row: number, column: number, direction: 1 | -1): [number, number, number][] {
  return Array.from({ length: 9 }, (_, tap) => [
    row + direction * (Math.floor(tap / 3) - 1),
    column + direction * ((tap % 3) - 1),
    tap,
  ]);
}

/** (outer, rows, columns) -> (outer, columns, rows): NHWC to NCHW with pixels as rows, and back with channels as rows. */
export function transposed(values: Float32Array, outer: number, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let o = 0; o < outer; o++) {
    const start = o * rows * columns;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) result[start + c * rows + r] = values[start + r * columns + c]!;
  }
  return result;
}
