// The three products of a dense layer: y = x·w + b, and the gradients dx = dy·wᵀ and dw = xᵀ·dy.
// Letters: M rows of the batch, K inputs, N outputs. x (M, K), w (K, N), b (N), y (M, N), row-major.
import { flat, pieces } from './grid.js';
import { always, defineKernel, oneOf, type Pass, type Values, type Variant } from './kernel.js';
import { multipliesPairs, NARROW, PAIRS, type PairsTile, SCALES, WIDE } from './pairs.js';
import { RECTIFY, RECTIFY_GRADIENT, readWithRelu } from './relu.js';
import { TEXEL } from './sheets.js';
import { TILE_COLUMNS, TILE_ROWS, tileFits, tileIncludes } from './tile.js';

type Dense = 'M' | 'K' | 'N';
type Forward = Dense | 'relu';

/** Products that one partial sum holds: SUM in every shader. The same in all of them, so that all end at the same bits. */
const SUM = 256;

/** Whether the rows fit a grid: tiles of them run along its x or y, of at most 65,535 workgroups. */
const tiles = (rows: number, tile: number): boolean => pieces(rows, tile) <= 65_535;

/** @param sizes rows and columns of the product */
function prefetched<D extends Dense | 'relu'>(
  shader: string,
  include: readonly string[],
  sizes: (d: Values<D>) => readonly [rows: number, columns: number],
): Variant<D> {
  return {
    idea: 'a 128x64 tile a workgroup, 8x8 of it in registers, written out; the next tiles are on their way while these are multiplied',
    shader,
    include,
    grid: (d) => {
      const [rows, columns] = sizes(d);
      return [pieces(rows, TILE_ROWS), pieces(columns, TILE_COLUMNS)];
    },
    accepts: (d, device) => {
      const [rows, columns] = sizes(d);
      const { K, N } = d as Values<Dense>;
      return K % 4 === 0 && N % 4 === 0 && tiles(rows, TILE_ROWS) && tiles(columns, TILE_COLUMNS) && tileFits(device);
    },
  };
}

const sumOfParts: Pass<Forward> = {
  shader: 'matmul/nn/8_split_sum.wgsl',
  include: [RECTIFY],
  grid: ({ M, N }, c) => flat(M * N, c.WORKGROUP!),
};

/** Splits K over workgroups for up to `rows` rows. */
const split = (rows: number): Variant<Forward> => ({
  idea: `blocks of k run side by side, each making up to ${rows} rows; a second pass adds their sums`,
  passes: [
    {
      shader: 'matmul/nn/8_split.wgsl',
      consts: { ROWS: rows },
      grid: ({ K, N }, c) => [pieces(N / 4, c.WORKGROUP!), pieces(K, SUM)],
    },
    sumOfParts,
  ],
  scratch: { part: ({ M, K, N }) => pieces(K, SUM) * M * N },
  accepts: ({ M, N }) => M <= rows && N % 4 === 0,
});

/** Lanes that read rows of x for each other. */
const subgroup = (lanes: number, number: number): Variant<Forward> => ({
  idea: `every ${lanes} neighbours of a subgroup read rows of x for each other`,
  shader: `matmul/nn/${number}_subgroup${lanes}.wgsl`,
  include: [RECTIFY],
  grid: ({ M, N }, c) => [pieces(M, c.ROWS!), pieces(N / 4, c.WORKGROUP!)],
  accepts: ({ M, K, N }, device) => K % 4 === 0 && N % 4 === 0 && tiles(M, 16) && device.subgroupSize >= lanes,
  pays: ({ M }) => M >= 16,
});

const pairs = (tile: PairsTile): Pass<Forward> => ({
  shader: 'matmul/nn/15_pairs.wgsl',
  include: [...PAIRS, RECTIFY],
  consts: tile,
  grid: ({ M, N }) => [pieces(N, tile.BN), pieces(M, tile.BM)],
});

/** Rows from which on their bits may depend on how many there are. */
const MANY_ROWS = 1024;

