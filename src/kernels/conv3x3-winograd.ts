// The passes of Winograd's algorithm for the 3x3 convolution and its gradients, unfused: transform both operands, multiply the transformed
// elements as matrix products, transform back.
import { type ConvShape, elementsOf, outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import { HALVES } from './half.js';
import { always, oneOf, type Pass, type Values, type Variant } from './kernel.js';
import { RECTIFY, RECTIFY_GRADIENT } from './relu.js';
import { TEXEL } from './sheets.js';
import { LOW_COLUMNS, LOW_ROWS, TILE_COLUMNS, TILE_ROWS, tileFits, tileIncludes } from './tile.js';

/** How the matrix products are computed; each has a helper `shaders/conv3x3/winograd/multiply_<product>.wgsl`. */
export type Product = 'register' | 'subgroup4' | 'subgroup8' | 'tiled' | 'prefetched' | 'sheets';

const IDEAS: Readonly<Record<Product, string>> = {
  register: "Winograd's F(4x4, 3x3): a quarter of the products, in four passes",
  subgroup4: 'every 4 neighbours of a subgroup read transformed tiles for each other',
  subgroup8: 'every 8 neighbours do, and each makes twice as many sums',
  tiled: 'both operands of the products pass through workgroup memory',
  prefetched:
    'tiles of 128 x 64 for the products, 8x8 in registers, written out; the next are on their way while these are multiplied',
  sheets: 'what is read often lies in textures, whose texels software reads at once; four times as many sums a lane',
};

/** Fewest invocations of a subgroup that a product needs. */
const SUBGROUPS: Readonly<Partial<Record<Product, number>>> = { subgroup4: 4, subgroup8: 8, sheets: 8 };

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

/**
 * Where a variant pays: those whose lanes share what they read, 8 at a time, take fewer channels and smaller pictures.
 * @param least C K from which on they do
 */
function pays(product: Product, least: number) {
  if (product !== 'sheets' && product !== 'subgroup8') return winogradPays;
  return (d: ConvShape) => Math.min(d.C, d.K) >= 8 && d.C * d.K >= least && d.H * d.W >= 16;
}

/** Rows (tiles) by columns of a product, for each transformed element. */
function productGrid(rows: number, columns: number, elements: number, c: Consts): Grid {
  return [pieces(columns / 4, c.COLUMNS ?? c.WORKGROUP!), pieces(rows, c.TILES!), elements];
}

/** Path of a pass: the transforms are shared by all products of buffers, and so carry the number of the first. */
function passPath(folder: string, first: number) {
  return (name: string) => `conv3x3/${folder}/${first}_winograd4_${name}.wgsl`;
}

/** Path of a transform: between buffers, or sheets. */
function transformPath(folder: string, numbers: Readonly<Record<Product, number>>, product: Product) {
  const [number, kind] = product === 'sheets' ? [numbers.sheets, 'sheets_'] : [numbers.register, ''];
  return (name: string) => `conv3x3/${folder}/${number}_winograd4_${kind}${name}.wgsl`;
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
  const block = (kind: '' | 'low' | 'narrow', grid: Pass<D>['grid'], ...include: string[]): Pass<D> => ({
    shader: kind ? shader.replace('_multiply', `_${kind}_multiply`) : shader,
    include: [`${helper}${kind && `_${kind}`}.wgsl`, ...include],
    grid,
  });
  const few = (tiles: number) => (d: Values<D>) => mostlyEmpty(sizes(d)[0], tiles);
  switch (product) {
    case 'prefetched':
      return oneOf(
        [block('low', byTile(LOW_ROWS, LOW_COLUMNS), 'products/low_tile.wgsl'), (d) => sizes(d)[0] <= 3 * LOW_ROWS],
        [block('', byTile(TILE_ROWS, TILE_COLUMNS), ...tileIncludes('along', 'across')), always],
      );
    case 'subgroup4':
      return oneOf([block('low', byConsts, STORE_SUMS), few(32)], [block('', byConsts, STORE_SUMS), always]);
    case 'sheets': {
      const helpers = ['conv3x3/winograd/filter_in_sheet.wgsl', STORE_SUMS, ...SHEETS];
      return oneOf(
        [block('low', byConsts, ...helpers), few(32)],
        [block('narrow', byConsts, ...helpers), (d) => mostlyEmpty(sizes(d)[1], 64)],
        [block('', byConsts, ...helpers), always],
      );
    }
    default:
      return [block('', byConsts)];
  }
}

/** Whether blocks of so many would leave half of the last one empty, with hardly one before it. */
function mostlyEmpty(count: number, block: number): boolean {
  return count <= 1.5 * block && (count - 1) % block < block / 2;
}

/** How products of many rows store their sums. */
const STORE_SUMS = 'conv3x3/winograd/store_sums.wgsl';

/** Where operands lie in sheets. */
const SHEETS = ['conv3x3/winograd/sheets.wgsl', TEXEL];

/** Transformed filters. */
const FILTERS = { scratch: 'U', from: 'w', by: ['C', 'K'] } as const;

const TRANSFORMS = 'conv3x3/winograd4/transforms.wgsl';
const TILE_OF_X = ['conv3x3/winograd4/tile_of_x.wgsl', TRANSFORMS];
const SUMS_OF_TILE = ['conv3x3/winograd4/sums_of_tile.wgsl', TRANSFORMS];

/** Filters U (36, C, K), tiles V (36, T, C) of x, sums M (36, T, K). */
export function forward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const shader = transformPath('forward', FORWARD_NUMBERS, product)('output');
  return forwardWith(product, shader, [...SUMS_OF_TILE, RECTIFY]);
}

