// Dims to study a kernel at: VGG16's layers by name, sizes for everything else, and what a person writes on the command line.
import { VggpuError } from '../errors.js';
import type { Kernel, Values } from '../kernels/kernel.js';

type Dims = Readonly<Record<string, number>>;

/** Block and convolution of VGG16 at 224x224: rows and columns, input channels, output channels. */
const CONVOLUTIONS: Readonly<Record<string, readonly [size: number, C: number, K: number]>> = {
  ...{ conv1_1: [224, 3, 64], conv1_2: [224, 64, 64], conv2_1: [112, 64, 128], conv2_2: [112, 128, 128] },
  ...{ conv3_1: [56, 128, 256], conv3_2: [56, 256, 256], conv3_3: [56, 256, 256] },
  ...{ conv4_1: [28, 256, 512], conv4_2: [28, 512, 512], conv4_3: [28, 512, 512] },
  ...{ conv5_1: [14, 512, 512], conv5_2: [14, 512, 512], conv5_3: [14, 512, 512] },
};
const POOLS: Readonly<Record<string, readonly [size: number, C: number]>> = {
  ...{ pool1: [224, 64], pool2: [112, 128], pool3: [56, 256], pool4: [28, 512], pool5: [14, 512] },
};
const DENSE: Readonly<Record<string, readonly [K: number, N: number]>> = {
  ...{ fc1: [25_088, 4096], fc2: [4096, 4096], predictions: [4096, 1000] },
};

/** Names of layers that a kernel runs for, with their dims at batch 1. */
export function layersOf(kernel: Kernel): Readonly<Record<string, Dims>> {
  const folder = kernel.name.split('/')[0]!;
  const entries = <T>(table: Readonly<Record<string, T>>, dims: (value: T) => Dims) =>
    Object.fromEntries(Object.entries(table).map(([name, value]) => [name, dims(value)]));
  if (folder === 'conv3x3') {
    return entries(CONVOLUTIONS, ([size, C, K]) => ({ N: 1, H: size, W: size, C, K, pad: 1, relu: 1 }));
  }
  if (folder === 'max_pool') return entries(POOLS, ([size, C]) => ({ N: 1, H: size, W: size, C, relu: 1 }));
  if (folder === 'matmul') return entries(DENSE, ([K, N]) => ({ M: 1, K, N, relu: 1 }));
  return {};
}

/** Where nothing is said. */
const USUAL: Readonly<Record<string, Dims>> = {
  conv3x3: { N: 1, H: 56, W: 56, C: 256, K: 256, pad: 1, relu: 1 },
  max_pool: { N: 1, H: 56, W: 56, C: 256, relu: 1 },
  global_average_pool: { N: 1, H: 14, W: 14, C: 512 },
  matmul: { M: 1, K: 4096, N: 4096, relu: 1 },
  softmax: { rows: 64, columns: 1000 },
  softmax_cross_entropy: { rows: 64, columns: 1000, weighted: 0, scale: 1 / 64 },
  correct: { rows: 64, columns: 1000 },
  reduce: { rows: 4096, columns: 512, count: 1_048_576, scale: 1 },
  standardize: { rows: 64, columns: 25_088, seen: 64, epsilon: 1e-7, K: 4096, N: 1000 },
  dropout: { count: 262_144, first: 0, seed: 42, step: 1, layer: 1, rate: 0.5 },
  columns: { rows: 64, width: 1024, total: 4096, first: 1024 },
  adam: { count: 1_048_576, rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  sgd: { count: 1_048_576, nesterov: 0, rate: 1e-3, momentum: 0.9 },
  rmsprop: { count: 1_048_576, rate: 1e-3, rho: 0.9, epsilon: 1e-7 },
  random: { count: 262_144, seed: 42, stream: 0, low: 0, high: 1, mean: 0, deviation: 1 },
  picture: {
    ...{ count: 1, height: 375, width: 500, size: 224, n: 0, flip: 0, reverse: 1, mode: 0 },
    ...{ bilinear: 1, taps: 1, fraction: 16 },
    ...{ row: 12_288_000, column: 16_384_000, rowDown: 54_857, columnDown: 0, rowRight: 0, columnRight: 73_143 },
    ...{ scale: 1, mean0: 123.68, mean1: 116.779, mean2: 103.939 },
  },
  probe: { count: 8192, factor: 0.5, term: 1 },
};

/** Dims for a kernel about which nothing is known. */
const ANY = 1_048_576;

/** Sizes that scale what a number is multiplied with, rather than how much there is. */
const isScalar = (kernel: Kernel, name: string) => kernel.scalars?.includes(name) ?? false;

/**
 * Reads `conv3_2`, `N=4,H=28` or `conv3_2,N=4` for a kernel; what is not said is as usual.
 * @throws VggpuError 'usage' for a name that the kernel does not have, or a value that is no number it can take
 */
export function shapeFrom(kernel: Kernel, text = ''): Values<string> {
  const names = [...kernel.dims, ...(kernel.scalars ?? [])];
  const usual = USUAL[kernel.name.split('/')[0]!] ?? {};
  const dims: Record<string, number> = Object.fromEntries(names.map((name) => [name, usual[name] ?? ANY]));
  const layers = layersOf(kernel);
  for (const part of text.split(',').map((word) => word.trim())) {
    if (part === '') continue;
    const [name = '', value, ...more] = part.split('=');
    const layer = layers[part];
    if (layer) {
      for (const [dim, size] of Object.entries(layer)) if (dim in dims) dims[dim] = size;
    } else if (value === undefined || more.length > 0 || !names.includes(name)) {
      const known = Object.keys(layers);
      const orLayer = known.length > 0 ? `, or a layer of VGG16: ${known.join(', ')}` : '';
      throw new VggpuError(
        'usage',
        `--shape has '${part}'. ${kernel.name} takes ${names.map((dim) => `${dim}=NUMBER`).join(', ')}${orLayer}.`,
      );
    } else dims[name] = sizeFrom(kernel, name, value);
  }
  return dims;
}

function sizeFrom(kernel: Kernel, name: string, text: string): number {
  const value = Number(text);
  const fits = isScalar(kernel, name)
    ? Number.isFinite(value)
    : Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32;
  if (text.trim() !== '' && fits) return value;
  throw new VggpuError(
    'usage',
    `--shape has ${name}=${text}; ${isScalar(kernel, name) ? 'a number' : 'a whole number from 0'} is needed.`,
  );
}
