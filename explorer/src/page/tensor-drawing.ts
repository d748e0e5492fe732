// A tensor as a grid of cells: those that an invocation reads or writes are filled, the ones of this moment stand out.
import type { Layout } from '../../../src/study/layout.js';
import { drawn, element } from './elements.js';

/** Elements of a tensor, side by side in memory. */
export interface Stretch {
  readonly index: number;
  readonly count: number;
}

export interface TensorView {
  readonly name: string;
  readonly layout: Layout;
  /** Coordinates of an element. */
  readonly coordinates: (index: number) => readonly number[] | undefined;
  /** All that the invocation touches. */
  readonly touched: readonly Stretch[];
}

/** A drawing whose cells can be made to stand out. */
export interface TensorDrawing {
  readonly element: HTMLElement;
  /** @param now what is accessed @param behind where it came from, before it went through workgroup memory */
  show(now: readonly Stretch[], behind: readonly Stretch[]): void;
}

/** Which two axes are drawn, down and across: rows and columns of pictures, taps of kernels, elements by tiles. */
function axesOf({ names }: Layout): readonly [down: number, across: number] {
  if (names.length >= 4) return names[0] === 'N' ? [1, 2] : [0, 1];
  if (names.length === 3) return [1, 0];
  return names.length === 2 ? [0, 1] : [-1, 0];
}

const SIDE = 240;
const MARGIN = 2;
/** More cells than this are not told apart. */
const MOST = 4000;

export function drawTensor(view: TensorView): TensorDrawing {
  const [down, across] = axesOf(view.layout);
  const cellsOf = (stretches: readonly Stretch[]) => {
    const cells = new Map<string, { readonly row: number; readonly column: number }>();
    for (const { index, count } of stretches) {
      for (let i = index; i < index + count && cells.size < MOST; i++) {
        const at = view.coordinates(i);
        if (!at) continue;
        const cell = { row: down < 0 ? 0 : at[down]!, column: at[across]! };
        cells.set(`${cell.row} ${cell.column}`, cell);
      }
    }
    return [...cells.values()];
  };
  const touched = cellsOf(view.touched);
  const size = (axis: number) => (axis < 0 ? 1 : view.layout.sizes[axis]!);
  const rows = windowOf(
    touched.map(({ row }) => row),
    size(down),
  );
  const columns = windowOf(
    touched.map(({ column }) => column),
    size(across),
  );
  const scale = Math.min(20, SIDE / Math.max(rows.count, columns.count));
  const [width, height] = [columns.count * scale, rows.count * scale];
  const cell =
    (kind: string) =>
    ({ row, column }: { row: number; column: number }) =>
      drawn('rect', {
        ...{ class: kind, x: (column - columns.first) * scale, y: (row - rows.first) * scale },
        ...{ width: Math.max(1, scale - (scale > 5 ? 1 : 0)), height: Math.max(1, scale - (scale > 5 ? 1 : 0)) },
      });
  const moving = drawn('g');
  const caption = element(
    'figcaption',
    {},
    element('b', {}, view.name),
    ` (${view.layout.names.join(', ')}) = (${view.layout.sizes.join(', ')})`,
    rangesOf(view),
  );
  const picture = drawn(
    'svg',
    {
      viewBox: `-1 -1 ${width + 2} ${height + 2}`,
      width: width + 2,
      height: height + 2,
      role: 'img',
      'aria-label': `What is touched of ${view.name}`,
    },
    drawn('rect', { class: 'ground', width, height }),
    touched.map(cell('touched')),
    moving,
  );
  return {
    element: element('figure', { class: 'tensor' }, picture, caption),
    show(now, behind) {
      moving.replaceChildren(...cellsOf(behind).map(cell('behind')), ...cellsOf(now).map(cell('now')));
    },
  };
}

/** The part of an axis that is drawn: what is touched, with a margin. */
function windowOf(places: readonly number[], size: number): { first: number; count: number } {
  const low = places.reduce((a, b) => Math.min(a, b), size - 1);
  const high = places.reduce((a, b) => Math.max(a, b), 0);
  const first = Math.max(0, Math.min(low, high) - MARGIN);
  return { first, count: Math.min(size - 1, Math.max(low, high) + MARGIN) - first + 1 };
}

/** What is touched on each axis, in a line. */
function rangesOf({ layout, coordinates, touched }: TensorView): string {
  const low = layout.sizes.map(() => Number.POSITIVE_INFINITY);
  const high = layout.sizes.map(() => -1);
  let elements = 0;
  for (const { index, count } of touched) {
    elements += count;
    for (const i of [index, index + count - 1]) {
      coordinates(i)?.forEach((at, axis) => {
        low[axis] = Math.min(low[axis]!, at);
        high[axis] = Math.max(high[axis]!, at);
      });
    }
  }
  const parts = layout.sizes.map((_, axis) =>
    low[axis] === high[axis] ? `${low[axis]}` : `${low[axis]}–${high[axis]}`,
  );
  return `: [${parts.join(', ')}], ${elements} element${elements === 1 ? '' : 's'}`;
}