/** y = x·w + b, (M, N); max(y, 0) where `relu` is 1. A row has the same bits in every batch of less than 1,024 and every variant for them. */
export const matmulNN = defineKernel({
  name: 'matmul/nn',
  dims: ['M', 'K', 'N', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: ({ M, K, N }) => ({ x: M * K, w: K * N, b: N, y: M * N }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  choice: { by: ['K', 'N'], classes: ['M'] }, // all variants come to the same bits
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'matmul/nn/1_naive.wgsl',
      include: [RECTIFY],
      grid: ({ M, N }, c) => flat(M * N, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four columns an invocation, 16-byte loads of w',
      shader: 'matmul/nn/2_vec4.wgsl',
      include: [RECTIFY],
      grid: ({ M, N }, c) => flat((M * N) / 4, c.WORKGROUP!),
      accepts: ({ N }) => N % 4 === 0,
    },
    tiled: {
      idea: 'squares of x and w in workgroup memory',
      shader: 'matmul/nn/3_tiled.wgsl',
      include: [RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.TILE!), pieces(N, c.TILE!)],
      accepts: ({ M, N }) => tiles(M, 16) && tiles(N, 16),
    },
    tiledRegisters: {
      idea: 'a 128x64 tile a workgroup, 8x4 of it in the registers of an invocation',
      shader: 'matmul/nn/4_tiled_registers.wgsl',
      include: [RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.BM!), pieces(N, c.BN!)],
      accepts: ({ M, K, N }) => K % 4 === 0 && N % 4 === 0 && tiles(M, 128) && tiles(N, 64),
    },
    tiledRegistersLow: {
      idea: 'a 64x64 tile a workgroup, for batches that would not fill 128 rows',
      shader: 'matmul/nn/4_tiled_registers.wgsl',
      include: [RECTIFY],
      consts: { BM: 64, TM: 4 },
      grid: ({ M, N }, c) => [pieces(M, c.BM!), pieces(N, c.BN!)],
      accepts: ({ M, K, N }) => M <= 64 && K % 4 === 0 && N % 4 === 0,
    },
    registers: {
      idea: 'an 8x8 tile in registers; a workgroup shares x by needing it at the same time',
      shader: 'matmul/nn/5_registers.wgsl',
      include: [RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.TM!), pieces(N, c.TN! * c.WORKGROUP!)],
      accepts: ({ M, N }) => N % 4 === 0 && tiles(M, 8),
    },
    fewRows: {
      idea: 'a 4x8 tile in registers, for batches of up to 4',
      shader: 'matmul/nn/6_few_rows.wgsl',
      include: [RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.TM!), pieces(N, c.TN! * c.WORKGROUP!)],
      accepts: ({ M, N }) => M <= 4 && N % 4 === 0,
    },
    oneRow: {
      idea: 'a vector times a matrix: eight columns an invocation',
      shader: 'matmul/nn/7_one_row.wgsl',
      include: [RECTIFY],
      grid: ({ N }, c) => [pieces(N, c.TN! * c.WORKGROUP!)],
      accepts: ({ M, N }) => M === 1 && N % 4 === 0,
    },
    split8: split(8),
    split4: split(4),
    split1: split(1),
    splitNarrow: {
      idea: 'every block of k of every output is an invocation, for few columns',
      passes: [
        {
          shader: 'matmul/nn/9_split_narrow.wgsl',
          grid: ({ M, K, N }, c) => flat(pieces(K, SUM) * M * N, c.WORKGROUP!),
        },
        sumOfParts,
      ],
      scratch: { part: ({ M, K, N }) => pieces(K, SUM) * M * N },
      accepts: ({ N }) => N <= 32,
    },
    prefetched: prefetched<Forward>(
      'matmul/nn/10_prefetched.wgsl',
      [...tileIncludes('along', 'across'), RECTIFY],
      ({ M, N }) => [M, N],
    ),
    splitTiled: {
      idea: 'blocks of k run side by side, each making a tile of up to 64 rows; a second pass adds their sums',
      passes: [
        {
          shader: 'matmul/nn/11_split_tiled.wgsl',
          include: tileIncludes('across', 'along'),
          grid: ({ K, N }) => [pieces(N, 128), pieces(K, SUM)],
        },
        {
          shader: 'matmul/nn/11_split_tiled_sum.wgsl',
          include: [RECTIFY],
          grid: ({ N }, c) => flat(16 * N, c.WORKGROUP!),
        },
      ],
      scratch: { part: ({ K, N }) => pieces(K, SUM) * N * 64 },
      accepts: ({ M, K, N }, device) => M <= 64 && K % 4 === 0 && N % 4 === 0 && tileFits(device),
    },
    subgroup4: subgroup(4, 12),
    subgroup8: subgroup(8, 13),
    sheets: {
      idea: 'x and w are copied to textures, whose texels software reads at once; twice as many rows',
      passes: [
        {
          shader: 'matmul/nn/14_sheets.wgsl',
          include: [RECTIFY, TEXEL],
          copies: { X: 'x', W: 'w' },
          grid: ({ M, N }, c) => [pieces(M, c.ROWS!), pieces(N / 4, c.WORKGROUP!)],
        },
      ],
      scratch: { X: ({ M, K }) => M * K, W: ({ K, N }) => K * N },
      sheets: ['X', 'W'],
      accepts: ({ M, K, N }, device) => K % 4 === 0 && N % 4 === 0 && tiles(M, 32) && device.subgroupSize >= 8,
      pays: ({ M }) => M >= 64, // w is copied for every run
    },
    pairs: {
      idea: 'matrix units multiply, each float as two halves: three products of halves for one of floats',
      passes: [
        { shader: 'matmul/nn/15_pairs_rows.wgsl', include: [SCALES], grid: ({ M }) => flat(M, 1) },
        { shader: 'matmul/nn/15_pairs_columns.wgsl', include: [SCALES], grid: ({ N }) => [pieces(N, 32)] },
        ...oneOf([pairs(NARROW), ({ N }) => N <= NARROW.BN], [pairs(WIDE), always]),
      ],
      scratch: { rows: ({ M }) => M, columns: ({ N }) => N },
      accepts: ({ M, K, N }, device) =>
        M >= MANY_ROWS && K % 4 === 0 && N % 4 === 0 && tiles(M, 128) && multipliesPairs(device),
      pays: ({ K, N }) => K >= 256 && N >= 64, // its scales are looked for in every number
    },
  },
  prefer: {
    cpu: ['oneRow', 'fewRows', 'sheets', 'subgroup8', 'subgroup4', 'registers', 'vec4', 'naive'],
    gpu: ['split1', 'split4', 'split8', 'splitTiled', 'pairs', 'prefetched', 'splitNarrow', 'tiled', 'naive'],
  },
});

