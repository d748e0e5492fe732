// The README's table of figures, between two comments that stay.
import { VggpuError } from '../../src/errors.js';
import type { Report } from '../report.js';
import { linesOf } from './figures.js';

const BEGIN = '<!-- bench: written by npm run bench:readme -->';
const END = '<!-- /bench -->';

/** Puts text in the place of what is between the markers. @throws VggpuError 'usage' where they are missing */
export function betweenMarkers(readme: string, text: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new VggpuError('usage', `README.md lacks the lines ${BEGIN} and ${END}.`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${text}\n${readme.slice(end)}`;
}

/** @param chart path of the chart, from the README's folder */
export function readmeTable(reports: readonly Report[], chart: string): string {
  const columns = reports.map((report) => nameOfAdapter(report));
  return [
    '',
    `| float32 unless it says float16 | ${columns.join(' | ')} |`,
    `|---|${reports.map(() => '---|').join('')}`,
    ...linesOf(reports).map(({ work, cells }) => `| ${work} | ${cells.join(' | ')} |`),
    '',
    `Times are medians; in bold, how many times as fast as ${rivalOf(reports)} on the same device in the same process.`,
    ...reports.map(provenance),
    '',
    `![How many times as fast as TensorFlow.js](${chart})`,
    '',
  ].join('\n');
}

/** 'lavapipe', 'SwiftShader', or a GPU by its own name. */
export function nameOfAdapter({ adapter }: Pick<Report, 'adapter'>): string {
  if (/llvmpipe/i.test(adapter)) return 'lavapipe';
  if (/swiftshader/i.test(adapter)) return 'SwiftShader';
  return adapter
    .replaceAll(/[-_]+/g, ' ')
    .replaceAll(/\b(nvidia|amd)\b/gi, (name) => name.toUpperCase())
    .replaceAll(/\b(h\d+|rtx|gtx)\b/gi, (name) => name.toUpperCase());
}

function rivalOf(reports: readonly Report[]): string {
  const versions = new Set(reports.flatMap(({ versions }) => versions.tensorflow ?? []));
  return `TensorFlow.js ${[...versions].join(' and ')}'s WebGPU backend`;
}

function provenance(report: Report): string {
  const { driver, date, commit, ceilings } = report;
  const ceiling = `${ceilings.fma.toFixed(0)} GFLOP/s, ${ceilings.copy.toFixed(0)} GB/s`;
  return `${nameOfAdapter(report)}: ${driver}, ${date.slice(0, 10)}, commit ${commit ?? 'unknown'}; ceilings ${ceiling}.`;
}
