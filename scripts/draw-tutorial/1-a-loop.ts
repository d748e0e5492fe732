// Chapter 1: two neighbouring invocations of the naive convolution, what they read of x and w, and the outputs of their workgroup.
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { html } from '../../src/report/markup.js';
import { plane, taps, tapsAt } from './convolution.js';
import { framed, LEFT, legend, lines, text, WIDTH } from './frame.js';
import { drawGrid, extent } from './grid.js';
import { acting, common, companyOf, neighbour, study, writerAt } from './study.js';

const DIMS = { N: 1, H: 6, W: 8, C: 3, K: 8, pad: 1, relu: 1 };
const [CELL, HIGH] = [14, 108];

export function drawLoop(): string {
  const mapping = study(conv3x3Forward, 'naive', DIMS);
  const writer = writerAt(mapping, 'y', [0, 2, 3, 3]);
  const [first, second] = [acting(mapping, writer), acting(mapping, neighbour(writer, 1))];
  const both = <T>(of: (one: typeof first) => T) => ({ first: of(first), second: of(second) });
  const places = (tensor: string) => both((one) => one.readPlaces(tensor));

  const shared = (tensor: string) => common(first.readPlaces(tensor), second.readPlaces(tensor));
  const counted = (tensor: string) => first.readPlaces(tensor).length;
  const group = writer.workgroup[0];
  const facts = [
    `Each reads ${counted('x')} numbers of x, ${counted('w')} of w and ${counted('b')} of b, and writes ${first.writtenPlaces('y').length} of y.`,
    `They read the same ${shared('x')} of x, each for itself, and ${shared('w') === 0 ? 'nothing' : `${shared('w')}`} of w in common.`,
  ];

  const { drawn, bottom } = legend(66, [
    [['first'], `invocation ${writer.invocation} of workgroup ${group}`],
    [['second'], `invocation ${writer.invocation + 1}, its neighbour`],
    [['first', 'second'], 'both'],
    [['company'], 'the others of their workgroup'],
  ]);
  const top = bottom + 52;
  const planes = Array.from({ length: DIMS.C }, (_, channel) => {
    const grid = {
      x: LEFT + channel * (DIMS.W * CELL + 14),
      y: top,
      rows: DIMS.H,
      columns: DIMS.W,
      width: CELL,
      height: CELL,
    };
    return html`${plane(grid, places('x'), channel)}${text(grid.x + (DIMS.W * CELL) / 2, top + DIMS.H * CELL + 18, `channel ${channel}`, 'small middle')}`;
  });
  const tapTop = top;
  const right = tapsAt(WIDTH - LEFT - 3 * DIMS.K * 12 - 16, tapTop, DIMS, 12, 8);

  // y in memory, as far as the workgroup writes it.
  const outputs = companyOf(mapping, writer).filter(({ tensor, access }) => tensor === 'y' && access === 'write');
  const [from, to] = extent(outputs.map(({ index }) => index));
  const row = mapping.coordinates('y', from)![1]!;
  const strip = top + HIGH + 52;
  const pixels = Math.ceil((to - from + 1) / DIMS.K);
  const across = (WIDTH - 2 * LEFT - (pixels - 1) * 6) / (pixels * DIMS.K);
  const own = both((one) => one.writes('y')[0]!.index);
  const y = Array.from({ length: pixels }, (_, pixel) => {
    const grid = {
      x: LEFT + pixel * (DIMS.K * across + 6),
      y: strip,
      rows: 1,
      columns: DIMS.K,
      width: across,
      height: 24,
    };
    const cells = (indices: readonly number[]) =>
      indices.flatMap((index) =>
        Math.floor((index - from) / DIMS.K) === pixel ? [[0, (index - from) % DIMS.K] as const] : [],
      );
    const company = outputs.map(({ index }) => index).filter((index) => index !== own.first && index !== own.second);
    const touched = { company: cells(company), first: cells([own.first]), second: cells([own.second]) };
    return html`${drawGrid(grid, touched)}${text(grid.x + (DIMS.K * across) / 2, strip + 42, `pixel ${pixel}`, 'small middle')}`;
  });

  return framed({
    title: `naive: ${conv3x3Forward.variants.naive!.idea}`,
    description: facts.join(' '),
    height: strip + 112,
    body: [
      ...drawn,
      text(LEFT, top - 12, `x: ${DIMS.H} rows, ${DIMS.W} columns, ${DIMS.C} channels`),
      ...planes,
      text(right[0]!.x, top - 12, `w: 3x3 taps of ${DIMS.C} channels by ${DIMS.K}`),
      ...taps(right, places('w')),
      text(
        LEFT,
        strip - 12,
        `y in memory, outputs ${from} to ${to}: row ${row}, the ${DIMS.K} channels of a pixel side by side`,
      ),
      ...y,
      ...lines(LEFT, strip + 74, facts, 'ink'),
    ],
  });
}
