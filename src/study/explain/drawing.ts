// Small drawings in characters: a workgroup with who shares what, and the cells of a tensor that one invocation touches.
import type { Spread, Touched } from './example.js';

const WIDEST = 64;
const TALLEST = 20;

/** The invocations of a workgroup, `WIDEST` a line: `#` the example's, a letter for each tensor whose first read they share. */
export function drawWorkgroup(invocations: number, width: number, own: number, touched: readonly Touched[]): string[] {
  const reads = touched.filter(({ access, workgroupMemory }) => access === 'read' && !workgroupMemory);
  const letters = lettersFor(reads.map(({ name }) => name));
  const across = width > 1 ? width : Math.min(WIDEST, invocations);
  const cells = Array.from({ length: invocations }, (_, invocation) => {
    if (invocation === own) return '#';
    const shared = reads.flatMap(({ sharers, name }) => (sharers.includes(invocation) ? [letters.get(name)!] : []));
    return shared.length > 1 ? '*' : (shared[0] ?? '·');
  });
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += across) rows.push(cells.slice(at, at + across).join(''));
  const shown = new Set(cells);
  const legend = reads.flatMap(({ name }) =>
    shown.has(letters.get(name)!) ? [`${letters.get(name)} begins with the same of ${name}`] : [],
  );
  return [...rows, ['# this one', ...legend, ...(shown.has('*') ? ['* with the same of several'] : [])].join(', ')];
}

/** A letter each, of the name where it is free. */
function lettersFor(names: readonly string[]): Map<string, string> {
  const letters = new Map<string, string>();
  for (const name of names) {
    const free = [...name, ...'abcdefgh'].find((letter) => ![...letters.values()].includes(letter));
    letters.set(name, free ?? '+');
  }
  return letters;
}

/** The plane of the two axes along which it spreads, as far as it is touched: `#` cells, several to a character where they are many. */
export function drawSpread({ cells }: Spread): {
  readonly lines: string[];
  readonly rows: string;
  readonly columns: string;
} {
  const [top, bottom] = range(cells.map(([row]) => row));
  const [left, right] = range(cells.map(([, column]) => column));
  const down = Math.ceil((bottom - top + 1) / TALLEST);
  const across = Math.ceil((right - left + 1) / WIDEST);
  const marked = new Set(
    cells.map(([row, column]) => `${Math.floor((row - top) / down)} ${Math.floor((column - left) / across)}`),
  );
  const lines: string[] = [];
  for (let row = 0; row <= Math.floor((bottom - top) / down); row++) {
    let line = '';
    for (let column = 0; column <= Math.floor((right - left) / across); column++) {
      line += marked.has(`${row} ${column}`) ? '#' : '·';
    }
    lines.push(line);
  }
  const text = (from: number, to: number, step: number) =>
    `${from === to ? from : `${from}..${to}`}${step > 1 ? `, ${step} to a character` : ''}`;
  return { lines, rows: text(top, bottom, down), columns: text(left, right, across) };
}

function range(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** The roofline on logarithmic axes, with `o` where the work is and `/` and `-` the most that it could come to. @param label of the uppermost row */
export function drawRoofline(
  ceilings: { readonly flopsPerSecond: number; readonly bytesPerSecond: number },
  point: { readonly intensity: number; readonly flopsPerSecond: number },
  label: string,
): string[] {
  const margin = ' '.repeat(label.length + 1);
  const [width, height] = [56, 11];
  const ridge = ceilings.flopsPerSecond / ceilings.bytesPerSecond;
  const [low, high] = [
    Math.log10(Math.min(point.intensity, ridge)) - 1,
    Math.log10(Math.max(point.intensity, ridge)) + 0.7,
  ];
  const top = Math.log10(Math.max(ceilings.flopsPerSecond, point.flopsPerSecond));
  const bottom = Math.min(Math.log10(point.flopsPerSecond), top - 2) - 0.2;
  const cells = Array.from({ length: height }, () => Array<string>(width).fill(' '));
  const rowOf = (value: number) => Math.round(((top - Math.log10(value)) / (top - bottom)) * (height - 1));
  for (let column = 0; column < width; column++) {
    const intensity = 10 ** (low + ((high - low) * column) / (width - 1));
    const row = rowOf(Math.min(ceilings.flopsPerSecond, intensity * ceilings.bytesPerSecond));
    const line = cells[row];
    if (line) line[column] = intensity < ridge ? '/' : '-';
  }
  const column = Math.round(((Math.log10(point.intensity) - low) / (high - low)) * (width - 1));
  const line = cells[Math.min(height - 1, Math.max(0, rowOf(point.flopsPerSecond)))];
  if (line) line[column] = 'o';
  return [
    ...cells.map((row, i) => `${(i === 0 ? label : '').padStart(label.length)} │${row.join('')}`),
    `${margin}└${'─'.repeat(width)}`,
    `${margin} ${rounded(10 ** low)}${`${rounded(10 ** high)} flop/byte`.padStart(width - rounded(10 ** low).length)}`,
  ];
}

const rounded = (value: number) => String(Number(value.toPrecision(2)));
