// Chapter 6: the matrices that the subgroups of a workgroup load from its memory in one step, and the part of y that each of them makes.
import { halfConv3x3Forward } from '../../src/kernels/half-conv3x3.js';
import { html, type Markup } from '../../src/report/markup.js';
import type { FollowedAccess } from '../../src/study/mapping.js';
import { type Colour, framed, LEFT, legend, lines, text } from './frame.js';
import { drawGrid, extent, type Grid, number, outline } from './grid.js';
import { firstStep } from './shared-step.js';
import { companyOf, SUBGROUP, study, writerAt } from './study.js';

/** One workgroup, and no tap outside the picture. */
const DIMS = { N: 1, H: 10, W: 18, C: 32, K: 128, pad: 0, relu: 1 };
const Q = DIMS.W - 2;

/** The subgroups that are shown: the first shares its x with the second and its w with the third. */
const SHOWN: Readonly<Record<number, Colour>> = { 2: 'first', 4: 'second', 3: 'third' };

type Cell = readonly [row: number, column: number];
const subgroupOf = ({ invocation }: { readonly invocation: number }) => Math.floor(invocation / SUBGROUP);

/** Cells, each once, by the subgroup that touches them. */
class BySubgroup {
  readonly #cells = new Map<number, Map<string, Cell>>();

  add(subgroup: number, cell: Cell): void {
    const own = this.#cells.get(subgroup) ?? new Map<string, Cell>();
    this.#cells.set(subgroup, own.set(String(cell), cell));
  }

