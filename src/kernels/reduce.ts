// Sums: over the rows of a matrix (gradients of biases), and over everything (losses, norms), in an order that never varies.
import { flat, pieces } from './grid.js';
import { defineKernel, type Pass } from './kernel.js';

/** Rows that one invocation adds at the first and at the second level of a split sum over rows. */
const CHUNK = 256;
const NEXT_CHUNK = 128;
const LAST_CHUNK = 65_536;

type RowsPass = Pass<'rows' | 'columns'>;

/** Three levels, rows -> rows / 256 -> rows / 32,768 -> 1, of invocations that hold `lanes` columns each. */
function splitRows(shader: string, lanes: number) {
  const level = (DONE: number, chunk: number, x: string, y: string): RowsPass => ({
    shader,
    consts: { DONE, CHUNK: chunk },
    grid: (d, c) => flat(pieces(pieces(d.rows, DONE), chunk) * (d.columns / lanes), c.WORKGROUP!),
    rename: { x, y },
  });
  return {
    passes: [
      level(1, CHUNK, 'x', 'partial'),
      level(CHUNK, NEXT_CHUNK, 'partial', 'partialOfPartial'),
      level(CHUNK * NEXT_CHUNK, LAST_CHUNK, 'partialOfPartial', 'y'),
    ],
    scratch: {
      partial: (d: { rows: number; columns: number }) => pieces(d.rows, CHUNK) * d.columns,
      partialOfPartial: (d: { rows: number; columns: number }) => pieces(d.rows, CHUNK * NEXT_CHUNK) * d.columns,
    },
  };
}

/** Rows that one workgroup adds at the first level, and at the second, where all fit that an index can name. */
const GROUP_CHUNK = 1024;
const LAST_GROUP_CHUNK = 2 ** 22;

/** Two levels of workgroups, rows -> rows / 1,024 -> 1. */
function groupRows(shader: string) {
  const level = (DONE: number, chunk: number, x: string, y: string): RowsPass => ({
    shader,
    consts: { DONE, CHUNK: chunk },
    grid: (d, c) => flat(pieces(pieces(d.rows, DONE), chunk) * pieces(d.columns / 4, c.COLUMNS!), 1),
    rename: { x, y },
  });
  return {
    passes: [level(1, GROUP_CHUNK, 'x', 'partial'), level(GROUP_CHUNK, LAST_GROUP_CHUNK, 'partial', 'y')],
    scratch: { partial: (d: { rows: number; columns: number }) => pieces(d.rows, GROUP_CHUNK) * d.columns },
  };
}

/** y (columns) = the sum of the rows of x (rows, columns). No rows give zeros. */
export const sumRows = defineKernel({
  name: 'reduce/sum_rows',
  dims: ['rows', 'columns'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.rows * d.columns, y: d.columns }),
  flops: (d) => d.rows * d.columns,
  choice: { by: ['columns'], classes: ['rows'] },
  variants: {
    naive: {
      idea: 'one column an invocation',
      shader: 'reduce/sum_rows/1_naive.wgsl',
      grid: (d, c) => flat(d.columns, c.WORKGROUP!),
    },
    split: {
      idea: 'rows in pieces of 256, their sums in pieces of 128, and the rest: three levels',
      ...splitRows('reduce/sum_rows/2_split.wgsl', 1),
      accepts: (d) => d.rows > CHUNK,
    },
    vec4: {
      idea: 'four columns an invocation, 16-byte loads',
      ...splitRows('reduce/sum_rows/3_vec4.wgsl', 4),
      accepts: (d) => d.rows > CHUNK && d.columns % 4 === 0,
    },
    group: {
      idea: 'the 16 invocations of a workgroup that share a column add up in its memory: two levels',
      ...groupRows('reduce/sum_rows/4_group.wgsl'),
      accepts: (d) => d.rows > CHUNK && d.columns % 4 === 0,
    },
  },
  prefer: { cpu: ['vec4', 'split', 'naive'] },
});

type SumPass = Pass<'count' | 'scale'>;

const splitLevel = (LANES: number, COUNT: number, LAST: number, x: string, y: string): SumPass => ({
  shader: 'reduce/sum/2_split.wgsl',
  consts: { LANES, COUNT, LAST },
  grid: (_, c) => flat(LANES, c.WORKGROUP!),
  rename: { x, y },
});

const treeLevel = (GROUPS: number, COUNT: number, LAST: number, x: string, y: string): SumPass => ({
  shader: 'reduce/sum/3_tree.wgsl',
  consts: { GROUPS, COUNT, LAST },
  grid: () => [GROUPS],
  rename: { x, y },
});

/** y (1) = scale times the sum of x (count); the mean with scale 1 / count. */
export const sumAll = defineKernel({
  name: 'reduce/sum',
  dims: ['count'],
  scalars: ['scale'],
  bindings: { x: 'read', y: 'write' },
  elements: (d) => ({ x: d.count, y: 1 }),
  flops: (d) => d.count,
  choice: { classes: ['count'] },
  variants: {
    naive: {
      idea: 'one invocation reads everything',
      shader: 'reduce/sum/1_naive.wgsl',
      grid: () => [1],
    },
    split: {
      idea: '4,096 invocations, then 64, then 1, each adding its share',
      passes: [
        splitLevel(4096, 0, 0, 'x', 'partial'),
        splitLevel(64, 4096, 0, 'partial', 'partialOfPartial'),
        splitLevel(1, 64, 1, 'partialOfPartial', 'y'),
      ],
      scratch: { partial: () => 4096, partialOfPartial: () => 64 },
      accepts: (d) => d.count > 1024,
    },
    tree: {
      idea: 'a workgroup adds up in its own memory and hands over one sum',
      passes: [treeLevel(256, 0, 0, 'x', 'partial'), treeLevel(1, 256, 1, 'partial', 'y')],
      scratch: { partial: () => 256 },
      accepts: (d) => d.count > 64,
    },
  },
  prefer: { cpu: ['split', 'naive'] },
});
