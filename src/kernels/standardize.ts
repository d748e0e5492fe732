// Standardised features: their mean and deviation over all rows seen, the transform, and its folding into dense weights.
import { flat, pieces } from './grid.js';
import { defineKernel } from './kernel.js';

/** Rows of a dense kernel that one invocation folds. */
const CHUNK = 128;

/**
 * Takes the rows of x (rows, columns) into the running mean (columns) and m2 (columns), the sum of squared deviations
 * from the mean, of the `seen` rows before. With seen = 0 their old contents count for nothing. rows is at least 1.
 * Source: Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance".
 */
export const momentsUpdate = defineKernel({
  name: 'standardize/moments',
  dims: ['rows', 'columns', 'seen'],
  bindings: { x: 'read', mean: 'update', m2: 'update' },
  elements: (d) => ({ x: d.rows * d.columns, mean: d.columns, m2: d.columns }),
  flops: (d) => 6 * d.rows * d.columns + 8 * d.columns,
  choice: { by: ['columns'] },
  variants: {
    naive: {
      idea: 'one column an invocation, its mean first and its squares after',
      shader: 'standardize/moments/1_naive.wgsl',
      grid: (d, c) => flat(d.columns, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four columns an invocation, 16-byte loads',
      shader: 'standardize/moments/2_vec4.wgsl',
      grid: (d, c) => flat(d.columns / 4, c.WORKGROUP!),
      accepts: (d) => d.columns % 4 === 0,
    },
    group: {
      idea: '16 columns a workgroup, 16 invocations down each, one reading of x',
      shader: 'standardize/moments/3_group.wgsl',
      grid: (d, c) => flat(d.columns, c.COLUMNS!),
    },
  },
  prefer: { cpu: ['vec4', 'naive'] },
});

/** y = (x - mean) / max(sqrt(m2 / seen), epsilon), with x and y (rows, columns). */
export const standardize = defineKernel({
  name: 'standardize/apply',
  dims: ['rows', 'columns', 'seen'],
  scalars: ['epsilon'],
  bindings: { x: 'read', mean: 'read', m2: 'read', y: 'write' },
  elements: (d) => ({ x: d.rows * d.columns, mean: d.columns, m2: d.columns, y: d.rows * d.columns }),
  flops: (d) => 5 * d.rows * d.columns,
  choice: { by: ['columns'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'standardize/apply/1_naive.wgsl',
      grid: (d, c) => flat(d.rows * d.columns, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'standardize/apply/2_vec4.wgsl',
      grid: (d, c) => flat((d.rows * d.columns) / 4, c.WORKGROUP!),
      accepts: (d) => d.columns % 4 === 0,
    },
  },
});

/** w2 (K, N) and b2 (N) such that x·w2 + b2 = standardize(x)·w + b for every x (rows, K). */
export const foldStandardize = defineKernel({
  name: 'standardize/fold',
  dims: ['K', 'N', 'seen'],
  scalars: ['epsilon'],
  bindings: { w: 'read', b: 'read', mean: 'read', m2: 'read', w2: 'write', b2: 'write' },
  elements: ({ K, N }) => ({ w: K * N, b: N, mean: K, m2: K, w2: K * N, b2: N }),
  flops: ({ K, N }) => 6 * K * N + N,
  choice: { by: ['K', 'N'] },
  variants: {
    naive: {
      idea: 'one column an invocation',
      shader: 'standardize/fold/1_naive.wgsl',
      grid: (d, c) => flat(d.N, c.WORKGROUP!),
    },
    split: {
      idea: 'the rows in pieces of 128, then the sums of the pieces',
      passes: [
        {
          shader: 'standardize/fold/2_split_weights.wgsl',
          consts: { CHUNK },
          grid: (d, c) => flat(pieces(d.K, CHUNK) * d.N, c.WORKGROUP!),
        },
        {
          shader: 'standardize/fold/2_split_bias.wgsl',
          consts: { CHUNK },
          grid: (d, c) => flat(d.N, c.WORKGROUP!),
        },
      ],
      scratch: { shift: ({ K, N }) => pieces(K, CHUNK) * N },
    },
  },
});
