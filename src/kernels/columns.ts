// Moves a panel of columns into a wider matrix and out of it: how the panels of a large dense layer join.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

interface PanelDims {
  readonly rows: number;
  readonly width: number;
  readonly total: number;
  readonly first: number;
}

const divisible = (d: PanelDims) => d.width % 4 === 0 && d.total % 4 === 0 && d.first % 4 === 0;

/** y (rows, total)[:, first : first + width] = x (rows, width); the other columns of y stay. */
export const insertColumns = defineKernel({
  name: 'columns/insert',
  dims: ['rows', 'width', 'total', 'first'],
  bindings: { x: 'read', y: 'update' },
  elements: (d) => ({ x: d.rows * d.width, y: d.rows * d.total }),
  flops: () => 0,
  choice: { by: ['width', 'total'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'columns/insert/1_naive.wgsl',
      grid: (d, c) => flat(d.rows * d.width, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'columns/insert/2_vec4.wgsl',
      grid: (d, c) => flat((d.rows * d.width) / 4, c.WORKGROUP!),
      accepts: divisible,
    },
  },
});

/** x (rows, width) = y (rows, total)[:, first : first + width]. */
export const extractColumns = defineKernel({
  name: 'columns/extract',
  dims: ['rows', 'width', 'total', 'first'],
  bindings: { y: 'read', x: 'write' },
  elements: (d) => ({ y: d.rows * d.total, x: d.rows * d.width }),
  flops: () => 0,
  choice: { by: ['width', 'total'] },
  variants: {
    naive: {
      idea: 'one element an invocation',
      shader: 'columns/extract/1_naive.wgsl',
      grid: (d, c) => flat(d.rows * d.width, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four elements an invocation, 16-byte loads and stores',
      shader: 'columns/extract/2_vec4.wgsl',
      grid: (d, c) => flat((d.rows * d.width) / 4, c.WORKGROUP!),
      accepts: divisible,
    },
  },
});
