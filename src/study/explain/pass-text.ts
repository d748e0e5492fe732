// One pass of a variant in lines: what its shader says of itself, and its example.
import type { Layout } from '../layout.js';
import { drawSpread, drawWorkgroup } from './drawing.js';
import type { Example, Touched } from './example.js';
import type { ExplainedPass } from './explanation.js';
import { duration } from './speed-text.js';
import { wrapped } from './wrapped.js';

/** @param title how the name of the pass is set off */
export function passLines(pass: ExplainedPass, prefix: string, title: (text: string) => string): string[] {
  const { shader, formula, layouts, grid, workgroup, header, example, seconds, text } = pass;
  const invocations = workgroup.reduce((a, b) => a * b);
  const groups = grid.reduce((a, b) => a * b);
  const took = seconds === undefined ? '' : `, ${duration(seconds)}`;
  return [
    title(`${prefix}shaders/${shader}${took}`),
    ...formula,
    '',
    ...Object.entries(layouts).map(([name, layout]) => `  ${name.padEnd(8)} ${layoutText(layout)}`),
    `  grid     ${grid.join(' x ')} workgroups of ${workgroup.join(' x ')}: ${groups * invocations} invocations`,
    ...Object.entries(header).flatMap(([word, part]) => wrapped(part, `  ${word.padEnd(9)}`)),
    ...(example ? ['', ...exampleLines(example, layouts, text)] : []),
  ];
}

const layoutText = ({ names, sizes }: Layout) =>
  `(${names.map((name, i) => (name === String(sizes[i]) ? name : `${name}=${sizes[i]}`)).join(', ')})`;
const at = (coordinates: readonly number[] | undefined, index: number) =>
  coordinates ? `[${coordinates.join(', ')}]` : `[${index}]`;

function exampleLines(example: Example, layouts: Readonly<Record<string, Layout>>, shader: string): string[] {
  const { tensor, element, coordinates, writer, local, workgroup, invocations, touched, steps } = example;
  const lines = [
    `  Example: ${tensor}${at(coordinates, element)} is written in line ${writer.line} by invocation (${local.join(', ')}) of workgroup (${writer.workgroup.join(', ')}),`,
    `  which runs through ${steps} lines, and`,
    ...touched.map((own) => `    ${touchedText(own)}`),
    ...handedText(shader),
    '',
    `  The ${invocations} invocations of its workgroup:`,
    ...drawWorkgroup(invocations, workgroup[1] > 1 ? workgroup[0] : 1, writer.invocation, touched).map(
      (line) => `    ${line}`,
    ),
  ];
  for (const own of touched) {
    const { spread } = own;
    if (own.access !== 'read' || !spread || spread.cells.length < 2) continue;
    const { lines: drawn, rows, columns } = drawSpread(spread);
    const names = layouts[own.name]?.names ?? [];
    const [down, across] = spread.axes.map((axis) => axisName(names, axis));
    const full = drawn.length > 8 && drawn.every((line) => !line.includes('·'));
    const plane = `  Of ${own.name} it reads: ${down} ${rows} down, ${across} ${columns} across`;
    lines.push('', full ? `${plane}, all of them` : plane, ...(full ? [] : drawn.map((line) => `    ${line}`)));
  }
  return lines;
}

function touchedText({
  name,
  access,
  workgroupMemory,
  accesses,
  elements,
  first,
  last,
  firstIndex,
  sharers,
  filledBy,
}: Touched): string {
  const verb = access === 'read' ? 'reads ' : 'writes';
  const what = workgroupMemory ? `${name} in workgroup memory` : name;
  const times = accesses === 1 ? 'once' : `${accesses} times`;
  const which =
    elements === 1
      ? `the element ${at(first, firstIndex)}`
      : `${elements} elements${first && last ? `, ${at(first, 0)} to ${at(last, 0)}` : ''}`;
  const shared = access === 'read' && !workgroupMemory ? `; ${sharers.length} others read its first one too` : '';
  const from = filledBy && filledBy.sources.length > 0 ? ` from ${filledBy.sources.slice(0, 4).join(', ')}` : '';
  const filled = filledBy ? `; invocation ${filledBy.invocation} put the first there${from}` : '';
  return `${verb} ${what} ${times}: ${which}${shared}${filled}`;
}

/** What an axis is called; one that a header gives as a number only, by its place. */
const axisName = (names: readonly string[], axis: number): string => {
  const name = names[axis];
  return name === undefined || /^\d/.test(name) ? `axis ${axis}` : name;
};

/** Values that come from other invocations' registers are no accesses, so they are told of in words. */
function handedText(shader: string): string[] {
  const [operation] = /\bsubgroup(Broadcast|Shuffle)\w*|\bquad\w+(?=\()/.exec(shader.replaceAll(/\/\/.*/g, '')) ?? [];
  return operation ? [`    gets     from its neighbours what they read (${operation})`] : [];
}
