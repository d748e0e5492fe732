// An explanation as lines for the terminal.
import { roofAt } from '../ceilings.js';
import { highlight, type WgslStyle } from '../highlight.js';
import type { Layout } from '../layout.js';
import { drawRoofline, drawSpread, drawWorkgroup } from './drawing.js';
import type { Example, Touched } from './example.js';
import type { ExplainedPass, Explanation, Neighbour } from './explanation.js';

/** How text is set off; each gives its text unchanged where there are no colours. */
export interface Paint {
  readonly title: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly code: Readonly<Record<WgslStyle, (text: string) => string>>;
}

export function explanationLines(explanation: Explanation, paint: Paint, code: boolean): string[] {
  const { kernel, variant, idea, dims, passes, runs, chosen } = explanation;
  const several = passes.length > 1;
  const title = `${kernel}/${variant}`;
  const lines = [
    paint.title(title),
    idea,
    `at ${Object.entries(dims)
      .map(([name, size]) => `${name}=${size}`)
      .join(' ')}`,
    ...(runs ? [] : ['This adapter cannot run it at this shape, so nothing was measured.']),
    ...(runs && !chosen ? ['Left to itself, this adapter runs another variant at this shape.'] : []),
    '',
    ...speedLines(explanation, paint),
  ];
  passes.forEach((pass, i) => {
    lines.push('', ...passLines(pass, several ? `Pass ${i + 1} of ${passes.length}: ` : '', paint, code));
  });
  return lines;
}

/** `12.3 GFLOP`, `1.05 MB`, `0.9 TFLOP/s`. */
export function amount(value: number, unit: string): string {
  const steps = ['', 'k', 'M', 'G', 'T', 'P'];
  const step = value > 0 ? Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3))) : 0;
  return `${Number((value / 1000 ** step).toPrecision(3))} ${steps[step]}${unit}`;
}

export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  return seconds >= 1e-3
    ? `${Number((seconds * 1e3).toPrecision(3))} ms`
    : `${Number((seconds * 1e6).toPrecision(3))} µs`;
}

function speedLines(explanation: Explanation, paint: Paint): string[] {
  const { flops, bytes, seconds, ceilings } = explanation;
  const intensity = flops / bytes;
  const lines = [
    `Work      ${amount(flops, 'FLOP')}, ${amount(bytes, 'B')} if every operand moves once: ${Number(intensity.toPrecision(3))} flop/byte`,
  ];
  if (ceilings) {
    const roof = roofAt(ceilings, intensity);
    const { flopsPerSecond, bytesPerSecond } = ceilings;
    lines.push(
      `Ceilings  ${amount(flopsPerSecond, 'FLOP/s')} of multiply-adds, ${amount(bytesPerSecond, 'B/s')} of a copy, measured here`,
    );
    if (flops > 0)
      lines.push(`Roof      ${amount(roof.flopsPerSecond, 'FLOP/s')} at this intensity: ${roof.bound}-bound`);
  }
  if (seconds !== undefined) {
    lines.push(
      `Measured  ${duration(seconds)}: ${flops > 0 ? `${amount(flops / seconds, 'FLOP/s')}, ` : ''}${amount(bytes / seconds, 'B/s')}${shareText(explanation)}`,
    );
  }
  lines.push(
    ...neighbourLines('Previous', explanation.previous, seconds),
    ...neighbourLines('Next', explanation.next, seconds),
  );
  if (ceilings && seconds !== undefined && flops > 0) {
    lines.push(
      '',
      ...drawRoofline(ceilings, { intensity, flopsPerSecond: flops / seconds }).map((line) => `  ${paint.dim(line)}`),
    );
  }
  return lines;
}

/** Winograd makes fewer products than the formula counts, so it may come out above the roof. */
function shareText({ flops, bytes, seconds, ceilings }: Explanation): string {
  if (!ceilings || seconds === undefined) return '';
  const roof = roofAt(ceilings, flops / bytes);
  const share = flops > 0 ? flops / seconds / roof.flopsPerSecond : bytes / seconds / ceilings.bytesPerSecond;
  const above = share > 1 ? ', more than the formula’s own operations allow: it makes fewer' : '';
  return `; ${Math.round(100 * share)}% of the roof${above}`;
}

