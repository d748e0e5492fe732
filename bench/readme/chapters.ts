// The figures of the tutorial's chapters: tables of the variants that a chapter tells of, between comments that name them.
import { readdirSync } from 'node:fs';
import { VggpuError } from '../../src/errors.js';
import type { Report, Row } from '../report.js';
import { formatMs } from '../table.js';
import { formatRatio } from './figures.js';
import { nameOfAdapter } from './table.js';

/** A variant of an op, as `conv3x3/forward/naive` says it. */
export interface VariantName {
  readonly op: string;
  readonly variant: string;
}

/** Variants side by side on one case: of a layer, the one of the smallest batch. */
export interface Block {
  /** How the case's shape begins: 'conv3_2', '4096^3'. */
  readonly layer: string;
  readonly variants: readonly VariantName[];
}

const BLOCK = /(<!-- bench: (.+?) -->\n)[\s\S]*?(<!-- \/bench -->)/g;
const MARKER = /<!-- bench: .+? -->|<!-- \/bench -->/g;

/** File names of the tutorial's chapters, in their order. */
export function chaptersOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d+-.*\.md$/.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

/** What the comments of a chapter ask for. @throws VggpuError 'usage' where one is not understood or has no end */
export function blocksOf(chapter: string): Block[] {
  const blocks = Array.from(chapter.matchAll(BLOCK), ([, , asked]) => blockFrom(asked!));
  const markers = chapter.match(MARKER)?.length ?? 0;
  if (markers !== 2 * blocks.length) {
    throw new VggpuError(
      'usage',
      `A chapter has ${markers} comments about the bench: <!-- /bench --> ends each of them.`,
    );
  }
  return blocks;
}

/** 'conv3_2 conv3x3/forward/naive conv3x3/forward/vec4' */
function blockFrom(asked: string): Block {
  const [layer = '', ...names] = asked.split(' ');
  const variants = names.map((name) => {
    const end = name.lastIndexOf('/');
    return { op: name.slice(0, end), variant: name.slice(end + 1) };
  });
  if (variants.length === 0 || variants.some(({ op, variant }) => !op.includes('/') || variant === '')) {
    throw new VggpuError(
      'usage',
      `<!-- bench: ${asked} --> should be <!-- bench: LAYER OP/VARIANT OP/VARIANT ... -->.`,
    );
  }
  return { layer, variants };
}

/** The chapter with its figures filled in. */
export function withFigures(chapter: string, reports: readonly Report[]): string {
  blocksOf(chapter);
  return chapter.replaceAll(BLOCK, (_, begin: string, asked: string, end: string) => {
    return `${begin}\n${chapterTable(blockFrom(asked), reports)}\n\n${end}`;
  });
}

/** A line for each variant on each adapter that ran any of them; where none did, a line for each variant all the same. */
export function chapterTable({ layer, variants }: Block, reports: readonly Report[]): string {
  const several = new Set(variants.map(({ op }) => op)).size > 1;
  const nameOf = ({ op, variant }: VariantName) => (several ? `${op}/${variant}` : variant);
  const found = reports
    .map((report) => ({
      adapter: nameOfAdapter(report),
      rows: variants.map((variant) => rowFor(report, layer, variant)),
    }))
    .filter(({ rows }) => rows.some((row) => row !== undefined));
  const adapters = found.length > 0 ? found : [{ adapter: 'any adapter', rows: variants.map(() => undefined) }];
  const shape = found.flatMap(({ rows }) => rows.flatMap((row) => row?.shape ?? []))[0] ?? layer;
  const head = [
    several ? shape : `${variants[0]!.op}, ${shape}`,
    'on',
    'time',
    'GFLOP/s',
    'of the ceiling',
    'as fast as the one before',
  ];
  const lines = adapters.flatMap(({ adapter, rows }) =>
    rows.map((row, i) => [nameOf(variants[i]!), adapter, ...cellsOf(row, rows[i - 1])]),
  );
  const columns = variants.length > 1 ? head.length : head.length - 1; // a variant alone has none before it
  const line = (cells: readonly string[]) => `| ${cells.slice(0, columns).join(' | ')} |`;
  return [line(head), `|---|---|${'--:|'.repeat(columns - 2)}`, ...lines.map(line)].join('\n');
}

/** The measured row of a variant, of the smallest batch in which the layer was measured. */
function rowFor(
  { rows }: Report,
  layer: string,
  { op, variant }: VariantName,
): (Row & { medianMs: number }) | undefined {
  const measured = (row: Row): row is Row & { medianMs: number } => row.medianMs !== null && row.error === undefined;
  return rows
    .filter((row) => row.op === op && row.variant === variant && row.shape.split(' ')[0] === layer)
    .filter(measured)
    .sort((a, b) => batchOf(a) - batchOf(b))[0];
}

/** Of 'conv3_2 8x56x56x256 -> 256': 8; of other shapes 0. */
const batchOf = ({ shape }: Row): number => Number(/ (\d+)x/.exec(shape)?.[1] ?? 0);

function cellsOf(row: (Row & { medianMs: number }) | undefined, before: Row | undefined): string[] {
  if (!row) return ['not measured', '', '', ''];
  const comparable = before?.medianMs != null && before.shape === row.shape;
  return [
    formatMs(row.medianMs),
    row.gflops === null ? '' : row.gflops.toLocaleString('en-US', { maximumFractionDigits: row.gflops < 10 ? 1 : 0 }),
    row.share === null ? '' : `${(100 * row.share).toFixed(row.share < 0.1 ? 1 : 0)} %`,
    comparable ? `**${formatRatio(before.medianMs! / row.medianMs)}**` : '',
  ];
}
