// The passes of Winograd's algorithm for the 3x3 convolution and its gradients, unfused: transform both operands, multiply the transformed
// elements as matrix products, transform back.
import { type ConvShape, outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import type { Variant } from './kernel.js';

/** How the matrix products are computed; each has a helper `shaders/conv3x3/winograd/multiply_<product>.wgsl`. */
export type Product = 'register' | 'subgroup4' | 'subgroup8' | 'tiled';

const IDEAS: Readonly<Record<Product, string>> = {
  register: "Winograd's F(4x4, 3x3): a quarter of the products, in four passes",
  subgroup4: 'every 4 neighbours of a subgroup read transformed tiles for each other',
  subgroup8: 'every 8 neighbours do, and each makes twice as many sums',
  tiled: 'both operands of the products pass through workgroup memory',
};

/** Fewest invocations of a subgroup that a product needs. */
const SUBGROUPS: Readonly<Record<Product, number>> = { register: 0, subgroup4: 4, subgroup8: 8, tiled: 0 };

const APART = 16; // floats between the transformed elements of filters; see the shaders

type Consts = Readonly<Record<string, number>>;

/** Tiles of `size` x `size` pixels that cover the output, or the input, of every picture. */
function outputTiles(d: ConvShape, size = 4): number {
  const { P, Q } = outputSize(d);
  return d.N * pieces(P, size) * pieces(Q, size);
}

function inputTiles(d: ConvShape): number {
  return d.N * pieces(d.H, 4) * pieces(d.W, 4);
}

function accepts(product: Product) {
  return (d: ConvShape, device: Capabilities) =>
    d.C % 4 === 0 && d.K % 4 === 0 && device.subgroupSize >= SUBGROUPS[product];
}

/**
 * Few channels do not repay the transforms, and pictures of a tile or two do not repay those of the filters. It does not look at N: the bits of
 * a picture's output must not depend on the batch it is in.
 */
function pays(d: ConvShape): boolean {
  return Math.min(d.C, d.K) >= 16 && d.C * d.K >= 512 && d.H * d.W >= 36;
}

/** Rows (tiles) by columns of a product, for each transformed element. */
function productGrid(rows: number, columns: number, elements: number, c: Consts): Grid {
  return [pieces(columns / 4, c.COLUMNS ?? c.WORKGROUP!), pieces(rows, c.TILES!), elements];
}

/** Path of a pass: the transforms are shared by all products, and so carry the number of the first. */
function pathsOf(folder: string, first: number, numbers: Readonly<Partial<Record<Product, number>>>, product: Product) {
  const prefix = `conv3x3/${folder}`;
  const own = product === 'register' ? `${first}_winograd4` : `${numbers[product]}_winograd4_${product}`;
  return {
    pass: (name: string) => `${prefix}/${first}_winograd4_${name}.wgsl`,
    multiply: `${prefix}/${own}_multiply.wgsl`,
    include: `conv3x3/winograd/multiply_${product}.wgsl`,
  };
}

const TRANSFORMS = 'conv3x3/winograd4/transforms.wgsl';
const TILE_OF_X = ['conv3x3/winograd4/tile_of_x.wgsl', TRANSFORMS];
const SUMS_OF_TILE = ['conv3x3/winograd4/sums_of_tile.wgsl', TRANSFORMS];

/** Filters U (36, C, K), tiles V (36, T, C) of x, sums M (36, T, K). */
export function forward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const { pass, multiply, include } = pathsOf('forward', 6, { subgroup4: 7, subgroup8: 7, tiled: 8 }, product);
  return {
    idea: IDEAS[product],
    passes: [
      { shader: pass('weights'), include: [TRANSFORMS], grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!) },
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!) },
      { shader: multiply, include: [include], grid: (d, c) => productGrid(outputTiles(d), d.K, 36, c) },
      { shader: pass('output'), include: SUMS_OF_TILE, grid: (d, c) => flat((outputTiles(d) * d.K) / 4, c.WORKGROUP!) },
    ],
    scratch: {
      U: (d) => 36 * (d.C * d.K + APART),
      V: (d) => 36 * outputTiles(d) * d.C,
      M: (d) => 36 * outputTiles(d) * d.K,
    },
    accepts: accepts(product),
    pays,
  };
}

