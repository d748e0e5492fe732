// The variants of one kernel: a line each with its idea, its time as a bar, its speed and its distance from the naive one's result.
import type { KernelCase } from '../engine/cases.js';
import type { Trial } from '../engine/trial.js';
import { element } from './elements.js';
import { duration, short } from './numbers.js';

export interface VariantRow {
  readonly name: string;
  readonly trial: Trial | undefined;
  /** Why it was not measured. */
  readonly failed?: string | undefined;
}

/** @param choose told which variant is clicked */
export function variantsTable(
  { kernel, variant: running }: KernelCase,
  rows: readonly VariantRow[],
  chosen: string,
  choose: (name: string) => void,
): HTMLElement {
  const slowest = Math.max(...rows.map(({ trial }) => trial?.milliseconds ?? 0));
  const lines = rows.map(({ name, trial, failed }) => {
    const width = trial ? (100 * trial.milliseconds) / slowest : 0;
    return element(
      'tr',
      { class: name === chosen ? 'chosen' : '' },
      element(
        'th',
        { scope: 'row' },
        element(
          'button',
          {
            type: 'button',
            class: 'plain',
            'aria-pressed': String(name === chosen),
            'data-variant': name,
            onclick: () => choose(name),
          },
          name,
        ),
        name === running && element('span', { class: 'tag' }, 'runs here'),
        element('span', { class: 'idea' }, kernel.variants[name]?.idea ?? ''),
      ),
      element(
        'td',
        { class: 'time' },
        element('span', { class: 'number' }, trial ? duration(trial.milliseconds) : (failed ?? '')),
        trial && element('span', { class: 'meter', 'aria-hidden': true }, element('i', { style: `width: ${width}%` })),
      ),
      element('td', { class: 'speed' }, trial ? `${short(trial.gigaflops * 1e9)}FLOP/s` : ''),
      element('td', { class: trial && trial.comparison.wrong > 0 ? 'failed' : '' }, trial ? errorText(trial) : ''),
    );
  });
  return element(
    'table',
    { class: 'variants' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['Variant', 'Time', 'Speed', 'Error'].map((title) => element('th', { scope: 'col' }, title)),
      ),
    ),
    element('tbody', {}, lines),
  );
}

/** Largest difference from the naive variant, as a share of the values' root mean square. */
export function errorText({ comparison: { error, wrong, count } }: Trial): string {
  if (wrong > 0) return `${wrong} of ${count} wrong`;
  return error === 0 ? 'same bits' : error.toExponential(1);
}
