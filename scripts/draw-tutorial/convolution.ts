// x and w of a convolution as grids: a plane for each channel of x, and for each tap of w a table of channels in and out.
import type { Markup } from '../../src/report/markup.js';
import type { Colour } from './frame.js';
import { drawGrid, type Grid, type Touched } from './grid.js';
import type { Dims } from './study.js';

/** Coordinates of the elements that each touches. */
export type Places = Readonly<Partial<Record<Colour, readonly (readonly number[])[]>>>;

type Cell = readonly [row: number, column: number];

/** @param of the cell of a place; undefined where it is none of this grid's */
export function cellsOf(places: Places, of: (place: readonly number[]) => Cell | undefined): Touched {
  return Object.fromEntries(
    Object.entries(places).map(([colour, own]) => [
      colour,
      own.flatMap((place) => {
        const cell = of(place);
        return cell ? [cell] : [];
      }),
    ]),
  );
}

/** One channel of picture 0 of x (N, H, W, C), or of y. */
export function plane(grid: Grid, places: Places, channel: number): Markup {
  return drawGrid(
    grid,
    cellsOf(places, ([, row, column, own]) => (own === channel ? [row!, column!] : undefined)),
  );
}

/** Where the taps of w (3, 3, C, K) stand: 3 by 3 tables of C rows and K columns. */
export function tapsAt(x: number, y: number, { C, K }: Dims, width: number, height: number): Grid[] {
  return Array.from({ length: 9 }, (_, tap) => ({
    ...{ rows: C!, columns: K!, width, height },
    x: x + (tap % 3) * (K! * width + 8),
    y: y + Math.floor(tap / 3) * (C! * height + 8),
  }));
}

export function taps(grids: readonly Grid[], places: Places): Markup[] {
  return grids.map((grid, tap) =>
    drawGrid(
      grid,
      cellsOf(places, ([r, s, c, k]) => (r! * 3 + s! === tap ? [c!, k!] : undefined)),
    ),
  );
}
