// The report's section on who was taken for whom: the confusion matrix, the mistakes in words, and every cell's pictures.
import { cellId, confusionMatrix } from '../charts/confusion-matrix.js';
import type { Cell } from '../gallery.js';
import { html, type Markup } from '../markup.js';
import { total } from '../metrics.js';
import type { Report } from '../report.js';
import { counted, thousands } from './numbers.js';
import { type PictureContext, pictureList } from './pictures.js';
import { section } from './section.js';

/** Mistakes that are named in words. */
const MOST_NAMED = 6;

/** @param shown the classes that the matrix has; @param cells their cells */
export function matrixSection(
  { classes, confusion }: Report,
  { shown, cells }: { readonly shown: readonly number[]; readonly cells: readonly Cell[] },
  context: PictureContext,
): Markup {
  return section(
    'confusion',
    'Confusion matrix',
    html`<p class="muted">A row is a true class, a column what its pictures were taken for. Choose a cell to see its pictures; the
arrow keys walk from cell to cell.</p>
${shown.length < classes.length && html`<p class="muted">Of ${thousands(classes.length)} classes, these are the ${shown.length} with most mistakes.</p>`}
<div class="matrix-part${shown.length > 4 && ' stacked'}">
<div class="scroll">${confusionMatrix(classes, confusion, shown)}</div>
${mistakes(cells, classes)}
</div>
${cutLine(cells)}
${cells.map((cell) => cellDialog(cell, context))}`,
  );
}

/** The mistakes that were made most often, in words. */
function mistakes(cells: readonly Cell[], classes: readonly string[]): Markup {
  const wrong = cells.filter(({ label, predicted }) => label !== predicted).sort((a, b) => b.count - a.count);
  if (wrong.length === 0) return html`<p>No picture of one of these classes was taken for another.</p>`;
  return html`<div>
<h3>${wrong.length > MOST_NAMED ? 'The most frequent mistakes' : 'The mistakes'}</h3>
<ul class="confusions">
${wrong.slice(0, MOST_NAMED).map(
  ({ label, predicted, count }) => html`<li><a class="opens" href="#${cellId(label, predicted)}">
<strong class="number">${thousands(count)}</strong> <bdi>${classes[label]!}</bdi> predicted as <bdi>${classes[predicted]!}</bdi></a></li>
`,
)}</ul>
</div>`;
}

/** Says how many pictures the page leaves out. */
function cutLine(cells: readonly Cell[]): Markup | false {
  const cut = cells.filter(({ count, pictures }) => pictures.length < count).length;
  const held = thousands(total(cells.map(({ pictures }) => pictures.length)));
  const all = thousands(total(cells.map(({ count }) => count)));
  const which = cut === 1 ? 'one cell shows only a part of its' : `${cut} cells show only a part of their`;
  return cut > 0 && html`<p class="muted">To keep this page small, ${which} pictures: ${held} of ${all} are here.</p>`;
}

/** The pictures of a cell, hidden until it is chosen. */
function cellDialog({ label, predicted, count, pictures }: Cell, context: PictureContext): Markup {
  const id = cellId(label, predicted);
  const [truth, guess] = [context.classes[label]!, context.classes[predicted]!];
  const right = label === predicted;
  const order = right ? ', the least certain first' : ', the most confident mistakes first';
  const part = pictures.length < count && `${thousands(pictures.length)} of `;
  return html`<dialog id="${id}" aria-labelledby="${id}-title">
<div class="head">
<div>
<h3 id="${id}-title"><bdi>${truth}</bdi> predicted as ${right ? 'such' : html`<bdi>${guess}</bdi>`}</h3>
<p class="muted">${part}${counted(count, 'picture')}${count > 1 && order}</p>
</div>
<button type="button">Close</button>
</div>
${pictureList(pictures, context, true)}
</dialog>
`;
}
