// The passes of Winograd's algorithm for the 3x3 convolution and its gradients, unfused: transform both operands, multiply the transformed
// elements as matrix products, transform back.
import { type ConvShape, outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import { HALVES } from './half.js';
import type { Pass, Values, Variant } from './kernel.js';
import { RECTIFY, RECTIFY_GRADIENT } from './relu.js';
import { LOW_COLUMNS, LOW_ROWS, TILE_COLUMNS, TILE_ROWS, tileFits, tileIncludes } from './tile.js';

/** How the matrix products are computed; each has a helper `shaders/conv3x3/winograd/multiply_<product>.wgsl`. */
export type Product = 'register' | 'subgroup4' | 'subgroup8' | 'tiled' | 'prefetched';

const IDEAS: Readonly<Record<Product, string>> = {
  register: "Winograd's F(4x4, 3x3): a quarter of the products, in four passes",
  subgroup4: 'every 4 neighbours of a subgroup read transformed tiles for each other',
  subgroup8: 'every 8 neighbours do, and each makes twice as many sums',
  tiled: 'both operands of the products pass through workgroup memory',
  prefetched:
    'tiles of 128 x 64 for the products, 8x8 in registers, written out; the next are on their way while these are multiplied',
};

/** Fewest invocations of a subgroup that a product needs. */
const SUBGROUPS: Readonly<Partial<Record<Product, number>>> = { subgroup4: 4, subgroup8: 8 };

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
    d.C % 4 === 0 &&
    d.K % 4 === 0 &&
    device.subgroupSize >= (SUBGROUPS[product] ?? 0) &&
    (product !== 'prefetched' || tileFits(device));
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
  return [pieces(columns / 4, c.COLUMNS ?? c.WORKGROUP!), pieces(rows, c.TILES!), elements];
}

/** Path of a pass: the transforms are shared by all products, and so carry the number of the first. */
function passPath(folder: string, first: number) {
  return (name: string) => `conv3x3/${folder}/${first}_winograd4_${name}.wgsl`;
}

/** What multiplies: a shader for each op and product. */
function multiplyShader(folder: string, number: number, product: Product): string {
  return `conv3x3/${folder}/${number}_${product === 'register' ? 'winograd4' : `winograd4_${product}`}_multiply.wgsl`;
}

/** Rows (tiles) of V times filters U, for each transformed element: the products of the forward and of the input gradient. */
function filterProducts<D extends keyof ConvShape | 'relu'>(
  folder: string,
  number: number,
  product: Product,
  sizes: (d: Values<D>) => readonly [tiles: number, filters: number],
): Pass<D>[] {
  const shader = multiplyShader(folder, number, product);
  const helper = `conv3x3/winograd/multiply_${product}`;
  const byConsts: Pass<D>['grid'] = (d, c) => productGrid(...sizes(d), 36, c);
  const byTile =
    (rows: number, columns: number): Pass<D>['grid'] =>
    (d) => [pieces(sizes(d)[1], columns), pieces(sizes(d)[0], rows), 36];
  const high = (grid: Pass<D>['grid'], ...include: string[]): Pass<D> => ({
    shader,
    include: [`${helper}.wgsl`, ...include],
    grid,
  });
  const low = (grid: Pass<D>['grid'], ...include: string[]): Pass<D> => ({
    shader: shader.replace('_multiply', '_low_multiply'),
    include: [`${helper}_low.wgsl`, ...include],
    grid,
  });
  switch (product) {
    case 'prefetched':
      return oneOf(
        high(byTile(TILE_ROWS, TILE_COLUMNS), ...tileIncludes('along', 'across')),
        low(byTile(LOW_ROWS, LOW_COLUMNS), 'products/low_tile.wgsl'),
        (d) => sizes(d)[0] <= 3 * LOW_ROWS,
      );
    case 'subgroup4':
      // Low where half of the last 32 tiles would be empty.
      return oneOf(high(byConsts), low(byConsts), (d) => sizes(d)[0] <= 48 && (sizes(d)[0] - 1) % 32 < 16);
    default:
      return [high(byConsts)];
  }
}

/**
 * Two passes of which one has nothing to do: few tiles, as of small pictures in small batches, would leave most of a high block of them
 * empty. Both make the same bits, so that a picture's do not depend on its batch.
 */
function oneOf<D extends string>(high: Pass<D>, low: Pass<D>, few: (d: Values<D>) => boolean): Pass<D>[] {
  return [
    { ...high, grid: (d, c) => (few(d) ? [0, 0, 0] : high.grid(d, c)) },
    { ...low, grid: (d, c) => (few(d) ? low.grid(d, c) : [0, 0, 0]) },
  ];
}

/** Transformed filters. */
const FILTERS = { scratch: 'U', from: 'w', by: ['C', 'K'] } as const;

