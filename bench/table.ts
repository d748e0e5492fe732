// The rows of a case as lines for the terminal.
import { nameOf } from './case.js';
import type { Peer, Row } from './report.js';

/** `0.12 ms`, `12.3 ms`, `1,234 ms`. */
export function formatMs(milliseconds: number | null): string {
  if (milliseconds === null) return '-';
  const digits = milliseconds < 1 ? 3 : milliseconds < 100 ? 2 : 0;
  return `${milliseconds.toFixed(digits).replace(/\B(?=(\d{3})+$)/, milliseconds >= 1000 ? ',' : '')} ms`;
}

/** The variants of one case, what the engine chooses marked, and its peers. */
export function caseLines(rows: readonly Row[]): string[] {
  const [first] = rows;
  if (!first) return [];
  const cells = [
    ['', 'time', 'spread', 'GPU clock', 'GFLOP/s', 'GB/s', 'share', ...first.peers.map((_, i) => `to [${i + 1}]`)],
    ...rows.map(rowCells),
    ...first.peers.flatMap((peer, i) => (peer.error === undefined ? [peerCells(peer, i + 1)] : [])),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return [
    nameOf(first) + (first.picturesPerSecond ? ` (${pictures(rows)})` : ''),
    ...cells.map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    ),
    ...rows.filter(({ error }) => error !== undefined).map(({ variant, error }) => `  ${variant}: ${error}`),
    ...first.peers.flatMap(({ name, error }, i) => (error === undefined ? [] : [`  [${i + 1}] ${name}: ${error}`])),
  ];
}

const percent = (share: number | null | undefined) => (share == null ? '-' : `${(100 * share).toFixed(0)} %`);
const fixed = (value: number | null, digits: number) => value?.toFixed(digits) ?? '-';

function rowCells(row: Row): string[] {
  return [
    `${row.chosen ? '*' : ' '} ${row.variant}${row.precision === 'f16' ? ' (f16)' : ''}`,
    row.error === undefined ? formatMs(row.medianMs) : 'WRONG',
    percent(row.spread),
    formatMs(row.kernelMs ?? null),
    fixed(row.gflops, 1),
    fixed(row.gbps, 2),
    percent(row.share),
    ...row.peers.map(({ ratio }) => (ratio === null ? '-' : `${ratio.toFixed(2)}x`)),
  ];
}

function peerCells({ name, medianMs, spread, kernelMs }: Peer, number: number): string[] {
  return [`  [${number}] ${name}`, formatMs(medianMs), percent(spread), formatMs(kernelMs ?? null)];
}

function pictures(rows: readonly Row[]): string {
  const each = rows.map(({ variant, picturesPerSecond }) => `${variant} ${(picturesPerSecond ?? 0).toFixed(1)}`);
  return `pictures a second: ${each.join(', ')}`;
}
