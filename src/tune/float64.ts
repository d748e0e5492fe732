// Single outputs of the kernels that sum thousands of products, in float64: what a variant is judged by where the naive one would take minutes.
import { outputSize } from '../kernels/conv3x3-shape.js';
import type { ElementOf } from './material.js';
import type { Need } from './needs.js';

/** Element `i` of the output. */
type Spot = (dims: Need['dims'], tensors: Readonly<Record<string, ElementOf>>, i: number) => number;

/** By the kernel's name and what it binds: a kernel that takes more than these know of is judged by its naive variant. */
const SPOTS: Readonly<Record<string, Spot>> = {
  'conv3x3/forward x w b y': convolution,
  'conv3x3/forward_f16 x w b y': convolution,
  'conv3x3/input_gradient dy w x dx': inputGradient,
  'conv3x3/weight_gradient x dy dw': weightGradient,
  'matmul/nn x w b y': product,
  'matmul/nn_f16 x w b y': product,
  'matmul/nt dy w x dx'({ K = 0, N = 0, relu }, { dy, w, x }, i) {
    const [row, k] = [Math.floor(i / K), i % K];
    if (relu && x!(i) <= 0) return 0;
    return sum(N, (n) => dy!(row * N + n) * w!(k * N + n));
  },
  'matmul/tn x dy dw'({ M = 0, K = 0, N = 0 }, { x, dy }, i) {
    const [k, n] = [Math.floor(i / N), i % N];
    return sum(M, (row) => x!(row * K + k) * dy!(row * N + n));
  },
};

/** The formula of a kernel, undefined where its naive variant has to do. */
export function spotOf({ name, bindings }: Need['kernel']): Spot | undefined {
  return SPOTS[[name, ...Object.keys(bindings)].join(' ')];
}

function sum(terms: number, term: (index: number) => number): number {
  let total = 0;
  for (let index = 0; index < terms; index++) total += term(index);
  return total;
}

function product({ K = 0, N = 0, relu }: Need['dims'], { x, w, b }: Parameters<Spot>[1], i: number): number {
  const [row, n] = [Math.floor(i / N), i % N];
  const y = b!(n) + sum(K, (k) => x!(row * K + k) * w!(k * N + n));
  return relu ? Math.max(y, 0) : y;
}

/** The dims of a convolution, all there. */
function shapeOf({ N = 0, H = 0, W = 0, C = 0, K = 0, pad = 0 }: Need['dims']) {
  const d = { N, H, W, C, K, pad };
  return { ...d, ...outputSize(d) };
}

function convolution(dims: Need['dims'], { x, w, b }: Parameters<Spot>[1], i: number): number {
  const { H, W, C, K, pad, P, Q } = shapeOf(dims);
  const [k, q, p, n] = [i % K, Math.floor(i / K) % Q, Math.floor(i / K / Q) % P, Math.floor(i / K / Q / P)];
  let y = b!(k);
  for (let tap = 0; tap < 9; tap++) {
    const [h, v] = [p + Math.floor(tap / 3) - pad, q + (tap % 3) - pad];
    if (h < 0 || h >= H || v < 0 || v >= W) continue;
    const pixel = ((n * H + h) * W + v) * C;
    y += sum(C, (c) => x!(pixel + c) * w!((tap * C + c) * K + k));
  }
  return dims.relu ? Math.max(y, 0) : y;
}

function inputGradient(dims: Need['dims'], { dy, w, x }: Parameters<Spot>[1], i: number): number {
  if (dims.relu && x!(i) <= 0) return 0;
  const { H, W, C, K, pad, P, Q } = shapeOf(dims);
  const [c, v, h, n] = [i % C, Math.floor(i / C) % W, Math.floor(i / C / W) % H, Math.floor(i / C / W / H)];
  let dx = 0;
  for (let tap = 0; tap < 9; tap++) {
    const [p, q] = [h + pad - Math.floor(tap / 3), v + pad - (tap % 3)];
    if (p < 0 || p >= P || q < 0 || q >= Q) continue;
    const pixel = ((n * P + p) * Q + q) * K;
    dx += sum(K, (k) => dy!(pixel + k) * w!((tap * C + c) * K + k));
  }
  return dx;
}

function weightGradient(dims: Need['dims'], { x, dy }: Parameters<Spot>[1], i: number): number {
  const { N, H, W, C, K, pad, P, Q } = shapeOf(dims);
  const [k, c, tap] = [i % K, Math.floor(i / K) % C, Math.floor(i / K / C)];
  const [r, s] = [Math.floor(tap / 3) - pad, (tap % 3) - pad];
  return sum(N * P, (line) => {
    const [n, p] = [Math.floor(line / P), line % P];
    if (p + r < 0 || p + r >= H) return 0;
    const row = (n * H + p + r) * W;
    return sum(Q, (q) => (q + s < 0 || q + s >= W ? 0 : x!((row + q + s) * C + c) * dy!((line * Q + q) * K + k)));
  });
}
