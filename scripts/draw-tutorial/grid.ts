// A tensor, or a plane of one, as a grid of cells with those coloured that somebody touches.
import { html, type Markup } from '../../src/report/markup.js';
import { type Colour, round } from './frame.js';

export interface Grid {
  readonly x: number;
  readonly y: number;
  readonly rows: number;
  readonly columns: number;
  /** Of a cell. */
  readonly width: number;
  readonly height: number;
  /** Between cells; 0 where they are too small for it. */
  readonly gap?: number;
  /** Rows from one line across to the next, where cells are too low for lines between all. */
  readonly band?: number;
}

/** Cells by row and column. */
export type Cells = readonly (readonly [row: number, column: number])[];

/** Who touches which cells; a cell that two touch is cut in halves. */
export type Touched = Readonly<Partial<Record<Colour, Cells>>>;

export function drawGrid(grid: Grid, touched: Touched): Markup {
  const { x, y, rows, columns, width, height, gap = 1 } = grid;
  const owners = new Map<number, Colour[]>();
  for (const [colour, cells] of Object.entries(touched) as [Colour, Cells][]) {
    for (const [row, column] of cells) {
      if (row < 0 || row >= rows || column < 0 || column >= columns) {
        throw new Error(`A grid of ${rows} by ${columns} has no cell ${row}, ${column}.`);
      }
      const own = owners.get(row * columns + column) ?? [];
      if (!own.includes(colour)) owners.set(row * columns + column, [...own, colour]);
    }
  }
  const paths = new Map<Colour, string>();
  const add = (colour: Colour, path: string) => paths.set(colour, (paths.get(colour) ?? '') + path);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [one, other] = owners.get(row * columns + column) ?? [];
      if (one === undefined) continue;
      const [left, top] = [round(x + column * width), round(y + row * height)];
      if (other === undefined) {
        const alone = (at: number) => {
          const next = owners.get(row * columns + at);
          return next?.length === 1 && next[0] === one;
        };
        const first = column;
        while (column + 1 < columns && alone(column + 1)) column++;
        const across = round((column + 1 - first) * width);
        add(one, `M${left} ${top}h${across}v${round(height)}h${-across}z`);
      } else {
        add(one, `M${left} ${top}h${round(width)}l${round(-width)} ${round(height)}z`);
        add(other, `M${round(left + width)} ${top}v${round(height)}h${round(-width)}z`);
      }
    }
  }
  return html`<rect class="empty" x="${round(x)}" y="${round(y)}" width="${round(columns * width)}" height="${round(rows * height)}"/>${Array.from(
    paths,
    ([colour, path]) => html`<path class="${colour}" d="${path}"/>`,
  )}${gap > 0 && html`<path class="lines" stroke-width="${gap}" d="${between(grid)}"/>`}\n`;
}

/** The lines between cells. */
function between({ x, y, rows, columns, width, height, band = 1 }: Grid): string {
  let path = '';
  for (let column = 1; column < columns; column++)
    path += `M${round(x + column * width)} ${round(y)}v${round(rows * height)}`;
  for (let row = band; row < rows; row += band)
    path += `M${round(x)} ${round(y + row * height)}h${round(columns * width)}`;
  return path;
}

/** A frame round the cells from one corner to the other, both included. */
export function outline(grid: Grid, cells: Cells, dashed = false): Markup {
  const [top, bottom] = extent(cells.map(([row]) => row));
  const [left, right] = extent(cells.map(([, column]) => column));
  const { x, y, width, height } = grid;
  return html`<rect class="outline" x="${round(x + left * width)}" y="${round(y + top * height)}" width="${round((right - left + 1) * width)}" height="${round((bottom - top + 1) * height)}" stroke-width="1.8"${dashed && html` stroke-dasharray="4 3"`}/>\n`;
}

/** A number in the middle of a cell of a colour. */
export function number(grid: Grid, row: number, column: number, content: number, on: Colour = 'first'): Markup {
  const { x, y, width, height } = grid;
  return html`<text class="number${on === 'company' && ' ink'}" x="${round(x + (column + 0.5) * width)}" y="${round(y + (row + 0.5) * height + 4.6)}">${content}</text>\n`;
}

/** The least and the largest. */
export function extent(values: readonly number[]): [least: number, largest: number] {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    largest = Math.max(largest, value);
  }
  return [least, largest];
}
