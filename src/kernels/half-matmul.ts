// The dense layer's product on halves: x, w and y in float16, bias and sums in float32.
import { flat, pieces } from './grid.js';
import { HALVES, hasHalves, wordsOf } from './half.js';
import { matrixProducts } from './half-matrix.js';
import { defineKernel, type Variant } from './kernel.js';
import { RECTIFY } from './relu.js';

/** Products that one partial sum holds, as in matmul/nn: SUM in every shader but those on matrix units. */
const SUM = 256;

/** Whether the rows fit a grid: tiles of them run along its x or y, of at most 65,535 workgroups. */
const tiles = (rows: number, tile: number): boolean => pieces(rows, tile) <= 65_535;

/** Splits K over workgroups for up to `rows` rows. */
const split = (rows: number): Variant<'M' | 'K' | 'N' | 'relu'> => ({
  idea: `blocks of k run side by side, each making up to ${rows} rows; a second pass adds their sums`,
  passes: [
    {
      shader: 'matmul/nn_f16/5_split.wgsl',
      consts: { ROWS: rows },
      grid: ({ K, N }, c) => [pieces(N / 4, c.WORKGROUP!), pieces(K, SUM)],
    },
    {
      shader: 'matmul/nn_f16/5_split_sum.wgsl',
      include: [HALVES, RECTIFY],
      grid: ({ M, N }, c) => flat((M * N) / 4, c.WORKGROUP!),
    },
  ],
  scratch: { part: ({ M, K, N }) => pieces(K, SUM) * M * N },
  accepts: ({ M, N }, device) => M <= rows && N % 4 === 0 && hasHalves(device),
});

/** As matmul/nn, but x, w and y are halves, and y is NaN where it would pass 65504. */
export const halfMatmulNN = defineKernel({
  name: 'matmul/nn_f16',
  dims: ['M', 'K', 'N', 'relu'],
  bindings: { x: 'read', w: 'read', b: 'read', y: 'write' },
  elements: ({ M, K, N }) => ({ x: wordsOf(M * K), w: wordsOf(K * N), b: N, y: wordsOf(M * N) }),
  flops: ({ M, K, N }) => 2 * M * K * N,
  choice: { by: ['K', 'N'] },
  variants: {
    naive: {
      idea: 'two outputs, which share a word, an invocation',
      shader: 'matmul/nn_f16/1_naive.wgsl',
      include: [HALVES, RECTIFY],
      grid: ({ M, N }, c) => flat(wordsOf(M * N), c.WORKGROUP!),
    },
    fewRows: {
      idea: 'a 4x8 tile in registers, for batches of up to 4',
      shader: 'matmul/nn_f16/2_few_rows.wgsl',
      include: [HALVES, RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.TM!), pieces(N, c.TN! * c.WORKGROUP!)],
      accepts: ({ M, N }, device) => M <= 4 && N % 4 === 0 && hasHalves(device),
    },
    registers: {
      idea: 'an 8x8 tile in registers; a workgroup shares x by needing it at the same time',
      shader: 'matmul/nn_f16/3_registers.wgsl',
      include: [HALVES, RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.TM!), pieces(N, c.TN! * c.WORKGROUP!)],
      accepts: ({ M, N }, device) => N % 4 === 0 && tiles(M, 8) && hasHalves(device),
    },
    tiledRegisters: {
      idea: 'a 128x64 tile a workgroup, its halves in workgroup memory, 8x4 sums in the registers of an invocation',
      shader: 'matmul/nn_f16/4_tiled_registers.wgsl',
      include: [HALVES, RECTIFY],
      grid: ({ M, N }, c) => [pieces(M, c.BM!), pieces(N, c.BN!)],
      accepts: ({ M, K, N }, device) =>
        K % 4 === 0 && N % 4 === 0 && tiles(M, 128) && tiles(N, 64) && hasHalves(device),
    },
    tiledRegistersLow: {
      idea: 'a 64x64 tile a workgroup, for batches that would not fill 128 rows',
      shader: 'matmul/nn_f16/4_tiled_registers.wgsl',
      include: [HALVES, RECTIFY],
      consts: { BM: 64, TM: 4 },
      grid: ({ M, N }, c) => [pieces(M, c.BM!), pieces(N, c.BN!)],
      accepts: ({ M, K, N }, device) => M <= 64 && K % 4 === 0 && N % 4 === 0 && tiles(N, 64) && hasHalves(device),
    },
    split8: split(8),
    split4: split(4),
    split1: split(1),
    ...matrixProducts,
  },
  prefer: {
    cpu: ['fewRows', 'registers', 'naive'],
    gpu: [
      'matrixSplit',
      'matrixDeep',
      'matrix',
      'split1',
      'split4',
      'split8',
      'tiledRegistersLow',
      'tiledRegisters',
      'registers',
      'naive',
    ],
  },
});