const TRANSFORMS = 'conv3x3/winograd4/transforms.wgsl';
const TILE_OF_X = ['conv3x3/winograd4/tile_of_x.wgsl', TRANSFORMS];
const SUMS_OF_TILE = ['conv3x3/winograd4/sums_of_tile.wgsl', TRANSFORMS];

/** Filters U (36, C, K), tiles V (36, T, C) of x, sums M (36, T, K). */
export function forward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  return forwardWith(product, { shader: passPath('forward', 6)('output'), include: [...SUMS_OF_TILE, RECTIFY] });
}

/** The same, with a 2x2 max-pool in the last pass. */
export function pooledForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const shader = 'conv3x3/forward_pooled/2_winograd4_output.wgsl';
  return forwardWith(product, { shader, include: [...SUMS_OF_TILE, 'max_pool/larger.wgsl', RECTIFY] });
}

/** The same on halves: they are read into float32 by the transforms, and rounded again where the last pass stores them. */
export function halfForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const pass = passPath('forward_f16', 4);
  return forwardWith(product, { shader: pass('output'), include: [...SUMS_OF_TILE, HALVES, RECTIFY] }, pass);
}

/** The same on halves, with a 2x2 max-pool in the last pass. */
export function halfPooledForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const shader = 'conv3x3/forward_pooled_f16/2_winograd4_output.wgsl';
  const include = [...SUMS_OF_TILE, 'max_pool/larger.wgsl', HALVES, RECTIFY];
  return forwardWith(product, { shader, include }, passPath('forward_f16', 4));
}

const FORWARD_NUMBERS: Readonly<Record<Product, number>> = {
  register: 6,
  subgroup4: 7,
  subgroup8: 7,
  tiled: 8,
  prefetched: 11,
};

function forwardWith(
  product: Product,
  output: Pick<Pass<keyof ConvShape>, 'shader' | 'include'>,
  pass = passPath('forward', 6),
): Variant<keyof ConvShape | 'relu'> {
  return {
    idea: IDEAS[product],
    passes: [
      {
        ...{ shader: pass('weights'), include: [TRANSFORMS], prepares: FILTERS },
        grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!),
      },
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!) },
      ...filterProducts<keyof ConvShape | 'relu'>('forward', FORWARD_NUMBERS[product], product, (d) => [
        outputTiles(d),
        d.K,
      ]),
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
      { shader: pass('output'), include: [RECTIFY], grid: (d, c) => flat((outputTiles(d, 2) * d.K) / 4, c.WORKGROUP!) },
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
  prefetched: 6,
};

/** The forward's passes on dy with rotated filters: U (36, K, C), tiles V (36, T, K) of dy, sums M (36, T, C). */
export function inputGradient4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const pass = passPath('input_gradient', 3);
  return {
    idea: IDEAS[product],
    passes: [
      { shader: pass('weights'), include: [TRANSFORMS], grid: (d, c) => flat((d.C / 4) * d.K, c.WORKGROUP!) },
      { shader: pass('input'), include: TILE_OF_X, grid: (d, c) => flat((inputTiles(d) * d.K) / 4, c.WORKGROUP!) },
      ...filterProducts<keyof ConvShape | 'relu'>('input_gradient', GRADIENT_NUMBERS[product], product, (d) => [
        inputTiles(d),
        d.C,
      ]),
      {
        shader: pass('output'),
        include: [...SUMS_OF_TILE, RECTIFY_GRADIENT],
        grid: (d, c) => flat((inputTiles(d) * d.C) / 4, c.WORKGROUP!),
      },
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
export function weightGradient4(product: Exclude<Product, 'prefetched'>): Variant<keyof ConvShape> {
  const pass = passPath('weight_gradient', 3);
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
        shader: multiplyShader('weight_gradient', GRADIENT_NUMBERS[product], product),
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
export function weightGradientInParts(): Variant<keyof ConvShape> {
  const shaders = 'conv3x3/weight_gradient/8_winograd4_prefetched';
  const { passes, scratch, ...facts } = weightGradient4('register') as Extract<
    Variant<keyof ConvShape>,
    { passes: unknown }
  >;
  return {
    ...facts,
    idea: IDEAS.prefetched,
    passes: [
      passes[0]!,
      passes[1]!,
      {
        shader: `${shaders}_multiply.wgsl`,
        include: tileIncludes('across', 'across'),
        grid: (d) => [pieces(d.C, TILE_ROWS) * pieces(d.K, TILE_COLUMNS), 36, pieces(outputTiles(d), CHUNK)],
      },
      { ...passes[3]!, shader: `${shaders}_weights.wgsl` },
    ],
    scratch: { ...scratch, W: (d) => pieces(outputTiles(d), CHUNK) * 36 * (d.C * d.K + APART) },
    accepts: accepts('prefetched'),
  };
}
