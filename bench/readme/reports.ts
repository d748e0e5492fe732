// The reports that the README tells of: one an adapter, later rows in the place of earlier ones.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { VggpuError } from '../../src/errors.js';
import { type Report, type Row, reportSchema } from '../report.js';

/**
 * Reads every report of a folder; those of one adapter become one.
 * @returns GPUs first, then by name
 * @throws VggpuError 'usage' where there is none, or one is no report
 */
export function readReports(folder: string): Report[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (files.length === 0)
    throw new VggpuError('usage', `${folder} has no reports. Make one: npm run bench -- --json FILE`);
  const byAdapter = new Map<string, Report>();
  const reports = files.map((name) => readReport(join(folder, name)));
  for (const report of reports.sort((a, b) => a.date.localeCompare(b.date))) {
    const earlier = byAdapter.get(report.adapter);
    byAdapter.set(report.adapter, earlier ? { ...report, rows: newest(earlier.rows, report.rows) } : report);
  }
  const rank = ({ kind, adapter }: Report) => `${kind === 'gpu' ? 0 : 1} ${adapter}`;
  return [...byAdapter.values()].sort((a, b) => rank(a).localeCompare(rank(b)));
}

function readReport(path: string): Report {
  const { success, output, issues } = v.safeParse(reportSchema, JSON.parse(readFileSync(path, 'utf8')));
  if (success) return output;
  const [{ message, path: at }] = issues;
  const where = at?.map(({ key }) => String(key)).join('.') ?? 'the whole';
  throw new VggpuError('usage', `${path} is no report of the bench: ${where}: ${message}`);
}

/** Cases of the later report take the place of the same cases of the earlier one, all variants together. */
function newest(earlier: readonly Row[], later: readonly Row[]): Row[] {
  const again = new Set(later.map(({ op, shape }) => `${op} ${shape}`));
  return [...earlier.filter(({ op, shape }) => !again.has(`${op} ${shape}`)), ...later];
}
