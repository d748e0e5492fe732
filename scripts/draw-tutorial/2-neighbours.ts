// Chapter 2: the invocations that make one pixel, side by side, and what they read and write at the same moments.
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { html, type Markup } from '../../src/report/markup.js';
import { type Colour, framed, LEFT, legend, lines, round, text } from './frame.js';
import { drawGrid, type Grid, number } from './grid.js';
import { type Acting, acting, common, neighbour, study, writerAt } from './study.js';

/** As many channels as a subgroup has lanes, and rows in which the pixel's first invocation is the first of its workgroup. */
const DIMS = { N: 1, H: 6, W: 7, C: 4, K: 32, pad: 1, relu: 1 };
const PIXEL = [0, 2, 2];
const [FROM, CELL, TALL] = [92, 20, 22];
const STEP = 64; // from a strip to the next
const HIGH = 318; // of a variant with what is said of it

interface Band {
  readonly drawn: readonly Markup[];
  readonly facts: readonly string[];
}

/** The first thing that each lane does with a tensor. */
const firstOf = (lane: Acting, tensor: string) => (tensor === 'y' ? lane.writes(tensor) : lane.reads(tensor))[0]!;

function colourOf(lane: number): Colour {
  return lane === 3 ? 'first' : lane === 4 ? 'second' : 'company';
}

/** x, the lanes, w and y below each other, with a line from each lane to what it reads first. */
function band(variant: string, y: number): Band {
  const mapping = study(conv3x3Forward, variant, DIMS);
  const writer = writerAt(mapping, 'y', [...PIXEL, 0]);
  const perLane = acting(mapping, writer).writtenPlaces('y').length;
  const lanes = Array.from({ length: DIMS.K / perLane }, (_, lane) => acting(mapping, neighbour(writer, lane)));
  const strips = { x: y, lanes: y + STEP, w: y + 2 * STEP, y: y + 2 * STEP + 40 };

  const strip = (tensor: 'x' | 'w' | 'y') => {
    const accesses = lanes.map((lane) => firstOf(lane, tensor));
    const start = Math.min(...accesses.map(({ index }) => index));
    const columns = tensor === 'x' ? DIMS.C : DIMS.K;
    const left = tensor === 'x' ? FROM + ((DIMS.K - DIMS.C) / 2) * CELL : FROM;
    const grid: Grid = { x: left, y: strips[tensor], rows: 1, columns, width: CELL, height: TALL };
    const cells: Partial<Record<Colour, (readonly [number, number])[]>> = { first: [], second: [], company: [] };
    for (const [lane, { index, count }] of accesses.entries()) {
      for (let i = index; i < index + count; i++) cells[colourOf(lane)]!.push([0, i - start]);
    }
    if (tensor === 'x') cells.company = []; // the same as the first and the second
    const centre = (lane: number) => grid.x + (accesses[lane]!.index - start + accesses[lane]!.count / 2) * CELL;
    const pieces = new Set(accesses.map(({ index }) => index - start).filter((at) => at > 0));
    const cuts = Array.from(pieces, (at) => `M${grid.x + at * CELL} ${grid.y}v${TALL}`).join('');
    return {
      accesses,
      centre,
      drawn: html`${drawGrid(grid, cells)}<path class="lines" stroke-width="${perLane > 1 ? 4 : 1}" d="${cuts}"/>`,
    };
  };
  const [x, w, out] = [strip('x'), strip('w'), strip('y')];
  const laneAt = (lane: number): Grid => {
    return { x: round(w.centre(lane) - CELL / 2), y: strips.lanes, rows: 1, columns: 1, width: CELL - 1, height: TALL };
  };
  const ray = (lane: number) => {
    const { x: left } = laneAt(lane);
    const middle = left + CELL / 2;
    const path = `M${x.centre(lane)} ${strips.x + TALL}L${middle} ${strips.lanes}M${middle} ${strips.lanes + TALL}L${w.centre(lane)} ${strips.w}`;
    return html`<path class="ray ray-${colourOf(lane)}" d="${path}"/>`;
  };
  const order = [...lanes.keys()].sort((a, b) => Number(colourOf(a) !== 'company') - Number(colourOf(b) !== 'company'));

  const bytes = w.accesses[0]!.count * w.accesses[0]!.scalarBytes;
  const next = acting(mapping, neighbour(writer, lanes.length));
  const alike = common(lanes[0]!.readPlaces('w'), next.readPlaces('w')) === next.readPlaces('w').length;
  const ofX = new Set(x.accesses.map(({ index }) => index)).size;
  return {
    drawn: [
      ...Object.entries({ x: 'x', lanes: 'lanes', w: 'w', y: 'y' }).map(([name, label]) =>
        text(LEFT, strips[name as keyof typeof strips] + 17, label),
      ),
      text(FROM + ((DIMS.K + DIMS.C) / 2) * CELL + 12, strips.x + 16, `${DIMS.C} channels of a pixel`, 'small'),
      html`${order.map(ray)}`,
      ...lanes.map((_, lane) => {
        return html`${drawGrid(laneAt(lane), { [colourOf(lane)]: [[0, 0]] })}${number(laneAt(lane), 0, 0, lane, colourOf(lane))}`;
      }),
      ...[x, w, out].map(({ drawn }) => drawn),
    ],
    facts: [
      `${variant}: ${conv3x3Forward.variants[variant]!.idea}`,
      `${lanes.length} lanes load ${ofX === 1 ? 'the same number' : `${ofX} numbers`} of x and ${bytes} bytes of w each: ${lanes.length * bytes} bytes side by side.`,
      `Each makes ${perLane} of ${DIMS.K} channels.${alike ? ` Invocation ${lanes.length} makes the next pixel from the same weights.` : ''}`,
    ],
  };
}

export function drawNeighbours(): string {
  const { drawn, bottom } = legend(66, [
    [['first'], 'lane 3'],
    [['second'], 'lane 4'],
    [['first', 'second'], 'all lanes'],
    [['company'], 'each of the others'],
  ]);
  const top = bottom + 46;
  const bands = ['naive', 'vec4'].map((variant, i) => {
    const y = top + i * HIGH;
    const { drawn, facts } = band(variant, y + 20);
    return { facts, drawn: [text(LEFT, y, facts[0]!, 'ink'), ...drawn, ...lines(LEFT, y + 238, facts.slice(1))] };
  });
  return framed({
    title: 'What neighbours read at the same moment',
    description: bands.flatMap(({ facts }) => facts).join(' '),
    height: top + 2 * HIGH - 40,
    body: [...drawn, ...bands.flatMap((band) => band.drawn)],
  });
}
