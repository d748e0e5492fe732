// Chapter 3: the tile of outputs that an invocation keeps in registers, and how many of the naive kernel's reads each of its own replaces.
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { cellsOf, plane, taps, tapsAt } from './convolution.js';
import { framed, LEFT, legend, lines, text, WIDTH } from './frame.js';
import { drawGrid, extent, type Grid, number } from './grid.js';
import { type Acting, acting, common, neighbour, study, writerAt } from './study.js';

const DIMS = { N: 1, H: 6, W: 14, C: 3, K: 16, pad: 1, relu: 1 };
const [CELL, CHANNEL, TAP] = [21, 7, 7.5]; // a pixel, a channel of y, a channel of w

/** How often the naive kernel reads each element of a tensor, by its coordinates, to make the same outputs. */
function naiveReads(outputs: readonly (readonly number[])[], tensor: string): Map<string, number> {
  const mapping = study(conv3x3Forward, 'naive', DIMS);
  const counts = new Map<string, number>();
  for (const output of outputs) {
    for (const place of acting(mapping, writerAt(mapping, 'y', output)).readPlaces(tensor)) {
      counts.set(String(place), (counts.get(String(place)) ?? 0) + 1);
    }
  }
  return counts;
}

const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);

export function drawRegisters(): string {
  const mapping = study(conv3x3Forward, 'register', DIMS);
  const writer = writerAt(mapping, 'y', [0, 2, 4, 0]);
  const [first, second] = [acting(mapping, writer), acting(mapping, neighbour(writer, 1))];
  const places = (of: (one: Acting) => (readonly number[])[]) => ({ first: of(first), second: of(second) });
  const outputs = first.writtenPlaces('y');
  const [ofX, ofW] = [naiveReads(outputs, 'x'), naiveReads(outputs, 'w')];
  const { drawn, bottom } = legend(66, [
    [['first'], `invocation ${writer.invocation} of workgroup ${writer.workgroup[0]}`],
    [['second'], `invocation ${writer.invocation + 1}`],
    [['first', 'second'], 'both'],
  ]);
  const top = bottom + 48;

  const x: Grid = { x: LEFT, y: top, rows: DIMS.H, columns: DIMS.W, width: CELL, height: CELL };
  const channel = 0;
  const counted = first.readPlaces('x').filter((place) => place[3] === channel);
  const y: Grid = { ...x, y: top + DIMS.H * CELL + 44, rows: DIMS.K, height: CHANNEL };
  const row = outputs[0]![1]!;
  const right = WIDTH - LEFT - 3 * DIMS.K * TAP - 16;
  const [fewest, most] = extent([...ofW.values()]);
  const [pixels, channels] = [2, 3].map((axis) => new Set(outputs.map((place) => place[axis])).size);
  const facts = [
    `It makes ${pixels} pixels by ${channels} channels.`,
    `For these ${outputs.length} outputs the naive kernel`,
    `reads ${total(ofX)} numbers of x and ${total(ofW)} of w,`,
    `this one ${first.readPlaces('x').length} and ${first.readPlaces('w').length}.`,
    `Its neighbour shares ${common(first.readPlaces('x'), second.readPlaces('x'))} of x and`,
    `${common(first.readPlaces('w'), second.readPlaces('w'))} of w, at the same time.`,
  ];

  return framed({
    title: 'register: how many reads one read replaces',
    description: `${conv3x3Forward.variants.register!.idea}. ${facts.join(' ')}`,
    height: y.y + DIMS.K * CHANNEL + 28,
    body: [
      ...drawn,
      text(LEFT, top - 12, `x, channel ${channel}: reads that one replaces`),
      plane(
        x,
        places((one) => one.readPlaces('x')),
        channel,
      ),
      ...counted.map((place) => number(x, place[1]!, place[2]!, ofX.get(String(place)) ?? 0)),
      text(LEFT, y.y - 12, `y: row ${row}, its ${DIMS.K} channels downwards`),
      drawGrid(
        y,
        cellsOf(
          places((one) => one.writtenPlaces('y')),
          (place) => [place[3]!, place[2]!],
        ),
      ),
      text(right, top - 12, `w: each serves ${fewest === most ? most : `${fewest} to ${most}`} outputs`),
      ...taps(
        tapsAt(right, top, DIMS, TAP, 11),
        places((one) => one.readPlaces('w')),
      ),
      ...lines(right, top + 161, facts, 'ink'),
    ],
  });
}
