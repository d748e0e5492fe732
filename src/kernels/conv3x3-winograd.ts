// The passes of Winograd's algorithm for the 3x3 convolution and its gradients, unfused: transform both operands, multiply the transformed
// elements as 36 matrix products, transform back.
import { type ConvShape, outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import type { Pass, Variant } from './kernel.js';

/** Elements of a transformed 4x4 tile. */
const ELEMENTS = 36;

const HELPERS = 'conv3x3/winograd4';
const TRANSFORMS = `${HELPERS}/transforms.wgsl`;

/** How many neighbours of a subgroup read transformed tiles for each other; 1: none. */
export type Sharing = 1 | 4 | 8;

type Consts = Readonly<Record<string, number>>;

/** Tiles of 4x4 pixels that cover the rows and columns of every picture. */
export function tilesOf(pictures: number, rows: number, columns: number): number {
  return pictures * pieces(rows, 4) * pieces(columns, 4);
}

function outputTiles(d: ConvShape): number {
  const { P, Q } = outputSize(d);
  return tilesOf(d.N, P, Q);
}

function inputTiles(d: ConvShape): number {
  return tilesOf(d.N, d.H, d.W);
}

function accepts(sharing: Sharing) {
  return (d: ConvShape, device: Capabilities) =>
    d.C % 4 === 0 && d.K % 4 === 0 && (sharing === 1 || device.subgroupSize >= sharing);
}

/** Rows (tiles) by columns (4 channels) of a product, for each transformed element. */
function productGrid(rows: number, columns: number, c: Consts): Grid {
  return [pieces(columns / 4, c.WORKGROUP!), pieces(rows, c.TILES!), ELEMENTS];
}

function multiplyInclude(sharing: Sharing): string {
  return sharing === 1 ? 'conv3x3/winograd/multiply.wgsl' : `conv3x3/winograd/multiply_subgroup${sharing}.wgsl`;
}

/** Where the shaders of a variant lie: those all its relatives share, and its own product. */
interface Files {
  readonly shared: string;
  readonly multiply: string;
}

/** U (36, C, K) filters, V (36, T, C) tiles of x, M (36, T, K) sums. */
export function forward(idea: string, sharing: Sharing, files: Files): Variant<keyof ConvShape | 'relu'> {
  const passes: readonly Pass<keyof ConvShape>[] = [
    {
      shader: `${files.shared}_weights.wgsl`,
      include: [TRANSFORMS],
      grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!),
    },
    {
      shader: `${files.shared}_input.wgsl`,
      include: [`${HELPERS}/tile_of_x.wgsl`, TRANSFORMS],
      grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!),
    },
    {
      shader: files.multiply,
      include: [multiplyInclude(sharing)],
      grid: (d, c) => productGrid(outputTiles(d), d.K, c),
    },
    {
      shader: `${files.shared}_output.wgsl`,
      include: [`${HELPERS}/sums_of_tile.wgsl`, TRANSFORMS],
      grid: (d, c) => flat((outputTiles(d) * d.K) / 4, c.WORKGROUP!),
    },
  ];
  return {
    idea,
    passes,
    scratch: {
      U: (d) => ELEMENTS * (d.C * d.K + 16),
      V: (d) => ELEMENTS * (outputTiles(d) * d.C + 16),
      M: (d) => ELEMENTS * (outputTiles(d) * d.K + 16),
    },
    accepts: accepts(sharing),
  };
}

/** The forward's passes on dy with rotated filters: U (36, K, C), V (36, T, K) tiles of dy, M (36, T, C) sums. */
export function inputGradient(idea: string, sharing: Sharing, files: Files): Variant<keyof ConvShape> {
  return {
    idea,
    passes: [
      {
        shader: `${files.shared}_weights.wgsl`,
        include: [TRANSFORMS],
        grid: (d, c) => flat((d.C / 4) * d.K, c.WORKGROUP!),
      },
      {
        shader: `${files.shared}_input.wgsl`,
        include: [`${HELPERS}/tile_of_x.wgsl`, TRANSFORMS],
        grid: (d, c) => flat((inputTiles(d) * d.K) / 4, c.WORKGROUP!),
      },
      {
        shader: files.multiply,
        include: [multiplyInclude(sharing)],
        grid: (d, c) => productGrid(inputTiles(d), d.C, c),
      },
      {
        shader: `${files.shared}_output.wgsl`,
        include: [`${HELPERS}/sums_of_tile.wgsl`, TRANSFORMS],
        grid: (d, c) => flat((inputTiles(d) * d.C) / 4, c.WORKGROUP!),
      },
    ],
    scratch: {
      U: (d) => ELEMENTS * (d.C * d.K + 16),
      V: (d) => ELEMENTS * inputTiles(d) * d.K,
      M: (d) => ELEMENTS * inputTiles(d) * d.C,
    },
    accepts: accepts(sharing),
  };
}

/** V (36, T, C) tiles of x, D (36, T, K) tiles of dy, W (36, C, K) their products summed over tiles. */
export function weightGradient(idea: string, sharing: Sharing, files: Files): Variant<keyof ConvShape> {
  return {
    idea,
    passes: [
      {
        shader: `${files.shared}_input.wgsl`,
        include: [`${HELPERS}/tile_of_x.wgsl`, TRANSFORMS],
        grid: (d, c) => flat((outputTiles(d) * d.C) / 4, c.WORKGROUP!),
      },
      {
        shader: `${files.shared}_output_gradient.wgsl`,
        include: [TRANSFORMS],
        grid: (d, c) => flat((outputTiles(d) * d.K) / 4, c.WORKGROUP!),
      },
      {
        shader: files.multiply,
        grid: (d, c) => [pieces(d.K / 4, c.WORKGROUP!), pieces(d.C, c.CHANNELS!), ELEMENTS],
      },
      {
        shader: `${files.shared}_weights.wgsl`,
        include: [TRANSFORMS],
        grid: (d, c) => flat((d.C * d.K) / 4, c.WORKGROUP!),
      },
    ],
    scratch: {
      V: (d) => ELEMENTS * (outputTiles(d) * d.C + 16),
      D: (d) => ELEMENTS * (outputTiles(d) * d.K + 16),
      W: (d) => ELEMENTS * (d.C * d.K + 16),
    },
    accepts: accepts(sharing),
  };
}
