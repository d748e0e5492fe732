// The roofline: how fast work of an intensity can be on this adapter, how fast each layer is, and each variant that was measured.
import { createAxis } from '../../../src/report/charts/axis.js';
import type { Ceilings } from '../engine/ceilings.js';
import { byId, drawn, element, reasonOf } from './elements.js';
import { short } from './numbers.js';

/** Something that ran: a layer, or a variant of a layer's kernel. */
export interface Dot {
  readonly label: string;
  /** Of the formula, and if every operand moves once. */
  readonly flops: number;
  readonly bytes: number;
  readonly milliseconds: number;
  /** 'other' for layers that are not chosen. */
  readonly kind: 'variant' | 'running' | 'other';
}

export interface RooflineSection {
  /** Draws the dots again. */
  refresh(): void;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [860, 420, 74, 844, 26, 370];

/**
 * @param ceilings the roof, or what measures it when somebody asks
 * @param dots what there is to show now
 */
export function showRoofline(
  ceilings: Ceilings | (() => Promise<Ceilings>),
  dots: () => readonly Dot[],
): RooflineSection {
  let roof: Ceilings | undefined;
  const note = element(
    'p',
    { class: 'muted', role: 'status' },
    'The roof is measured by two probes: multiply-adds that stay in registers, and a copy.',
  );
  const button = element(
    'button',
    { type: 'button', class: 'probe', onclick: () => void measure() },
    'Measure the roof',
  );
  const plot = element('div', { class: 'plot' });
  byId('roofline').append(
    element('div', {}, note, typeof ceilings === 'function' && element('div', { class: 'switch' }, button), plot),
  );

  async function measure(): Promise<void> {
    if (typeof ceilings !== 'function') return;
    button.disabled = true;
    button.textContent = 'Measuring…';
    try {
      show(await ceilings());
    } catch (error) {
      note.textContent = reasonOf(error);
    } finally {
      button.disabled = false;
      button.textContent = 'Measure the roof';
    }
  }

  function show(measured: Ceilings): void {
    roof = measured;
    const { flops, bytes } = measured;
    note.textContent = `At most ${short(flops)}FLOP/s and ${short(bytes)}B/s: work of fewer than ${short(flops / bytes)} operations a byte waits for memory. Winograd needs fewer operations than the formula it is held against, and may stand above the roof.`;
    refresh();
  }

  function refresh(): void {
    const shown = dots().filter(({ flops, bytes, milliseconds }) => flops > 0 && bytes > 0 && milliseconds > 0);
    plot.replaceChildren(...(roof ? [chart(roof, shown)] : []));
  }
  if (typeof ceilings !== 'function') show(ceilings);
  return { refresh };
}

function chart(roof: Ceilings, dots: readonly Dot[]): SVGElement {
  const intensityOf = ({ flops, bytes }: Dot) => flops / bytes;
  const speedOf = ({ flops, milliseconds }: Dot) => (1000 * flops) / milliseconds;
  const ridge = roof.flops / roof.bytes;
  const intensities = [...dots.map(intensityOf), ridge / 8, ridge * 8];
  const across = createAxis([Math.min(...intensities) / 1.5, Math.max(...intensities) * 1.5], 'log', true);
  const up = createAxis(
    [Math.min(...dots.map(speedOf), roof.flops / 1000) / 2, Math.max(roof.flops, ...dots.map(speedOf)) * 2],
    'log',
    true,
  );
  const x = (value: number) => LEFT + across.place(value) * (RIGHT - LEFT);
  const y = (value: number) => BOTTOM - up.place(value) * (BOTTOM - TOP);
  const [low, high] = [Math.min(...intensities) / 1.5, Math.max(...intensities) * 1.5];
  const path = [low, ridge, high].map(
    (value, i) => `${i === 0 ? 'M' : 'L'}${x(value)},${y(Math.min(roof.flops, value * roof.bytes))}`,
  );
  const inOrder = [...dots].sort((a, b) => Number(a.kind !== 'other') - Number(b.kind !== 'other'));
  const labelled = spread(dots.filter(({ kind }) => kind !== 'other').map((dot) => ({ dot, y: y(speedOf(dot)) })));
  return drawn(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `Roofline with ${dots.length} measured kernels` },
    drawn('text', { x: LEFT, y: 14 }, 'FLOP/s'),
    drawn('text', { x: RIGHT, y: HEIGHT - 6, 'text-anchor': 'end' }, 'operations of the formula a byte'),
    up.ticks.map((tick) => [
      drawn('path', { class: 'rule', d: `M${LEFT},${y(tick)}H${RIGHT}` }),
      drawn('text', { x: LEFT - 8, y: y(tick) + 4, 'text-anchor': 'end' }, short(tick)),
    ]),
    across.ticks.map((tick) => [
      drawn('path', { class: 'rule', d: `M${x(tick)},${TOP}V${BOTTOM}` }),
      drawn('text', { x: x(tick), y: BOTTOM + 18, 'text-anchor': 'middle' }, short(tick)),
    ]),
    drawn('path', { class: 'roof', d: path.join('') }),
    inOrder.map((dot) => dotOf(dot, x(intensityOf(dot)), y(speedOf(dot)), short(speedOf(dot)), labelled.get(dot) ?? 0)),
  );
}

/** A line of text. */
const LINE = 15;

/** Where the labels of dots stand, so that none covers another: in the order of the dots, each at least a line below the last. */
function spread(dots: readonly { readonly dot: Dot; readonly y: number }[]): Map<Dot, number> {
  let last = Number.NEGATIVE_INFINITY;
  const places = [...dots]
    .sort((a, b) => a.y - b.y)
    .map(({ dot, y }) => {
      last = Math.max(y, last + LINE);
      return { dot, y: last };
    });
  const over = Math.max(0, last - BOTTOM + 4); // the lowest would leave the plot: all that are close above it move up
  let below = Number.POSITIVE_INFINITY;
  for (const place of places.toReversed()) {
    if (over > 0) place.y = Math.min(place.y, below - LINE, BOTTOM - 4);
    below = place.y;
  }
  return new Map(places.map(({ dot, y }) => [dot, y]));
}

function dotOf({ label, kind }: Dot, x: number, y: number, speed: string, labelY: number): SVGElement {
  const text = `${label}: ${speed}FLOP/s`;
  const nearEdge = x > RIGHT - 160;
  return drawn(
    'g',
    { class: `dot ${kind}`, tabindex: kind === 'other' ? -1 : 0, 'aria-label': text, role: 'img' },
    drawn('title', {}, text),
    drawn('circle', { cx: x, cy: y, r: kind === 'other' ? 3.5 : 5.5 }),
    kind !== 'other' &&
      drawn('text', { x: x + (nearEdge ? -14 : 14), y: labelY + 4, 'text-anchor': nearEdge ? 'end' : 'start' }, label),
  );
}
