// Pictures on the report's page, each with what the network said of it, and the views.
import { isRight, type Judgement } from '../judgement.js';
import { html, type Markup } from '../markup.js';
import type { Thumbnail } from '../thumbnails.js';
import type { View, ViewGroup } from '../views.js';
import { counted, probability, thousands } from './numbers.js';

/** What pictures are shown with. */
export interface PictureContext {
  readonly classes: readonly string[];
  /** By path. */
  readonly thumbnails: ReadonlyMap<string, Thumbnail>;
}

/** Classes whose pictures stand open in a view. */
const MOST_OPEN = 6;

function picture(judgement: Judgement, { classes, thumbnails }: PictureContext, folded: boolean): Markup {
  const { file, path, label, predicted, confidence, second, secondProbability } = judgement;
  const right = isRight(judgement);
  const [truth, guess] = [classes[label]!, classes[predicted]!];
  const next = classes.length > 2 && html`, next <bdi>${classes[second]!}</bdi> ${probability(secondProbability)}`;
  return html`<li><figure class="picture ${right ? 'right' : 'wrong'}">
${image(thumbnails.get(path), `${truth}, predicted as ${guess}`, folded)}
<div class="bar" aria-hidden="true"><i style="width:${(100 * confidence).toFixed(1)}%"></i></div>
<figcaption>
<span class="verdict">${right ? '✓' : '✗'} predicted <bdi>${guess}</bdi>, ${probability(confidence)}</span>
<span>is <bdi>${truth}</bdi>${next}</span>
<span class="file"><bdi>${file}</bdi></span>
</figcaption>
</figure></li>
`;
}

function image(thumbnail: Thumbnail | undefined, says: string, folded: boolean): Markup {
  if (!thumbnail) return html`<div class="gone">cannot be read any more</div>`;
  const { address, width, height } = thumbnail;
  const loading = folded ? 'lazy' : 'eager';
  return html`<img src="${address}" width="${width}" height="${height}" alt="${says}" loading="${loading}" decoding="async">`;
}

/** @param folded whether they are hidden at first, and need not be decoded with the page */
export function pictureList(judgements: readonly Judgement[], context: PictureContext, folded: boolean): Markup {
  return html`<ul class="pictures">
${judgements.map((judgement) => picture(judgement, context, folded))}</ul>`;
}

/** One view, with a heading for each class where it goes by class. */
export function viewPart({ title, explanation, groups }: View, context: PictureContext): Markup {
  const [whole] = groups.filter(({ predicted }) => predicted === undefined);
  const filled = groups.filter(({ pictures }) => pictures.length > 0);
  const without = groups.filter(({ pictures, predicted }) => pictures.length === 0 && predicted !== undefined);
  const names = without.map(({ predicted }) => context.classes[predicted!]!);
  return html`<div class="view">
<h3>${title}${whole && whole.of > 0 && html` <span>${chosen(whole)}</span>`}</h3>
<p class="muted">${explanation}</p>
${filled.map((group) => viewGroup(group, context))}
${filled.length === 0 && html`<p>There are none.</p>`}
${filled.length > 0 && names.length > 0 && html`<p class="muted">None for ${names.join(', ')}.</p>`}
</div>`;
}

/** Many classes are folded away, for the page to stay one that can be looked through. */
function viewGroup(group: ViewGroup, context: PictureContext): Markup {
  const open = group.predicted === undefined || context.classes.length <= MOST_OPEN;
  const pictures = pictureList(group.pictures, context, !open);
  if (group.predicted === undefined) return pictures;
  const heading = html`<h4>predicted <bdi>${context.classes[group.predicted]!}</bdi> <span>${chosen(group)}</span></h4>`;
  if (open) return html`${heading}${pictures}`;
  return html`<details><summary>${heading}</summary>${pictures}</details>`;
}

function chosen({ pictures, of }: ViewGroup): string {
  return pictures.length < of ? `${pictures.length} of ${thousands(of)}` : counted(of, 'picture');
}
