// The passes of Winograd's algorithm for the 3x3 convolution and its gradients, unfused: transform both operands, multiply the transformed
// elements as matrix products, transform back.
import { type ConvShape, outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import { HALVES } from './half.js';
import type { Pass, Variant } from './kernel.js';
import { TILE_ROWS, type TileColumns4, tileConsts, tileFits, tileIncludes } from './tile.js';

/** How the matrix products are computed; each has a helper `shaders/conv3x3/winograd/multiply_<product>.wgsl`, the wide one its neighbour's. */
export type Product = 'register' | 'subgroup4' | 'subgroup8' | 'tiled' | 'double_buffered' | 'double_buffered_wide';

const IDEAS: Readonly<Record<Product, string>> = {
  register: "Winograd's F(4x4, 3x3): a quarter of the products, in four passes",
  subgroup4: 'every 4 neighbours of a subgroup read transformed tiles for each other',
  subgroup8: 'every 8 neighbours do, and each makes twice as many sums',
  tiled: 'both operands of the products pass through workgroup memory',
  double_buffered:
    'tiles of 128 x 64 for the products, 8x8 in registers; the next are on their way while these are multiplied',
  double_buffered_wide: 'tiles of 128 x 128',
};

/** Fewest invocations of a subgroup that a product needs. */
const SUBGROUPS: Readonly<Partial<Record<Product, number>>> = { subgroup4: 4, subgroup8: 8 };

/** Vec4 of columns of a double-buffered tile; see shaders/products/tile.wgsl. */
const COLUMNS4: Readonly<Partial<Record<Product, TileColumns4>>> = { double_buffered: 16, double_buffered_wide: 32 };

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
  const tile = COLUMNS4[product];
  return (d: ConvShape, device: Capabilities) =>
    d.C % 4 === 0 &&
    d.K % 4 === 0 &&
    device.subgroupSize >= (SUBGROUPS[product] ?? 0) &&
    (tile === undefined || tileFits(tile, device));
}

/**
 * Few channels do not repay the transforms, and pictures of a tile or two do not repay those of the filters. It does not look at N: the bits of
 * a picture's output must not depend on the batch it is in.
 */
export function winogradPays(d: ConvShape): boolean {
  return Math.min(d.C, d.K) >= 16 && d.C * d.K >= 512 && d.H * d.W >= 36;
}

/** Rows (tiles) by columns of a product, for each transformed element. */
function productGrid(rows: number, columns: number, elements: number, c: Consts): Grid {
  const across = c.COLUMNS4 ?? c.COLUMNS ?? c.WORKGROUP!; // vec4 of columns of a workgroup
  return [pieces(columns / 4, across), pieces(rows, c.TILES ?? TILE_ROWS), elements];
}

/** Path of a pass: the transforms are shared by all products, and so carry the number of the first. */
function passPath(folder: string, first: number) {
  return (name: string) => `conv3x3/${folder}/${first}_winograd4_${name}.wgsl`;
}

/** What multiplies: a shader for each gradient and product, and its helpers. */
function multiplyBy(folder: string, number: number, product: Product, include: readonly string[]): MultiplyPass {
  const tile = COLUMNS4[product];
  const name = product === 'register' ? 'winograd4' : `winograd4_${product.replace('_wide', '')}`;
  return {
    shader: `conv3x3/${folder}/${number}_${name}_multiply.wgsl`,
    include,
    ...(tile && { consts: tileConsts(tile) }),
  };
}

type MultiplyPass = Pick<Pass<keyof ConvShape>, 'shader' | 'include' | 'consts'>;

/** Rows (tiles) times filters: the products of the forward and of the input gradient. */
function filterProducts(folder: string, number: number, product: Product): MultiplyPass {
  const own = `conv3x3/winograd/multiply_${product.replace('_wide', '')}.wgsl`;
  return multiplyBy(folder, number, product, [own, ...(COLUMNS4[product] ? tileIncludes('along', 'across') : [])]);
}

const TRANSFORMS = 'conv3x3/winograd4/transforms.wgsl';
const TILE_OF_X = ['conv3x3/winograd4/tile_of_x.wgsl', TRANSFORMS];
const SUMS_OF_TILE = ['conv3x3/winograd4/sums_of_tile.wgsl', TRANSFORMS];

/** Filters U (36, C, K), tiles V (36, T, C) of x, sums M (36, T, K). */
export function forward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  return forwardWith(product, { shader: passPath('forward', 6)('output'), include: SUMS_OF_TILE });
}

/** The same, with a 2x2 max-pool in the last pass. */
export function pooledForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const shader = 'conv3x3/forward_pooled/2_winograd4_output.wgsl';
  return forwardWith(product, { shader, include: [...SUMS_OF_TILE, 'max_pool/larger.wgsl'] });
}

