// Chapter 4: one step of a workgroup: what an invocation brings to workgroup memory, what it uses of what all have brought, what it makes.
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import type { FollowedAccess } from '../../src/study/mapping.js';
import { arrow, framed, LEFT, legend, lines, text } from './frame.js';
import { drawGrid, extent, type Grid } from './grid.js';
import { type Brought, firstStep } from './shared-step.js';
import { companyOf, study, writerAt } from './study.js';

/** Two workgroups, and no tap outside the picture: who reads zeros there reads nothing. */
const DIMS = { N: 1, H: 18, W: 18, C: 16, K: 64, pad: 0, relu: 1 };
const VECTOR = 4; // numbers in a cell of the tiles

export function drawSharedTile(): string {
  const mapping = study(conv3x3Forward, 'tiled', DIMS);
  const writer = writerAt(mapping, 'y', [0, 2, 8, 28]);
  const company = companyOf(mapping, writer);
  const step = firstStep(company);
  const placeOf = ({ source }: Brought) => mapping.coordinates(source.tensor!, source.index)!;
  const of = (tensor: string) => step.brought.filter(({ source }) => source.tensor === tensor);
  const pixelOf = (place: readonly number[]) => place[1]! * DIMS.W + place[2]!;
  const pixels = [...new Set(of('x').map((piece) => pixelOf(placeOf(piece))))].sort((a, b) => a - b);
  const rowOf = new Map(pixels.map((pixel, row) => [pixel, row]));
  /** Where a piece lies in its tile: pixels of x or channels of w down, vectors of channels across. */
  const cellOf = (piece: Brought): readonly [number, number] => {
    const place = placeOf(piece);
    if (piece.source.tensor === 'w') return [place[2]!, place[3]! / VECTOR];
    return [rowOf.get(pixelOf(place))!, place[3]! / VECTOR];
  };
  const own = writer.invocation;
  const used = step.used.filter(({ invocation }) => invocation === own).map(({ brought }) => brought);
  const sixteen = Math.floor(own / 16) * 16;
  const beside = ({ invocation }: Brought) => invocation !== own && invocation >= sixteen && invocation < sixteen + 16;
  const pieces = (tensor: string) => ({
    company: of(tensor).filter(beside),
    first: of(tensor).filter(({ invocation }) => invocation === own),
    second: used.filter(({ source }) => source.tensor === tensor),
  });
  const cells = (tensor: string, cell: (piece: Brought) => readonly [number, number]) =>
    Object.fromEntries(Object.entries(pieces(tensor)).map(([colour, list]) => [colour, list.map(cell)]));

  // y as the invocations make it: a cell is what one of them makes.
  const rowsAndChannels = ({ index }: FollowedAccess) => {
    const [, p, q, k] = mapping.coordinates('y', index)! as [number, number, number, number];
    return [p * (DIMS.W - 2) + q, k] as const;
  };
  const writes = company.filter(({ tensor, access }) => tensor === 'y' && access === 'write');
  const [, lastRow] = extent(writes.map((write) => rowsAndChannels(write)[0]));
  const [, lastChannel] = extent(writes.map((write) => rowsAndChannels(write)[1] + write.count - 1));
  const outputs = writes.filter(({ invocation }) => invocation === own);
  const [tall, wide] = [outputs.length, outputs[0]!.count];
  const [[top], [start]] = [0, 1].map((axis) => extent(outputs.map((write) => rowsAndChannels(write)[axis]!))) as [
    [number, number],
    [number, number],
  ];

  const { drawn, bottom } = legend(66, [
    [['first'], `invocation ${own} brings`],
    [['company'], `${sixteen} to ${sixteen + 15} bring`],
    [['second'], `${own} uses`],
    [['third'], `${own} makes`],
  ]);
  const tileW: Grid = {
    x: 342,
    y: bottom + 50,
    rows: DIMS.C,
    columns: (lastChannel + 1) / VECTOR,
    width: 24,
    height: 6,
    gap: 0.8,
  };
  const row = 2.6; // a pixel
  const y: Grid = {
    ...{ x: tileW.x, y: tileW.y + tileW.rows * tileW.height + 40, rows: (lastRow + 1) / tall, height: tall * row },
    ...{ columns: (lastChannel + 1) / wide, width: (wide / VECTOR) * tileW.width },
  };
  const tileX: Grid = {
    ...{ x: 248, y: y.y, rows: lastRow + 1, columns: DIMS.C / VECTOR, width: 18, height: row, band: tall },
  };
  const x: Grid = { x: LEFT, y: y.y, rows: DIMS.H, columns: DIMS.W, width: 10.5, height: 10.5 };

  const users = (tensor: string) => {
    const counts = new Map<Brought, Set<number>>();
    for (const { brought, invocation } of step.used) {
      if (brought.source.tensor === tensor) counts.set(brought, (counts.get(brought) ?? new Set()).add(invocation));
    }
    return Math.max(...Array.from(counts.values(), ({ size }) => size));
  };
  const together = (tensor: string) => {
    const rows = pieces(tensor).first.map((piece) => cellOf(piece)[0]);
    return of(tensor).filter((piece) => cellOf(piece)[0] === rows[0]).length;
  };
  const each = (tensor: string) => of(tensor).filter(({ invocation }) => invocation === own).length;
  const others = new Set(used.map(({ invocation }) => invocation).filter((invocation) => invocation !== own)).size;
  const facts = [
    `Each of ${new Set(step.brought.map(({ invocation }) => invocation)).size} invocations brings ${each('x')} vectors of x and ${each('w')} of w, then uses ${used.length} of them.`,
    `What invocation ${own} uses, ${others} others brought. A number of x is used by ${users('x')}`,
    `invocations, one of w by ${users('w')}: in a step each comes from storage once.`,
  ];
  return framed({
    title: 'tiled: one brings, another uses',
    description: `${conv3x3Forward.variants.tiled!.idea}. ${facts.join(' ')}`,
    height: y.y + y.rows * y.height + 106,
    body: [
      ...drawn,
      ...lines(LEFT, tileW.y + 12, [
        'One step of nine: a tap,',
        `${DIMS.C} channels, ${pixels.length} pixels.`,
        `A cell is ${VECTOR} channels.`,
      ]),
      text(tileW.x, tileW.y - 10, 'tile of w, in workgroup memory'),
      drawGrid(tileW, cells('w', cellOf)),
      text(x.x, x.y - 10, 'x, in storage'),
      drawGrid(
        x,
        cells('x', (piece) => [placeOf(piece)[1]!, placeOf(piece)[2]!]),
      ),
      ...lines(x.x, x.y + x.rows * x.height + 34, [
        `${together('x')} invocations in a row`,
        `bring a pixel of x,`,
        `${together('w')} a row of w: side`,
        'by side in storage.',
      ]),
      arrow(x.x + x.columns * x.width + 5, x.y + 60, tileX.x - 4, x.y + 60),
      text(tileX.x, tileX.y - 10, 'tile of x'),
      drawGrid(tileX, cells('x', cellOf)),
      text(y.x, y.y - 10, `y: ${lastRow + 1} pixels by ${lastChannel + 1} channels, ${tall} by ${wide} a cell`),
      drawGrid(y, { third: [[top / tall, start / wide]] }),
      ...lines(LEFT, y.y + y.rows * y.height + 34, facts, 'ink'),
    ],
  });
}
