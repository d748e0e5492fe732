// Small shapes on which every variant of every kernel is studied, and inputs that suit them.
import type { Capabilities } from '../../src/kernels/gpu.js';
import { accepts, type Kernel, type Values } from '../../src/kernels/kernel.js';
import { seeded } from '../random.js';

type Dims = Readonly<Record<string, number>>;

const convolutions: Dims[] = [
  { N: 2, H: 5, W: 7, C: 4, K: 16, pad: 1 },
  { N: 1, H: 7, W: 6, C: 8, K: 8, pad: 0 },
  { N: 1, H: 6, W: 9, C: 16, K: 36, pad: 1 },
  { N: 1, H: 3, W: 17, C: 64, K: 24, pad: 1 },
  { N: 1, H: 4, W: 5, C: 32, K: 40, pad: 1 },
  { N: 1, H: 6, W: 9, C: 3, K: 64, pad: 1 },
  ...[1, 2, 3].map((C) => ({ N: 1, H: 5, W: 8, C, K: 18 - C * 2, pad: 1 })),
];
const products: Dims[] = [
  { M: 1, K: 300, N: 8 },
  { M: 3, K: 20, N: 12 },
  { M: 9, K: 260, N: 20 },
  { M: 17, K: 4, N: 36 },
  { M: 2, K: 1088, N: 128 },
  { M: 16, K: 64, N: 64 },
  { M: 40, K: 128, N: 136 },
  { M: 128, K: 16, N: 64 },
  { M: 130, K: 128, N: 64 },
  { M: 1030, K: 36, N: 132 },
];
const pictures: Dims[] = [
  { N: 2, H: 5, W: 6, C: 4, relu: 1 },
  { N: 1, H: 4, W: 4, C: 3, relu: 0 },
];
const flat: Dims[] = [{ count: 268 }, { count: 7 }];
/** For one tensor; for several, all there or not. */
const stepped: Dims[] = [
  { count: 268, count0: 268, count1: 4, count2: 20, count3: 8 },
  { count: 7, count0: 7, count1: 0, count2: 20, count3: 3 },
];
const rows: Dims[] = [
  { rows: 3, columns: 140, weighted: 1, scale: 0.5 },
  { rows: 3, columns: 7, weighted: 0, scale: 1 },
];

/** By name of the op, or its folder. */
const SHAPES: Readonly<Record<string, readonly Dims[]>> = {
  conv3x3: convolutions.map((d) => ({ ...d, relu: 1 })),
  matmul: products.map((d) => ({ ...d, relu: 1 })),
  max_pool: pictures,
  global_average_pool: pictures,
  softmax: rows,
  softmax_cross_entropy: rows,
  correct: rows,
  reduce: [
    { rows: 1030, columns: 4, count: 1030, scale: 0.25 },
    { rows: 3, columns: 5, count: 9, scale: 1 },
  ],
  standardize: [
    { rows: 37, columns: 20, seen: 4, epsilon: 1e-3, K: 150, N: 8 },
    { rows: 3, columns: 5, seen: 2, epsilon: 1e-3, K: 7, N: 3 },
  ],
  dropout: [
    { count: 260, first: 4, seed: 7, step: 3, layer: 2, rate: 0.5 },
    { count: 9, first: 3, seed: 7, step: 3, layer: 2, rate: 0.25 },
  ],
  columns: [
    { rows: 3, width: 4, total: 12, first: 4 },
    { rows: 3, width: 2, total: 7, first: 3 },
  ],
  adam: stepped.map((d) => ({ ...d, rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 })),
  sgd: stepped.map((d) => ({ ...d, nesterov: 1, rate: 0.01, momentum: 0.9 })),
  rmsprop: stepped.map((d) => ({ ...d, rate: 0.01, rho: 0.9, epsilon: 1e-7 })),
  random: flat.map((d) => ({ ...d, seed: 5, stream: 9, low: -1, high: 3, mean: 1, deviation: 2 })),
  probe: [{ count: 20, factor: 0.5, term: 1 }],
  picture: [0, 1, 2].map((mode) => ({
    ...{ count: 2, height: 7, width: 9, size: 5, n: 1, flip: mode % 2, reverse: 1, mode },
    ...{ bilinear: mode % 2, taps: 1 + mode },
    ...{ fraction: 16, row: 230_000, column: 300_000, rowDown: 50_000, columnDown: 9_000, rowRight: 4_000 },
    ...{ columnRight: 60_000, scale: 0.5, mean0: 10, mean1: 20, mean2: 30 },
  })),
};

