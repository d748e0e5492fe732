// The README's table and chart: made from reports alone, to the same bytes each time.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../bench/project.js';
import { barChart } from '../../bench/readme/chart.js';
import { readReports } from '../../bench/readme/reports.js';
import { betweenMarkers, readmeTable } from '../../bench/readme/table.js';
import type { Report } from '../../bench/report.js';
import { temporaryFolder } from '../temporary-folder.js';
import { peerOf, reportOf, rowOf } from './reports.js';

const folder = temporaryFolder();

const matmul = (own: number, theirs: number | null) => rowOf('matmul/nn', '1024^3', own, [peerOf(theirs, own)]);
const lavapipe = reportOf([
  matmul(20, 200),
  rowOf('job/vgg16_forward', 'batch 1', 700, [peerOf(null, 700)]),
  rowOf('job/vgg16_forward', 'batch 16', 9000, [], { picturesPerSecond: 1.78 }),
]);
const gpu = reportOf([matmul(0.05, 0.1)], { adapter: 'nvidia-h200', driver: 'NVIDIA 550', kind: 'gpu' });

function folderOf(name: string, files: Readonly<Record<string, unknown>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), JSON.stringify(content));
  return path;
}

describe('reports of a folder', () => {
  it('are one an adapter, GPUs first, later rows in the place of earlier ones', () => {
    const later: Report = { ...reportOf([matmul(10, 200)]), date: '2026-02-01T00:00:00.000Z' };
    const reports = readReports(folderOf('several', { 'a.json': later, 'b.json': lavapipe, 'c.json': gpu }));
    expect(reports.map(({ adapter }) => adapter)).toEqual(['nvidia-h200', 'llvmpipe-llvm-15']);
    expect(reports[1]!.rows.map(({ shape, medianMs }) => [shape, medianMs])).toEqual([
      ['batch 1', 700],
      ['batch 16', 9000],
      ['1024^3', 10],
    ]);
  });

  it('are refused by name where they are none', () => {
    expect(() => readReports(folderOf('empty', {}))).toThrow(/has no reports/);
    expect(() => readReports(folderOf('broken', { 'x.json': { ...gpu, rows: [{}] } }))).toThrow(
      /x\.json is no report of the bench: rows\.0\.op/,
    );
  });
});

describe('the table', () => {
  it('has a column an adapter and a line for what was measured', () => {
    const lines = readmeTable([gpu, lavapipe], 'docs/bench.svg').split('\n');
    expect(lines).toContain('| float32 unless it says float16 | NVIDIA H200 | lavapipe |');
    expect(lines).toContain('| matmul 1024^3 | 0.050 ms, **2.0x** | 20.00 ms, **10x** |');
    expect(lines).toContain('| VGG16 forward, one picture |  | 700 ms |');
    expect(lines).toContain('| VGG16 forward, batch 16 |  | 1.8 pictures/s |');
    expect(lines.some((line) => line.includes('conv3_2'))).toBe(false);
  });

  it('takes its place between the markers, again and again', () => {
    const table = readmeTable([gpu, lavapipe], 'docs/bench.svg');
    const empty = 'Before\n<!-- bench: written by npm run bench:readme -->\n<!-- /bench -->\nafter\n';
    const once = betweenMarkers(empty, table);
    expect(once).toContain(table);
    expect(once.startsWith('Before\n') && once.endsWith('\nafter\n')).toBe(true);
    expect(betweenMarkers(once, table)).toBe(once);
    expect(() => betweenMarkers('nothing', table)).toThrow(/lacks the lines/);
  });

  it("has its markers in this project's README", () => {
    expect(() => betweenMarkers(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'x')).not.toThrow();
  });
});

describe('the chart', () => {
  it('draws a bar for each ratio, to scale, and nothing for what has none', () => {
    const svg = barChart([gpu, lavapipe]);
    const widths = [...svg.matchAll(/<rect class="s(\d)" x="310" y="[\d.]+" width="([\d.]+)"/g)].map(([, s, w]) => [
      Number(s),
      Number(w),
    ]);
    expect(widths).toEqual([
      [0, 80],
      [1, 400],
    ]);
    expect(svg).toContain('>2.0x</text>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(barChart([gpu, lavapipe])).toBe(svg);
  });
});