/** F(2x2, 3x3): filters U (16, C, K), tiles V (16, T, C) of x, sums M (16, T, K). */
export function forward2(): Variant<keyof ConvShape | 'relu'> {
  const pass = (name: string) => `conv3x3/forward/5_winograd2_${name}.wgsl`;
  return {
    idea: "Winograd's F(2x2, 3x3): 16 products where the direct sum takes 36, in four passes",
    passes: [
      { shader: pass('weights'), grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!) },
      { shader: pass('input'), grid: (d, c) => flat((outputTiles(d, 2) * d.C) / 4, c.WORKGROUP!) },
      {
        shader: pass('multiply'),
        include: ['conv3x3/winograd/multiply_register.wgsl'],
        grid: (d, c) => productGrid(outputTiles(d, 2), d.K, 16, c),
      },
      { shader: pass('output'), grid: (d, c) => flat((outputTiles(d, 2) * d.K) / 4, c.WORKGROUP!) },
    ],
    scratch: {
      U: (d) => 16 * (d.C * d.K + APART),
      V: (d) => 16 * outputTiles(d, 2) * d.C,
      M: (d) => 16 * outputTiles(d, 2) * d.K,
    },
    accepts: accepts('register'),
    pays,
  };
}

/** The forward's passes on dy with rotated filters: U (36, K, C), tiles V (36, T, K) of dy, sums M (36, T, C). */
export function inputGradient4(product: Product): Variant<keyof ConvShape> {
  const numbers = { subgroup4: 4, subgroup8: 4, tiled: 5 };
  const { pass, multiply, include } = pathsOf('input_gradient', 3, numbers, product);
  return {
    idea: IDEAS[product],
    passes: [
      { shader: pass('weights'), include: [TRANSFORMS], grid: (d, c) => flat((d.C / 4) * d.K, c.WORKGROUP!) },
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((inputTiles(d) * d.K) / 4, c.WORKGROUP!) },
      { shader: multiply, include: [include], grid: (d, c) => productGrid(inputTiles(d), d.C, 36, c) },
      { shader: pass('output'), include: SUMS_OF_TILE, grid: (d, c) => flat((inputTiles(d) * d.C) / 4, c.WORKGROUP!) },
    ],
    scratch: {
      U: (d) => 36 * (d.C * d.K + APART),
      V: (d) => 36 * inputTiles(d) * d.K,
      M: (d) => 36 * inputTiles(d) * d.C,
    },
    accepts: accepts(product),
    pays,
  };
}

/** Tiles V (36, T, C) of x, tiles D (36, T, K) of dy, W (36, C, K) their products summed over tiles. */
export function weightGradient4(product: Product): Variant<keyof ConvShape> {
  const { pass, multiply } = pathsOf('weight_gradient', 3, { subgroup4: 4, subgroup8: 4, tiled: 5 }, product);
  return {
    idea: IDEAS[product],
    passes: [
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!) },
      {
        shader: pass('output_gradient'),
        include: [TRANSFORMS],
        grid: (d, c) => flat((outputTiles(d) * d.K) / 4, c.WORKGROUP!),
      },
      {
        shader: multiply,
        grid: (d, c) => [pieces(d.K / 4, c.COLUMNS ?? c.WORKGROUP!), pieces(d.C, c.CHANNELS!), 36],
      },
      { shader: pass('weights'), include: [TRANSFORMS], grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!) },
    ],
    scratch: {
      V: (d) => 36 * outputTiles(d) * d.C,
      D: (d) => 36 * outputTiles(d) * d.K,
      W: (d) => 36 * (d.C * d.K + APART),
    },
    accepts: accepts(product),
    pays,
  };
}