/** dx = dy·wᵀ, (M, K); with relu 1, x is what a ReLU made and dx the gradient of what it took: 0 where x is 0 or below. */
export const matmulNT = defineKernel({
  name: 'matmul/nt',
  dims: ['M', 'K', 'N', 'relu'],
  bindings: { dy: 'read', w: 'read', x: 'read', dx: 'write' },
  elements: ({ M, K, N, relu }) => ({ dy: M * N, w: K * N, x: readWithRelu({ relu }, M * K), dx: M * K }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  choice: { by: ['K', 'N'], classes: ['M'] },
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'matmul/nt/1_naive.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: ({ M, K }, c) => flat(M * K, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four products a step, 16-byte loads',
      shader: 'matmul/nt/2_vec4.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: ({ M, K }, c) => flat(M * K, c.WORKGROUP!),
      accepts: ({ N }) => N % 4 === 0,
    },
    tiled: {
      idea: 'squares of dy and w in workgroup memory, which also transposes w',
      shader: 'matmul/nt/3_tiled.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: ({ M, K }, c) => [pieces(M, c.TILE!), pieces(K, c.TILE!)],
      accepts: ({ M, K }) => tiles(M, 16) && tiles(K, 16),
    },
    tiledRegisters: {
      idea: 'a 128x64 tile a workgroup, 8x4 of it in the registers of an invocation',
      shader: 'matmul/nt/4_tiled_registers.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: ({ M, K }, c) => [pieces(M, c.BM!), pieces(K, c.BK!)],
      accepts: ({ M, K, N }) => N % 4 === 0 && tiles(M, 128) && tiles(K, 64),
    },
    tiledRegistersLow: {
      idea: 'a 64x64 tile a workgroup, for batches that would not fill 128 rows',
      shader: 'matmul/nt/4_tiled_registers.wgsl',
      include: [RECTIFY_GRADIENT],
      consts: { BM: 64, TM: 4 },
      grid: ({ M, K }, c) => [pieces(M, c.BM!), pieces(K, c.BK!)],
      accepts: ({ M, K, N }) => M <= 64 && N % 4 === 0 && tiles(K, 64),
    },
    registers: {
      idea: 'an 8x4 tile in registers; a workgroup shares dy by needing it at the same time',
      shader: 'matmul/nt/5_registers.wgsl',
      include: [RECTIFY_GRADIENT],
      grid: ({ M, K }, c) => [pieces(M, c.TM!), pieces(K, c.TK! * c.WORKGROUP!)],
      accepts: ({ M, N }) => N % 4 === 0 && tiles(M, 8),
    },
    prefetched: prefetched<Forward>(
      'matmul/nt/6_prefetched.wgsl',
      [...tileIncludes('along', 'along'), RECTIFY_GRADIENT],
      ({ M, K }) => [M, K],
    ),
  },
  prefer: {
    cpu: ['registers', 'naive'],
    gpu: ['tiledRegistersLow', 'prefetched', 'tiledRegisters', 'tiled', 'naive'],
  },
});