/** Dims of the cases of a kernel, with its own dims and scalars only. */
export function shapesOf(kernel: Kernel): Values<string>[] {
  const found = SHAPES[kernel.name] ?? SHAPES[kernel.name.split('/')[0]!] ?? flat;
  const names = [...kernel.dims, ...(kernel.scalars ?? [])];
  return found.map((d) => Object.fromEntries(names.map((name) => [name, d[name]!])));
}

/** A device that takes every variant, for what needs none. */
export const everyDevice: Capabilities = {
  kind: 'gpu',
  limits: {
    maxStorageBufferBindingSize: 2 ** 31,
    maxTextureDimension2D: 8192,
    maxComputeWorkgroupStorageSize: 2 ** 17,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupsPerDimension: 65_535,
  } as GPUSupportedLimits,
  features: new Set(['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']),
  subgroupSize: 32,
  matrixUnits: [{ componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 }],
};

/** The first case that a variant takes on a device. */
export function caseFor(kernel: Kernel, variant: string, device: Capabilities): Values<string> | undefined {
  return shapesOf(kernel).find((d) => accepts(kernel.variants[variant]!, d, device));
}

/** Halves lie two to a word in these tensors. */
const halves = (kernel: Kernel, name: string) =>
  (/_f16$/.test(kernel.name) && name !== 'b') ||
  (kernel.name === 'cast/to_f32' && name === 'x') ||
  (kernel.name === 'cast/to_f16' && name === 'y');

/** Contents for a binding: floats of both signs, whole numbers where indices or bytes are meant, halves of small values. */
export function contentsFor(kernel: Kernel, name: string, d: Values<string>): Uint32Array<ArrayBuffer> {
  const random = seeded(name.charCodeAt(0) + name.length);
  const count = Math.ceil(kernel.elements(d)[name]!);
  const integer = (below: number) => Uint32Array.from({ length: count }, () => random.integer(0, below));
  if (name === 'labels') return kernel.name === 'correct/count' ? rightAndWrong(kernel, d) : integer(d.columns!);
  if (name === 'bytes' || name === 'counter' || name === 'key') return integer(2 ** 32);
  if (name === 'count') return integer(5);
  // Signs, exponents from 2^-4 to 1, and fractions of halves.
  const half = () => (random.integer(0, 2) << 15) | (random.integer(11, 15) << 10) | random.integer(0, 1024);
  if (halves(kernel, name)) return Uint32Array.from({ length: count }, () => half() | (half() << 16));
  const positive = /^([va]\d?|m2)$/.test(name);
  const floats = Float32Array.from({ length: count }, () => random.uniform(positive ? 0.1 : -1, 1));
  return new Uint32Array(floats.buffer);
}

/** Labels of which every second one is that of the largest logit. */
function rightAndWrong(kernel: Kernel, d: Values<string>): Uint32Array<ArrayBuffer> {
  const logits = new Float32Array(contentsFor(kernel, 'logits', d).buffer);
  return Uint32Array.from({ length: d.rows! }, (_, row) => {
    const own = logits.subarray(row * d.columns!, (row + 1) * d.columns!);
    return (own.indexOf(Math.max(...own)) + (row % 2)) % d.columns!;
  });
}

export const holdsHalves = halves;

/** Bindings compared as whole numbers. */
export const holdsIntegers = (kernel: Kernel, name: string): boolean =>
  name === 'count' || (kernel.name === 'random/bits' && name === 'bits');
