// A layer that makes one row of values: a bar each, the largest first where they have names.
import type { Scale } from './colours.js';
import { element } from './elements.js';
import { precise } from './numbers.js';

/** More values than this are not all listed. */
const MOST = 128;

/** @param names of the values; none: they are numbered, in their order */
export function showVector(values: Float32Array, { low, high }: Scale, names: readonly string[]): HTMLElement {
  const order = [...values.keys()];
  if (names.length > 0) order.sort((a, b) => values[b]! - values[a]!);
  const from = Math.min(0, low);
  const span = Math.max(0, high) - from || 1;
  const place = (value: number) => (100 * (value - from)) / span;
  const rows = order.slice(0, MOST).map((i) => {
    const value = values[i]!;
    const [start, end] = [place(Math.min(0, value)), place(Math.max(0, value))];
    return element(
      'li',
      { 'data-index': i },
      element('span', { class: 'label' }, names[i] ?? String(i)),
      element(
        'span',
        { class: 'track', 'aria-hidden': true },
        element('i', { class: value < 0 ? 'negative' : '', style: `left: ${start}%; width: ${end - start}%` }),
      ),
      element('span', { class: 'number' }, precise(value)),
    );
  });
  const rest = values.length - rows.length;
  return element(
    'div',
    { class: 'vector' },
    element('ol', {}, rows),
    rest > 0 && element('p', { class: 'muted' }, `and ${rest} more${names.length > 0 ? ', all of them smaller' : ''}`),
  );
}