function neighbourLines(label: string, neighbour: Neighbour | undefined, own: number | undefined): string[] {
  if (!neighbour) return [];
  const { variant, idea, before, seconds } = neighbour;
  const ratio = seconds !== undefined && own !== undefined ? own / seconds : undefined;
  const compared =
    ratio === undefined
      ? seconds === undefined
        ? 'not measured here'
        : duration(seconds)
      : `${duration(seconds!)} here, ${ratio >= 1 ? `${ratio.toFixed(2)} times as fast` : `${(1 / ratio).toFixed(2)} times as slow`}`;
  const changes = label === 'Next' && before ? [`          ${before}`] : [];
  return [`${label.padEnd(9)} ${variant}: ${idea} (${compared})`, ...changes];
}

function passLines(pass: ExplainedPass, prefix: string, paint: Paint, code: boolean): string[] {
  const { shader, formula, layouts, grid, workgroup, header, example, seconds, text } = pass;
  const invocations = workgroup.reduce((a, b) => a * b);
  const groups = grid.reduce((a, b) => a * b);
  const took = seconds === undefined ? '' : `, ${duration(seconds)}`;
  return [
    paint.title(`${prefix}shaders/${shader}${took}`),
    ...formula,
    '',
    ...Object.entries(layouts).map(([name, layout]) => `  ${name.padEnd(8)} ${layoutText(layout)}`),
    `  grid     ${grid.join(' x ')} workgroups of ${workgroup.join(' x ')}: ${groups * invocations} invocations`,
    ...Object.entries(header).map(([word, part]) => `  ${word.padEnd(8)} ${part}`),
    ...(example ? ['', ...exampleLines(example, layouts)] : []),
    ...(code ? ['', ...codeLines(text, paint)] : []),
  ];
}

const layoutText = ({ names, sizes }: Layout) =>
  `(${names.map((name, i) => (name === String(sizes[i]) ? name : `${name}=${sizes[i]}`)).join(', ')})`;
const at = (coordinates: readonly number[] | undefined, index: number) =>
  coordinates ? `[${coordinates.join(', ')}]` : `[${index}]`;

function exampleLines(example: Example, layouts: Readonly<Record<string, Layout>>): string[] {
  const { tensor, element, coordinates, writer, local, workgroup, invocations, touched, steps } = example;
  const lines = [
    `  Example: ${tensor}${at(coordinates, element)} is written in line ${writer.line} by invocation (${local.join(', ')}) of workgroup (${writer.workgroup.join(', ')}),`,
    `  which runs through ${steps} lines, and`,
    ...touched.map((own) => `    ${touchedText(own)}`),
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
    lines.push(
      '',
      `  Of ${own.name} it reads: ${names[spread.axes[0]] ?? 'rows'} ${rows} down, ${names[spread.axes[1]] ?? 'columns'} ${columns} across`,
    );
    lines.push(...drawn.map((line) => `    ${line}`));
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
}: Touched): string {
  const verb = access === 'read' ? 'reads ' : 'writes';
  const what = workgroupMemory ? `${name} in workgroup memory` : name;
  const times = accesses === 1 ? 'once' : `${accesses} times`;
  const which =
    elements === 1
      ? `the element ${at(first, firstIndex)}`
      : `${elements} elements${first && last ? `, ${at(first, 0)} to ${at(last, 0)}` : ''}`;
  const shared = access === 'read' && !workgroupMemory ? `; ${sharers.length} others read its first one too` : '';
  return `${verb} ${what} ${times}: ${which}${shared}`;
}

/** The shader with numbered lines. */
function codeLines(text: string, paint: Paint): string[] {
  const coloured = highlight(text).map(({ style, text: piece }) =>
    piece
      .split('\n')
      .map((part) => (part === '' ? '' : paint.code[style](part)))
      .join('\n'),
  );
  const lines = coloured.join('').split('\n');
  const width = String(lines.length).length;
  return lines.map((line, i) => `${paint.dim(String(i + 1).padStart(width))}  ${line}`.trimEnd());
}