  of(subgroup: number): Cell[] {
    return [...(this.#cells.get(subgroup)?.values() ?? [])];
  }

  get subgroups(): number[] {
    return [...this.#cells.keys()].sort((a, b) => a - b);
  }

  /** Those of the shown subgroups in their colours. */
  get touched(): Partial<Record<Colour, Cell[]>> {
    return Object.fromEntries(Object.entries(SHOWN).map(([subgroup, colour]) => [colour, this.of(Number(subgroup))]));
  }
}

/**
 * For each write of y the invocation that had put what is written into workgroup memory.
 * @param company accesses of a workgroup in the order of their run
 */
function* madeBy(company: readonly FollowedAccess[]): Generator<readonly [write: FollowedAccess, invocation: number]> {
  const writers = new Map<string, number>();
  const takenFrom = new Map<number, number>();
  for (const access of company) {
    const place = `${access.variable} ${access.index}`;
    if (access.tensor === 'y') yield [access, takenFrom.get(access.invocation)!];
    else if (access.tensor !== undefined) continue;
    else if (access.access === 'read') takenFrom.set(access.invocation, writers.get(place)!);
    else
      for (let i = 0; i < access.count; i++) writers.set(`${access.variable} ${access.index + i}`, access.invocation);
  }
}

export function drawMatrixUnits(): string {
  const mapping = study(halfConv3x3Forward, 'matrix', DIMS);
  const writer = writerAt(mapping, 'y', [0, 0, 0, 0]);
  const [, side] = /subgroup_matrix_left<f16, (\d+), \1>/.exec(mapping.run.passes[writer.pass]!.text)!.map(Number) as [
    number,
    number,
  ];
  const company = companyOf(mapping, writer);
  const matrixOf = (row: number, column: number): Cell => [Math.floor(row / side), Math.floor(column / side)];
  /** Two halves lie in the 4 bytes that an index counts. */
  const placeOf = (tensor: string, index: number) =>
    mapping.coordinates(tensor, 2 * index)! as [number, number, number, number];

  const [x, w, y] = [new BySubgroup(), new BySubgroup(), new BySubgroup()];
  for (const { invocation, brought, offset } of firstStep(company).used) {
    const { tensor, index } = brought.source;
    const [, a, b, c] = placeOf(tensor!, index + offset);
    if (tensor === 'x') x.add(subgroupOf({ invocation }), matrixOf(a * Q + b, c));
    else w.add(subgroupOf({ invocation }), matrixOf(b, c));
  }
  for (const [write, invocation] of madeBy(company)) {
    const [, p, q, k] = placeOf('y', write.index);
    y.add(subgroupOf({ invocation }), matrixOf(p * Q + q, k));
  }
  const sizeOf = (all: BySubgroup): [rows: number, columns: number] => {
    const cells = all.subgroups.flatMap((subgroup) => all.of(subgroup));
    return [extent(cells.map(([row]) => row))[1] + 1, extent(cells.map(([, column]) => column))[1] + 1];
  };

  const { drawn, bottom } = legend(
    66,
    Object.entries(SHOWN).map(([subgroup, colour]) => [[colour], `subgroup ${subgroup}`] as const),
  );
  const cell = 35;
  const gridOf = (all: BySubgroup, left: number, top: number): Grid => {
    const [rows, columns] = sizeOf(all);
    return { x: left, y: top, rows, columns, width: cell, height: cell, gap: 1.4 };
  };
  const left = gridOf(x, LEFT, 0);
  const tileW = gridOf(w, LEFT + left.columns * cell + 20, bottom + 48);
  const part = gridOf(y, tileW.x, tileW.y + tileW.rows * cell + 44);
  const tileX = gridOf(x, LEFT, part.y);
  const aside = part.x + part.columns * cell + 34;

  const own = Number(Object.keys(SHOWN).find((subgroup) => SHOWN[Number(subgroup)] === 'first'));
  const [rows, columns] = [0, 1].map((axis) => new Set(y.of(own).map((place) => place[axis])).size) as [number, number];
  const sharing = (all: BySubgroup) =>
    all.subgroups.filter((other) => other !== own && String(all.of(other).sort()) === String(all.of(own).sort()));
  const facts = [
    [
      `${y.subgroups.length} subgroups make ${part.rows * side} pixels by`,
      `${part.columns * side} channels. Each keeps`,
      `${rows * side} by ${columns * side} sums in registers.`,
    ],
    [
      `In a step subgroup ${own} loads`,
      `${x.of(own).length} matrices of x and ${w.of(own).length} of w,`,
      `and multiplies ${rows * columns * left.columns} pairs.`,
    ],
    [`${subgroups(sharing(x))} the same`, `of x, ${subgroups(sharing(w)).toLowerCase()} the same of w.`],
  ];
  const labels = y.subgroups.map((subgroup) => {
    const cells = y.of(subgroup);
    const [row, column] = [0, 1].map((axis) => extent(cells.map((place) => place[axis]!))[0]) as [number, number];
    return html`${outline(part, cells)}${number(part, row, column, subgroup, SHOWN[subgroup] ?? 'company')}`;
  });

  return framed({
    title: `matrix: ${side}x${side} halves at a time`,
    description: `${halfConv3x3Forward.variants.matrix!.idea}. ${facts.flat().join(' ')}`,
    height: part.y + part.rows * cell + 28,
    body: [
      ...drawn,
      text(tileW.x, tileW.y - 12, `w: ${tileW.rows * side} channels of a tap by ${tileW.columns * side}`),
      drawGrid(tileW, w.touched),
      text(tileX.x, tileX.y - 12, 'x'),
      drawGrid(tileX, x.touched),
      text(part.x, part.y - 12, `y: ${part.rows * side} pixels by ${part.columns * side} channels`),
      drawGrid(part, y.touched),
      ...labels,
      ...instruction(aside, tileW.y, side),
      ...facts.flatMap((fact, i) => lines(aside, part.y + 44 + i * 86, fact, 'ink')),
    ],
  });
}

/** 'Subgroup 3 loads', 'Subgroups 0, 4, 6 load'. */
const subgroups = (which: readonly number[]): string =>
  `Subgroup${which.length > 1 ? 's' : ''} ${which.join(', ')} load${which.length > 1 ? '' : 's'}`;

/** One product of matrices, its elements drawn. */
function instruction(x: number, y: number, side: number): Markup[] {
  const size = 4.5;
  const matrix = (at: number): Markup =>
    drawGrid(
      { x: at, y, rows: side, columns: side, width: size, height: size, gap: 0.6 },
      { first: Array.from({ length: side * side }, (_, i) => [Math.floor(i / side), i % side] as const) },
    );
  const wide = side * size;
  return [
    matrix(x),
    text(x + wide + 13, y + wide / 2 + 5, '+=', 'middle'),
    matrix(x + wide + 26),
    text(x + 2 * wide + 26 + 11, y + wide / 2 + 5, '×', 'middle'),
    matrix(x + 2 * wide + 48),
    ...lines(x, y + wide + 24, [
      'one instruction of a subgroup:',
      `${(side ** 3).toLocaleString('en-US')} multiply-adds`,
    ]),
  ];
}