/** The same on halves: they are read into float32 by the transforms, and rounded again where the last pass stores them. */
export function halfForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const pass = passPath('forward_f16', 4);
  return forwardWith(product, { shader: pass('output'), include: [...SUMS_OF_TILE, HALVES] }, pass);
}

const FORWARD_NUMBERS: Readonly<Record<Product, number>> = {
  register: 6,
  subgroup4: 7,
  subgroup8: 7,
  tiled: 8,
  double_buffered: 11,
  double_buffered_wide: 11,
};

function forwardWith(
  product: Product,
  output: Pick<Pass<keyof ConvShape>, 'shader' | 'include'>,
  pass = passPath('forward', 6),
): Variant<keyof ConvShape | 'relu'> {
  const multiply = filterProducts('forward', FORWARD_NUMBERS[product], product);
  return {
    idea: IDEAS[product],
    passes: [
      { shader: pass('weights'), include: [TRANSFORMS], grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!) },
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!) },
      { ...multiply, grid: (d, c) => productGrid(outputTiles(d), d.K, 36, c) },
      { ...output, grid: (d, c) => flat((outputTiles(d) * d.K) / 4, c.WORKGROUP!) },
    ],
    scratch: {
      U: (d) => 36 * (d.C * d.K + APART),
      V: (d) => 36 * outputTiles(d) * d.C,
      M: (d) => 36 * outputTiles(d) * d.K,
    },
    accepts: accepts(product),
    pays: winogradPays,
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
    pays: winogradPays,
  };
}

const GRADIENT_NUMBERS: Readonly<Record<Product, number>> = {
  register: 3,
  subgroup4: 4,
  subgroup8: 4,
  tiled: 5,
  double_buffered: 6,
  double_buffered_wide: 6,
};

/** The forward's passes on dy with rotated filters: U (36, K, C), tiles V (36, T, K) of dy, sums M (36, T, C). */
export function inputGradient4(product: Product): Variant<keyof ConvShape> {
  const pass = passPath('input_gradient', 3);
  const multiply = filterProducts('input_gradient', GRADIENT_NUMBERS[product], product);
  return {
    idea: IDEAS[product],
    passes: [
      { shader: pass('weights'), include: [TRANSFORMS], grid: (d, c) => flat((d.C / 4) * d.K, c.WORKGROUP!) },
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((inputTiles(d) * d.K) / 4, c.WORKGROUP!) },
      { ...multiply, grid: (d, c) => productGrid(inputTiles(d), d.C, 36, c) },
      { shader: pass('output'), include: SUMS_OF_TILE, grid: (d, c) => flat((inputTiles(d) * d.C) / 4, c.WORKGROUP!) },
    ],
    scratch: {
      U: (d) => 36 * (d.C * d.K + APART),
      V: (d) => 36 * inputTiles(d) * d.K,
      M: (d) => 36 * inputTiles(d) * d.C,
    },
    accepts: accepts(product),
    pays: winogradPays,
  };
}

/** Tiles V (36, T, C) of x, tiles D (36, T, K) of dy, W (36, C, K) their products summed over tiles. */
export function weightGradient4(
  product: Exclude<Product, 'double_buffered' | 'double_buffered_wide'>,
): Variant<keyof ConvShape> {
  const pass = passPath('weight_gradient', 3);
  const multiply = multiplyBy('weight_gradient', GRADIENT_NUMBERS[product], product, []);
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
        ...multiply,
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
    pays: winogradPays,
  };
}

/** Tiles whose products are summed in one workgroup; CHUNK in the shaders. */
const CHUNK = 1024;

/** The same, its sums W (parts, 36, C, K) over parts of the tiles added up in the last pass. */
export function weightGradientInParts(product: 'double_buffered' | 'double_buffered_wide'): Variant<keyof ConvShape> {
  const shaders = 'conv3x3/weight_gradient/8_winograd4_double_buffered';
  const { passes, scratch, ...facts } = weightGradient4('register') as Extract<
    Variant<keyof ConvShape>,
    { passes: unknown }
  >;
  const tile = COLUMNS4[product]!;
  return {
    ...facts,
    idea: IDEAS[product],
    passes: [
      passes[0]!,
      passes[1]!,
      {
        shader: `${shaders}_multiply.wgsl`,
        include: tileIncludes('across', 'across'),
        consts: tileConsts(tile),
        grid: (d, c) => [pieces(d.C, TILE_ROWS) * pieces(d.K / 4, c.COLUMNS4!), 36, pieces(outputTiles(d), CHUNK)],
      },
      { ...passes[3]!, shader: `${shaders}_weights.wgsl` },
    ],
    scratch: { ...scratch, W: (d) => pieces(outputTiles(d), CHUNK) * 36 * (d.C * d.K + APART) },
    accepts: accepts(product),
  };
}
