// The report as one HTML page that needs nothing else: no network, no fonts, no files beside it.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Cell } from '../gallery.js';
import { html, type Markup, trusted } from '../markup.js';
import { total } from '../metrics.js';
import type { Report } from '../report.js';
import type { Thumbnail } from '../thumbnails.js';
import type { View } from '../views.js';
import { matrixSection } from './matrix-section.js';
import { calibrationSection, classesSection, summarySection } from './number-sections.js';
import { counted, timestamp } from './numbers.js';
import { madeSection, skippedSection, trainingSection } from './origin-sections.js';
import { viewPart } from './pictures.js';
import { SCRIPT } from './script.js';
import { section } from './section.js';
import { STYLE } from './style.js';

/** The pictures that were chosen, and their small versions by path. */
export interface ChosenPictures {
  /** The classes that the matrix and the views by class have. */
  readonly classes: readonly number[];
  readonly views: readonly View[];
  readonly cells: readonly Cell[];
  readonly thumbnails: ReadonlyMap<string, Thumbnail>;
}

/** What the page may do: run its own script, show pictures that stand in it, and nothing else. */
const POLICY = [
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const PARTS = [
  ['summary', 'Summary'],
  ['classes', 'Classes'],
  ['confusion', 'Confusion matrix'],
  ['views', 'Pictures'],
  ['calibration', 'Calibration'],
  ['training', 'Training'],
  ['skipped', 'Skipped'],
  ['made', 'How this was made'],
] as const;

/** @returns the whole page */
export function renderPage(report: Report, { classes: shown, views, cells, thumbnails }: ChosenPictures): string {
  const { classes, directory, weights, date, version } = report;
  const context = { classes, thumbnails };
  const name = basename(weights.file);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="vggpu ${version}">
<title>${name} on ${basename(directory) || directory}: evaluation</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#summary">To the numbers</a>
<header><p class="kicker">Evaluation, <time datetime="${date.toISOString()}">${timestamp(date)}</time></p>
<h1>${headline(report)}</h1>
<p class="muted"><code><bdi>${weights.file}</bdi></code> on ${counted(total(report.confusion.map(total)), 'picture')} in <code><bdi>${directory}</bdi></code></p>
<nav aria-label="Sections"><ul>${PARTS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>
<main>
${summarySection(report)}
${classesSection(report)}
${matrixSection(report, { shown, cells }, context)}
${section('views', 'Pictures to look at', html`${views.map((view) => viewPart(view, context))}`)}
${calibrationSection(report)}
${trainingSection(report)}
${skippedSection(report)}
${madeSection(report)}
</main>
<footer><p>Made by vggpu ${version}. This page is whole: it needs no network and no files beside it.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup;
}

function headline({ classes }: Report): Markup {
  const [first, second] = classes;
  return classes.length === 2
    ? html`How well it tells <bdi>${first}</bdi> from <bdi>${second}</bdi>`
    : html`How well it tells ${counted(classes.length, 'class', 'classes')} apart`;
}