/** dw = xᵀ·dy, (K, N). */
export const matmulTN = defineKernel({
  name: 'matmul/tn',
  dims: ['M', 'K', 'N'],
  bindings: { x: 'read', dy: 'read', dw: 'write' },
  elements: ({ M, K, N }) => ({ x: M * K, dy: M * N, dw: K * N }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  choice: { by: ['K', 'N'], classes: ['M'] },
  variants: {
    naive: {
      idea: 'one output an invocation',
      shader: 'matmul/tn/1_naive.wgsl',
      grid: ({ K, N }, c) => flat(K * N, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four columns an invocation, 16-byte loads of dy and stores of dw',
      shader: 'matmul/tn/2_vec4.wgsl',
      grid: ({ K, N }, c) => flat((K * N) / 4, c.WORKGROUP!),
      accepts: ({ N }) => N % 4 === 0,
    },
    tiled: {
      idea: 'squares of x and dy in workgroup memory',
      shader: 'matmul/tn/3_tiled.wgsl',
      grid: ({ K, N }, c) => [pieces(K, c.TILE!), pieces(N, c.TILE!)],
      accepts: ({ K, N }) => tiles(K, 16) && tiles(N, 16),
    },
    tiledRegisters: {
      idea: 'a 128x64 tile a workgroup, 8x4 of it in the registers of an invocation',
      shader: 'matmul/tn/4_tiled_registers.wgsl',
      grid: ({ K, N }, c) => [pieces(K, c.BK!), pieces(N, c.BN!)],
      accepts: ({ K, N }) => K % 4 === 0 && N % 4 === 0 && tiles(K, 128) && tiles(N, 64),
    },
    registers: {
      idea: 'an 8x8 tile in registers; a workgroup shares x by needing it at the same time',
      shader: 'matmul/tn/5_registers.wgsl',
      grid: ({ K, N }, c) => [pieces(K, c.TK!), pieces(N, c.TN! * c.WORKGROUP!)],
      accepts: ({ K, N }) => K % 4 === 0 && N % 4 === 0 && tiles(K, 8),
    },
    prefetched: prefetched<Dense>('matmul/tn/6_prefetched.wgsl', tileIncludes('across', 'across'), ({ K, N }) => [
      K,
      N,
    ]),
  },
  prefer: {
    cpu: ['registers', 'vec4', 'naive'],
    gpu: ['prefetched', 'tiledRegisters', 'tiled', 'naive'],
  },
});
