// What the README tells of each report: times and ratios of the work that people ask about, and pictures a second of whole jobs.
import { nameOf } from '../case.js';
import { compare, single, type Work } from '../ratios.js';
import type { Report, Row } from '../report.js';
import { formatMs } from '../table.js';
import { TARGETS } from '../targets.js';

/** Work that is held against TensorFlow.js. */
export const COMPARED: readonly Work[] = [
  ...TARGETS,
  single('VGG16 forward, one picture', 'job/vgg16_forward batch 1'),
];

/** Jobs that are reckoned in pictures a second: text, op, how its shape begins, precision. */
const JOBS = [
  ['VGG16 forward, batch 16', 'job/vgg16_forward', 'batch 16', 'f32'],
  ['VGG16 forward, batch 64', 'job/vgg16_forward', 'batch 64', 'f32'],
  ['VGG16 forward, batch 64, float16', 'job/vgg16_forward', 'batch 64', 'f16'],
  ['a training step of the whole VGG16', 'job/training_step', 'VGG16', 'f32'],
  ["a finetune's first epoch, from JPEG files", 'job/finetune_epoch', '', 'f32'],
] as const;

/** A line of the table: a cell for each report, empty where it was not measured. */
export interface Line {
  readonly work: string;
  readonly cells: readonly string[];
}

/** Lines that at least one report fills. */
export function linesOf(reports: readonly Report[]): Line[] {
  const lines = [
    ...COMPARED.map((work) => ({ work: work.work, cells: reports.map((report) => comparedCell(work, report)) })),
    ...JOBS.map(([work, op, shape, precision]) => ({
      work,
      cells: reports.map(({ rows }) => {
        const fits = (row: Row) => row.op === op && row.shape.startsWith(shape) && row.precision === precision;
        const speed = rows.find((row) => fits(row) && row.chosen)?.picturesPerSecond;
        return speed === undefined ? '' : `${speed.toFixed(speed < 100 ? 1 : 0)} pictures/s`;
      }),
    })),
  ];
  return lines.filter(({ cells }) => cells.some((cell) => cell !== ''));
}

/** '23.2 ms, 17x', or where TensorFlow.js has no time '23.2 ms'. */
function comparedCell(work: Work, report: Report): string {
  const found = compare(work, report);
  if (!('missing' in found)) return `${formatMs(found.own)}, **${formatRatio(found.ratio)}**`;
  const [only] = work.cases;
  const row = report.rows.find((one) => work.cases.length === 1 && nameOf(one) === only!.name && one.chosen);
  return row?.medianMs == null ? '' : formatMs(row.medianMs);
}

/** '17x', '3.4x'. */
export const formatRatio = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 1 : 0)}x`;
