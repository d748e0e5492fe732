// npm run bench:readme: the README's table and docs/bench.svg from bench/results/*.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VggpuError } from '../../src/errors.js';
import { ROOT } from '../project.js';
import { barChart } from './chart.js';
import { readReports } from './reports.js';
import { betweenMarkers, readmeTable } from './table.js';

try {
  const reports = readReports(join(ROOT, 'bench/results'));
  const readme = join(ROOT, 'README.md');
  const chart = 'docs/bench.svg';
  writeFileSync(readme, betweenMarkers(readFileSync(readme, 'utf8'), readmeTable(reports, chart)));
  writeFileSync(join(ROOT, chart), barChart(reports));
  console.error(`README.md and ${chart} hold the figures of ${reports.map(({ adapter }) => adapter).join(', ')}.`);
} catch (error) {
  if (!(error instanceof VggpuError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