/** The same, with a 2x2 max-pool in the last pass. */
export function pooledForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const shader = `conv3x3/forward_pooled/${product === 'sheets' ? '3_winograd4_sheets' : '2_winograd4'}_output.wgsl`;
  return forwardWith(product, shader, [...SUMS_OF_TILE, 'max_pool/larger.wgsl', RECTIFY]);
}

/** The same on halves: they are read into float32 by the transforms, and rounded again where the last pass stores them. */
export function halfForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const pass = passPath('forward_f16', 4);
  return forwardWith(product, pass('output'), [...SUMS_OF_TILE, HALVES, RECTIFY], pass);
}

/** The same on halves, with a 2x2 max-pool in the last pass. */
export function halfPooledForward4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const shader = 'conv3x3/forward_pooled_f16/2_winograd4_output.wgsl';
  const include = [...SUMS_OF_TILE, 'max_pool/larger.wgsl', HALVES, RECTIFY];
  return forwardWith(product, shader, include, passPath('forward_f16', 4));
}

const FORWARD_NUMBERS: Readonly<Record<Product, number>> = {
  register: 6,
  subgroup4: 7,
  subgroup8: 7,
  tiled: 8,
  prefetched: 11,
  sheets: 13,
};

/** A transform: where its product is of sheets, with what is copied into some before it. */
function transform(
  product: Product,
  shader: string,
  include: readonly string[],
  copies: Readonly<Record<string, string>>,
) {
  return product === 'sheets' ? { shader, include: [...include, ...SHEETS], copies } : { shader, include };
}

interface ProductSizes {
  /** Elements of what is cut into tiles. */
  readonly pixels: number;
  readonly tiles: number;
  readonly inner: number;
  readonly outer: number;
}

/**
 * Scratch of a product: filters U (36, inner, outer), tiles V (36, tiles, inner), sums M (36, tiles, outer). In sheets filters and tiles
 * are rounded up as sheets.wgsl lays them out; what tiles are cut out of is copied into one, X, and the sums into another, S.
 */
