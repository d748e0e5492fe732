// Chapter 5: the four kernels of Winograd's F(2x2, 3x3) from left to right, one invocation of each on the way to the same output.
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import type { Markup } from '../../src/report/markup.js';
import type { Mapping } from '../../src/study/mapping.js';
import { cellsOf, type Places, plane, taps, tapsAt } from './convolution.js';
import { arrow, framed, LEFT, legend, lines, text } from './frame.js';
import { drawGrid, type Grid, outline } from './grid.js';
import { type Acting, acting, common, study, writerAt } from './study.js';

const DIMS = { N: 1, H: 10, W: 10, C: 4, K: 8, pad: 1, relu: 1 };
const [X_AT, V_AT, M_AT, Y_AT] = [LEFT, 184, 358, 616];
const CELL = 12; // a pixel
const SHOWN = 5; // the transformed element whose products are shown

/** An invocation of each kernel: that of the output, and back from there those that made what it reads. */
function chain(
  mapping: Mapping,
  output: readonly number[],
): Record<'weights' | 'input' | 'multiply' | 'output', Acting> {
  const last = acting(mapping, writerAt(mapping, 'y', output));
  const read = (one: Acting, tensor: string) => {
    const places = one.readPlaces(tensor);
    return places.find(([element]) => element === SHOWN)!;
  };
  const sum = read(last, 'M');
  const multiply = acting(mapping, writerAt(mapping, 'M', sum));
  const factor = multiply.readPlaces('V').find(([element, tile]) => element === sum[0] && tile === sum[1])!;
  return {
    output: last,
    multiply,
    input: acting(mapping, writerAt(mapping, 'V', factor)),
    weights: acting(mapping, writerAt(mapping, 'U', read(multiply, 'U'))),
  };
}

/** The planes (elements, rows, columns) of a transformed tensor, in a square. */
function planes(
  mapping: Mapping,
  tensor: string,
  x: number,
  y: number,
  width: number,
  height: number,
  places: Places,
): Markup[] {
  const [elements, rows, columns] = mapping.layoutOf(tensor)!.sizes as [number, number, number];
  const side = Math.sqrt(elements);
  return Array.from({ length: elements }, (_, element) => {
    const grid: Grid = {
      x: x + (element % side) * (columns * width + 6),
      y: y + Math.floor(element / side) * (rows * height + 6),
      ...{ rows, columns, width, height, gap: 0.6 },
    };
    return drawGrid(
      grid,
      cellsOf(places, ([own, row, column]) => (own === element ? [row!, column!] : undefined)),
    );
  });
}

const rowsAndColumns = (places: readonly (readonly number[])[], channel: number) =>
  places.filter((place) => place[3] === channel).map(([, row, column]) => [row!, column!] as const);

export function drawWinograd(): string {
  const mapping = study(conv3x3Forward, 'winograd2', DIMS);
  const at = [0, 2, 2, 0];
  const { weights, input, multiply, output } = chain(mapping, at);
  const [, tiles] = mapping.layoutOf('V')!.sizes as [number, number];
  const across = Math.sqrt(tiles);
  const [element, tile, c] = input.writtenPlaces('V')[0]! as [number, number, number];
  const tileBeside = (steps: number) =>
    acting(mapping, writerAt(mapping, 'V', [element, tile + steps, c])).readPlaces('x');
  const six = study(conv3x3Forward, 'winograd4', DIMS);
  const large = chain(six, [0, 4, 4, 0]);

  const { drawn, bottom } = legend(66, [
    [['fourth'], 'weights'],
    [['first'], 'input'],
    [['second'], 'multiply'],
    [['third'], 'output'],
    [['first', 'second'], 'one writes, the other reads'],
  ]);
  const upper = bottom + 48;
  const lower = upper + 4 * (DIMS.C * 5 + 6) + 44;
  const pixels = (x: number, y: number): Grid => {
    return { x, y, rows: DIMS.H, columns: DIMS.W, width: CELL, height: CELL };
  };
  const x = pixels(X_AT, lower);
  const y = pixels(Y_AT, lower);
  const more = lower + DIMS.H * CELL + 62; // F(4x4, 3x3)
  const shared = common(input.readPlaces('x'), tileBeside(1)) / DIMS.C;
  const products = (one: Mapping) => one.layoutOf('V')!.sizes[0]!;
  const made = (one: Acting) => rowsAndColumns(one.writtenPlaces('y'), 0).length;
  const size = (tensor: string) => {
    const [elements, ...rest] = mapping.layoutOf(tensor)!.sizes;
    return `${tensor}: ${elements} x (${rest.join(', ')})`;
  };
  const [few, many] = [made(output), made(large.output)];
  const facts = [
    `F(2x2) makes ${few} outputs from ${products(mapping)} products a channel, the direct sum from ${9 * few}. F(4x4) makes ${many}`,
    `from ${products(six)}, the direct sum from ${9 * many}. A tile of x shares ${shared} of its ${rowsAndColumns(input.readPlaces('x'), 0).length} pixels with the next.`,
  ];
  const height = 4 * (tiles * 3 + 6);
  return framed({
    title: 'winograd2: four kernels, one invocation of each',
    description: `${conv3x3Forward.variants.winograd2!.idea}. ${facts.join(' ')}`,
    height: lower + height + 82,
    body: [
      ...drawn,
      text(V_AT, upper - 12, 'w'),
      ...taps(tapsAt(V_AT, upper, DIMS, 4, 5), { fourth: weights.readPlaces('w') }),
      arrow(V_AT + 122, upper + 40, M_AT - 8, upper + 40),
      text(M_AT, upper - 12, size('U')),
      ...planes(mapping, 'U', M_AT, upper, 5.5, 5, {
        fourth: weights.writtenPlaces('U'),
        second: multiply.readPlaces('U'),
      }),
      arrow(M_AT + 160, upper + 4 * (DIMS.C * 5 + 6), M_AT + 160, lower - 8),
      text(x.x, lower - 12, 'x: a channel'),
      plane(x, { first: input.readPlaces('x') }, 0),
      ...[1, across].map((steps) => outline(x, rowsAndColumns(tileBeside(steps), 0), true)),
      arrow(x.x + DIMS.W * CELL + 8, lower + 60, V_AT - 8, lower + 60),
      text(V_AT, lower - 12, size('V')),
      ...planes(mapping, 'V', V_AT, lower, 6, 3, { first: input.writtenPlaces('V'), second: multiply.readPlaces('V') }),
      arrow(V_AT + 122, lower + 60, M_AT - 8, lower + 60),
      text(M_AT, lower - 12, size('M')),
      ...planes(mapping, 'M', M_AT, lower, 5.5, 3, {
        second: multiply.writtenPlaces('M'),
        third: output.readPlaces('M'),
      }),
      arrow(M_AT + 202, lower + 60, Y_AT - 8, lower + 60),
      text(y.x, lower - 12, 'y: a channel'),
      plane(y, { third: output.writtenPlaces('y') }, 0),
      text(x.x, more - 12, 'F(4x4): x'),
      plane(pixels(x.x, more), { first: large.input.readPlaces('x') }, 0),
      text(y.x, more - 12, 'F(4x4): y'),
      plane(pixels(y.x, more), { third: large.output.writtenPlaces('y') }, 0),
      ...lines(LEFT, lower + height + 36, facts, 'ink'),
    ],
  });
}
