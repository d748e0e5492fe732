// npm run bench:readme: the README's table, docs/bench.svg and the figures of the tutorial's chapters from bench/results/*.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VggpuError } from '../../src/errors.js';
import { ROOT } from '../project.js';
import { chaptersOf, withFigures } from './chapters.js';
import { barChart } from './chart.js';
import { readReports } from './reports.js';
import { betweenMarkers, readmeTable } from './table.js';

try {
  const reports = readReports(join(ROOT, 'bench/results'));
  const readme = join(ROOT, 'README.md');
  const chart = 'docs/bench.svg';
  writeFileSync(readme, betweenMarkers(readFileSync(readme, 'utf8'), readmeTable(reports, chart)));
  writeFileSync(join(ROOT, chart), barChart(reports));
  const tutorial = join(ROOT, 'docs/tutorial');
  for (const name of chaptersOf(tutorial)) {
    const chapter = join(tutorial, name);
    writeFileSync(chapter, withFigures(readFileSync(chapter, 'utf8'), reports));
  }
  console.error(
    `README.md, ${chart} and the tutorial's chapters hold the figures of ${reports.map(({ adapter }) => adapter).join(', ')}.`,
  );
} catch (error) {
  if (!(error instanceof VggpuError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
