// The confusion matrix as an SVG whose cells are links to their pictures.
import { html, type Markup } from '../markup.js';
import { type Confusion, total } from '../metrics.js';

/** @returns the id of the element that holds a cell's pictures */
export function cellId(label: number, predicted: number): string {
  return `cell-${label}-${predicted}`;
}

/** A cell's side, a letter's width and the longest label, by the number of classes. */
function measures(classes: number) {
  if (classes <= 4) return { side: 116, letter: 8, longest: 18, upright: true };
  if (classes <= 10) return { side: 60, letter: 7.5, longest: 16, upright: false };
  const side = Math.max(26, Math.min(40, Math.floor(830 / classes))); // 30 classes fit a page, more scroll
  return { side, letter: 7, longest: 16, upright: false };
}

/**
 * Rows are true classes, columns predicted ones; a cell's tint is its share of all pictures of the true class. Its style is the
 * page's.
 * @param shown the classes that are drawn, by their indices
 */
export function confusionMatrix(names: readonly string[], confusion: Confusion, shown: readonly number[]): Markup {
  const classes = shown.map((index) => names[index]!);
  const { side, letter, longest, upright } = measures(classes.length);
  const labels = classes.map((name) => abbreviate(name, upright ? Math.floor(side / letter) : longest));
  const widest = Math.max(...classes.map((name) => abbreviate(name, longest).length), 5) * letter;
  const [left, top] = [Math.ceil(widest) + 14, upright ? 52 : Math.ceil(widest * 0.72) + 44];
  // A label that leans to the right needs room beyond the last column.
  const width = left + classes.length * side + (upright ? 2 : Math.ceil(widest * 0.72));
  const height = top + classes.length * side + 2;
  const kind = classes.length > 4 ? 'matrix-wide' : 'matrix-small';
  const says = 'Confusion matrix: rows are true classes, columns predicted ones';
  return html`<svg class="matrix ${kind}" role="group" aria-label="${says}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<text class="axis" x="${left}" y="16">predicted as</text>
<text class="axis" x="${left - 12}" y="${top - 12}" text-anchor="end">true</text>
${labels.map((label, i) => {
  const x = left + (i + 0.5) * side;
  const place = upright
    ? html`x="${x}" y="${top - 12}" text-anchor="middle"`
    : html`transform="translate(${x + 4} ${top - 10}) rotate(-45)"`;
  return html`<text class="label" ${place}>${label}<title>${classes[i]!}</title></text>\n`;
})}${classes.map((name, i) => {
  const y = top + (i + 0.5) * side + 5;
  return html`<text class="label" x="${left - 12}" y="${y}" text-anchor="end">${abbreviate(name, longest)}<title>${name}</title></text>\n`;
})}${shown.flatMap((label, i) =>
  shown.map((predicted, j) => {
    const count = confusion[label]![predicted]!;
    const share = count === 0 ? 0 : count / total(confusion[label]!);
    return cell({ names, label, predicted, count, share, x: left + j * side, y: top + i * side, side });
  }),
)}</svg>`;
}

interface CellDrawing {
  readonly names: readonly string[];
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
  /** Of all pictures of the true class, 0..1. */
  readonly share: number;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

function cell(drawing: CellDrawing): Markup {
  const { names, label, predicted, count } = drawing;
  const kind = label === predicted ? 'right' : 'wrong';
  if (count === 0) return html`<g class="cell ${kind} empty">${square(drawing)}</g>\n`;
  const [truth, guess] = [names[label]!, names[predicted]!];
  const says = `${count} ${truth} predicted as ${label === predicted ? 'such' : guess}`;
  const place = html`href="#${cellId(label, predicted)}" data-row="${label}" data-column="${predicted}"`;
  return html`<a class="cell ${kind}" ${place} aria-label="${says}: show the pictures">${square(drawing)}<title>${says}</title></a>\n`;
}

/** A tinted square with its count, and its share where there is room; small empty ones stay blank. */
function square({ count, share, x, y, side }: CellDrawing): Markup {
  const [middle, roomy, small] = [x + side / 2, side >= 100, side <= 40];
  const tint = html`rx="${small ? 3 : 6}" style="--share:${share.toFixed(3)}"`;
  const squeezed = small && count > 999 && html` textLength="${side - 4}" lengthAdjust="spacingAndGlyphs"`;
  const place = html`x="${middle}" y="${y + side / 2 + (roomy ? 2 : 5)}" text-anchor="middle"${squeezed}`;
  return html`<rect x="${x + 1}" y="${y + 1}" width="${side - 2}" height="${side - 2}" ${tint}/>
${(count > 0 || !small) && html`<text class="count" ${place}>${count}</text>`}
${roomy && html`<text class="share" x="${middle}" y="${y + side / 2 + 26}" text-anchor="middle">${(100 * share).toFixed(1)} %</text>`}`;
}

function abbreviate(name: string, longest: number): string {
  const letters = [...name];
  return letters.length <= longest ? name : `${letters.slice(0, longest - 1).join('')}…`;
}
