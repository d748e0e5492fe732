// Sizes that the 3x3 convolution and its gradients share.
import { type Grid, pieces } from './grid.js';

/** The forward's dims: x (N, H, W, C), w (3, 3, C, K), y (N, P, Q, K), zero padding `pad` of 0 or 1 on every side. */
export interface ConvShape {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly K: number;
  readonly pad: number;
}

/** Rows and columns of the output. */
export function outputSize({ H, W, pad }: ConvShape): { P: number; Q: number } {
  return { P: H + 2 * pad - 2, Q: W + 2 * pad - 2 };
}

/** Number of elements of the input, the weights, the bias and the output. */
export function elementsOf(d: ConvShape): { x: number; w: number; b: number; y: number } {
  const { P, Q } = outputSize(d);
  return { x: d.N * d.H * d.W * d.C, w: 9 * d.C * d.K, b: d.K, y: d.N * P * Q * d.K };
}

/** Number of elements of the output after a 2x2 max-pool of stride 2, odd last rows and columns dropped. */
export function pooledElements(d: ConvShape): number {
  const { P, Q } = outputSize(d);
  return d.N * Math.floor(P / 2) * Math.floor(Q / 2) * d.K;
}

/** What the formula asks for: a multiply-add for each of 9 taps, C and K at each output pixel. */
export function convFlops(d: ConvShape): number {
  const { P, Q } = outputSize(d);
  return 18 * d.N * P * Q * d.C * d.K;
}

/** A grid whose y walks blocks of channels, and whose x, folded into z past 65,535 groups, walks `count` tiles in workgroups. */
export function tilesByChannels(count: number, workgroup: number, channelBlocks: number): Grid {
  const groups = pieces(count, workgroup);
  const z = Math.max(1, pieces(groups, 65_535));
  return [pieces(groups, z), channelBlocks, z];
}
