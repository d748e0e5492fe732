// Variants on matrix units: products of 16x16 halves into 16x16 floats, tiled alike for the convolution and the dense layer.
import { outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { flat, type Grid, pieces } from './grid.js';
import { HALVES } from './half.js';
import type { Variant } from './kernel.js';
import { multipliesHalves, SUBGROUP } from './matrix-units.js';
import { RECTIFY } from './relu.js';

/** The part of y that a workgroup makes, and how it goes about it: consts of both shaders. */
interface Tile {
  /** Rows and columns of the workgroup's part. */
  readonly BM: number;
  readonly BN: number;
  /** Rows and columns that a subgroup makes of it. */
  readonly WM: number;
  readonly WN: number;
  /** Inner elements in workgroup memory at a time. */
  readonly inner: number;
  readonly BUFFERS: 1 | 2;
}

const WIDE: Tile = { BM: 128, BN: 128, WM: 64, WN: 32, inner: 32, BUFFERS: 2 };

export const MOST_GROUPS = 65_535; // along a side of a grid
const FIRST_BYTES = 16 * 8 * 16 * 18 + 4 * 18 * 27; // of workgroup memory: 16 pixels by 64 channels of 8 subgroups, and the window of x

function invocations({ BM, BN, WM, WN }: Tile): number {
  return (BM / WM) * (BN / WN) * SUBGROUP;
}

/** Bytes of workgroup memory, as the shaders declare it: rows have a word of 16 bytes more than they need. */
function workgroupBytes(tile: Tile): number {
  const { BM, BN, WN, inner, BUFFERS } = tile;
  const factors = BUFFERS * (BM * (inner / 8 + 1) + inner * (BN / 8 + 1));
  const sums = (invocations(tile) / SUBGROUP) * 16 * (WN / 4 + 1);
  return 16 * Math.max(factors, sums);
}

function runs(tile: Tile, device: Capabilities): boolean {
  return multipliesHalves(device) && workgroupBytes(tile) <= device.limits.maxComputeWorkgroupStorageSize;
}

/** Tiles of columns in x, so that workgroups that run together share rows; tiles of rows in y, folded into z. */
function grid(rows: number, columns: number, { BM, BN }: Pick<Tile, 'BM' | 'BN'>): Grid {
  const groups = pieces(rows, BM);
  const z = Math.max(1, pieces(groups, MOST_GROUPS));
  return [pieces(columns, BN), pieces(groups, z), z];
}

type Dense = 'M' | 'K' | 'N' | 'relu';

const dense = (idea: string, tile: Tile): Variant<Dense> => {
  const { inner, ...consts } = tile;
  return {
    idea,
    shader: 'matmul/nn_f16/6_matrix.wgsl',
    consts: { ...consts, BK: inner, INVOCATIONS: invocations(tile) },
    include: [HALVES, RECTIFY],
    grid: ({ M, N }) => grid(M, N, tile),
    accepts: ({ K, N }, device) => K % inner === 0 && N % 8 === 0 && runs(tile, device),
  };
};

const DEEP_BYTES = 16 * 8 * 32 * 9; // of workgroup memory: 32 rows of 8 subgroups' sums, a little more than the factors

/** Inner elements that a workgroup sums where K is split: SUM in the shaders. Rows of the sums are made for 64. */
const SPLIT = 1024;
const SPLIT_ROWS = 64;
const SPLIT_BYTES = 16 * (64 * 9 + 64 * 17);

/** Of the dense layer's product. */
export const matrixProducts = {
  matrix: dense('matrix units make a 128x128 tile a workgroup, a 64x32 part of it a subgroup', WIDE),
  matrixDeep: {
    idea: 'the same tile in steps of 64 inner elements, so that twice as many products lie between two barriers',
    shader: 'matmul/nn_f16/7_matrix_deep.wgsl',
    include: [HALVES, RECTIFY],
    grid: ({ M, N }) => grid(M, N, { BM: 128, BN: 128 }),
    accepts: ({ K, N }, device) =>
      K % 64 === 0 &&
      N % 8 === 0 &&
      multipliesHalves(device) &&
      device.limits.maxComputeWorkgroupStorageSize >= DEEP_BYTES,
  } satisfies Variant<Dense>,
  matrixSplit: {
    idea: 'for up to 64 rows, blocks of k side by side: all processors read weights; a second pass adds the blocks',
    passes: [
      {
        shader: 'matmul/nn_f16/8_matrix_split.wgsl',
        grid: ({ K, N }) => [N / 128, pieces(K, SPLIT), 1],
      },
      {
        shader: 'matmul/nn_f16/8_matrix_split_sum.wgsl',
        include: [HALVES, RECTIFY],
        grid: ({ M, N }, c) => flat((M * N) / 4, c.WORKGROUP!),
      },
    ],
    scratch: { part: ({ K, N }) => pieces(K, SPLIT) * SPLIT_ROWS * N },
    // Nothing but K and N decides for up to 64 rows, so that a row's bits are the same in all of them.
    accepts: ({ M, K, N }, device) =>
      M <= SPLIT_ROWS &&
      K % 64 === 0 &&
      N % 128 === 0 &&
      pieces(K, SPLIT) <= MOST_GROUPS &&
      N / 128 <= MOST_GROUPS &&
      multipliesHalves(device) &&
      device.limits.maxComputeWorkgroupStorageSize >= SPLIT_BYTES,
  } satisfies Variant<Dense>,
} as const;

type Convolution = 'N' | 'H' | 'W' | 'C' | 'K' | 'pad' | 'relu';

const convolution = (idea: string, tile: Tile): Variant<Convolution> => {
  const { inner, ...consts } = tile;
  return {
    idea,
    shader: 'conv3x3/forward_f16/5_matrix.wgsl',
    consts: { ...consts, BC: inner, INVOCATIONS: invocations(tile) },
    include: [HALVES, RECTIFY],
    grid: (d) => {
      const { P, Q } = outputSize(d);
      return grid(d.N * P * Q, d.K, tile);
    },
    accepts: ({ C, K }, device) => C % inner === 0 && K % 8 === 0 && runs(tile, device),
  };
};

/** Of the convolution. */
export const matrixConvolutions = {
  matrix: convolution('matrix units make 128 pixels by 128 channels a workgroup, a 64x32 part of it a subgroup', WIDE),
  matrixFirst: {
    idea: 'three input channels: of a window of 16x16 pixels, the 27 values that make an output lie in a row, for matrix units to multiply',
    shader: 'conv3x3/forward_f16/6_matrix_first.wgsl',
    include: [HALVES, RECTIFY],
    grid: (d) => {
      const { P, Q } = outputSize(d);
      return grid(d.N * pieces(P, 16) * pieces(Q, 16), d.K, { BM: 1, BN: 64 }); // a row of tiles is a window
    },
    accepts: ({ C, K }, device) =>
      C === 3 &&
      K % 64 === 0 &&
      multipliesHalves(device) &&
      device.limits.maxComputeWorkgroupStorageSize >= FIRST_BYTES,
  } satisfies Variant<Convolution>,
} as const;