function productScratch<D extends string>(product: Product, sizes: (d: Values<D>) => ProductSizes) {
  const elementsBy = (elements: (sizes: ProductSizes) => number) => (d: Values<D>) => elements(sizes(d));
  const M = elementsBy(({ tiles, outer }) => 36 * tiles * outer);
  if (product !== 'sheets') {
    const U = elementsBy(({ inner, outer }) => 36 * (inner * outer + APART));
    const V = elementsBy(({ tiles, inner }) => 36 * tiles * inner);
    return { scratch: { U, V, M } };
  }
  const X = elementsBy(({ pixels }) => pixels);
  const U = elementsBy(({ inner, outer }) => 36 * inner * pieces(outer, 32) * 32);
  const V = elementsBy(({ tiles, inner }) => 36 * pieces(tiles, 32) * 32 * inner);
  return { scratch: { X, U, V, M, S: M }, sheets: ['X', 'U', 'V', 'S'] };
}

function forwardWith(
  product: Product,
  output: string,
  include: readonly string[],
  pass = transformPath('forward', FORWARD_NUMBERS, product),
): Variant<keyof ConvShape | 'relu'> {
  const scratch = productScratch<keyof ConvShape>(product, (d) => ({
    ...{ pixels: elementsOf(d).x, tiles: outputTiles(d), inner: d.C, outer: d.K },
  }));
  return {
    idea: IDEAS[product],
    passes: [
      {
        ...transform(product, pass('weights'), [TRANSFORMS], {}),
        prepares: FILTERS,
        grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!),
      },
      {
        ...transform(product, pass('input'), TILE_OF_X, { X: 'x' }),
        grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!),
      },
      ...filterProducts<keyof ConvShape | 'relu'>('forward', FORWARD_NUMBERS[product], product, (d) => [
        outputTiles(d),
        d.K,
      ]),
      {
        ...transform(product, output, include, { S: 'M' }),
        grid: (d, c) => flat((outputTiles(d) * d.K) / 4, c.WORKGROUP!),
      },
    ],
    ...scratch,
    accepts: accepts(product),
    pays: pays(product, 128),
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
  sheets: 7,
};

/** The forward's passes on dy with rotated filters: U (36, K, C), tiles V (36, T, K) of dy, sums M (36, T, C). */
export function inputGradient4(product: Product): Variant<keyof ConvShape | 'relu'> {
  const pass = transformPath('input_gradient', GRADIENT_NUMBERS, product);
  const scratch = productScratch<keyof ConvShape>(product, (d) => ({
    ...{ pixels: elementsOf(d).y, tiles: inputTiles(d), inner: d.K, outer: d.C },
  }));
  return {
    idea: IDEAS[product],
    passes: [
      {
        ...transform(product, pass('weights'), [TRANSFORMS], {}),
        grid: (d, c) => flat((d.C / 4) * d.K, c.WORKGROUP!),
      },
      {
        ...transform(product, pass('input'), TILE_OF_X, { X: 'dy' }),
        grid: (d, c) => flat((inputTiles(d) * d.K) / 4, c.WORKGROUP!),
      },
      ...filterProducts<keyof ConvShape | 'relu'>('input_gradient', GRADIENT_NUMBERS[product], product, (d) => [
        inputTiles(d),
        d.C,
      ]),
      {
        ...transform(product, pass('output'), [...SUMS_OF_TILE, RECTIFY_GRADIENT], { S: 'M' }),
        grid: (d, c) => flat((inputTiles(d) * d.C) / 4, c.WORKGROUP!),
      },
    ],
    ...scratch,
    accepts: accepts(product),
    pays: pays(product, 64),
  };
}

/** Tiles V (36, T, C) of x, tiles D (36, T, K) of dy, W (36, C, K) their products summed over tiles. */
export function weightGradient4(product: Exclude<Product, 'prefetched' | 'sheets'>): Variant<keyof ConvShape> {
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
    pays: pays(product, 256),
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
