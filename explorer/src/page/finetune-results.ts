// What a finetune comes to: a line an epoch, the losses as a chart, the pictures held back with what is said of them.
import { lineChart } from '../../../src/report/charts/line-chart.js';
import type { EpochFigures } from '../engine/learning.js';
import { element } from './elements.js';
import type { HeldPicture } from './held-back.js';
import { share } from './numbers.js';

/** More pictures than this are not shown. */
const MOST = 60;

export function summaryOf({ epoch, loss, accuracy, heldLoss, heldAccuracy }: EpochFigures): string {
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const held =
    heldLoss === undefined ? '' : `; held back: loss ${heldLoss.toFixed(4)}, ${percent(heldAccuracy!)} right`;
  return `Epoch ${epoch}: loss ${loss.toFixed(4)}, ${percent(accuracy)} right${held}`;
}

export function lossChart(figures: readonly EpochFigures[]): Node {
  const training = figures.map(({ epoch, loss }) => [epoch, loss] as const);
  const held = figures.flatMap(({ epoch, heldLoss }) => (heldLoss === undefined ? [] : [[epoch, heldLoss] as const]));
  const text = lineChart({
    title: 'Loss',
    x: { label: 'epoch' },
    y: { label: 'nats' },
    series: [{ name: 'training', points: training }, ...(held.length > 0 ? [{ name: 'held back', points: held }] : [])],
  });
  return document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
}

/** @param probabilities (pictures, classes), row-major */
export function predictionsOf(
  names: readonly string[],
  held: readonly HeldPicture[],
  probabilities: Float32Array,
): Node[] {
  if (held.length === 0) {
    return [element('p', { class: 'muted' }, 'No picture was held back: that takes five of a class.')];
  }
  const figures = held.slice(0, MOST).map(({ label, picture }, i) => {
    const row = probabilities.subarray(i * names.length, (i + 1) * names.length);
    const best = row.indexOf(Math.max(...row));
    return element(
      'figure',
      { class: best === label ? 'right' : 'wrong' },
      element('img', { src: picture.address, alt: picture.name, loading: 'lazy' }),
      element(
        'figcaption',
        {},
        element('b', {}, names[best]),
        ` ${share(row[best]!)}`,
        best !== label && `, but ${names[label]}`,
      ),
    );
  });
  return [
    element('h3', {}, 'What it says of the pictures held back'),
    element('div', { class: 'figures' }, figures),
    held.length > MOST && element('p', { class: 'muted' }, `and ${held.length - MOST} more`),
  ].filter((part) => part !== false);
}
