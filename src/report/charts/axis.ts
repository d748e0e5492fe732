// Axes: round numbers to write beside a chart, and where a value lies between them.

/** How values run along an axis. */
export type Scale = 'linear' | 'log';

/** A divided axis. */
export interface Axis {
  readonly ticks: readonly number[];
  /** @returns 0 at the axis' start, 1 at its end */
  place(value: number): number;
  /** A tick's text. */
  format(value: number): string;
}

/** Ticks that are aimed at; there may be a few more or less. */
const TICKS = 5;

/**
 * An axis that holds these values, from round number to round number (linear) or from the smallest to the largest (log, and
 * whole numbers such as epochs).
 * @param values finite, for a log axis above 0; none: the axis runs from 0 to 1, or 0.1 to 1
 */
export function createAxis(values: readonly number[], scale: Scale = 'linear', tight = false): Axis {
  if (values.length === 0) return createAxis(scale === 'log' ? [0.1, 1] : [0, 1], scale, tight);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return scale === 'log' ? logAxis(low, high) : linearAxis(low, high, tight, tight && values.every(Number.isInteger));
}

function linearAxis(low: number, high: number, tight: boolean, whole: boolean): Axis {
  const room = high === low ? Math.abs(high) / 10 || 1 : 0;
  const [from, to] = [low - room, high + room];
  const step = Math.max(roundStep((to - from) / TICKS), whole ? 1 : 0);
  const first = tight ? Math.ceil(from / step) : Math.floor(from / step);
  const last = tight ? Math.floor(to / step) : Math.ceil(to / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const [start, end] = tight ? [from, to] : [first * step, last * step];
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const plain = Math.max(Math.abs(start), Math.abs(end)) < 1e6 && step >= 1e-4;
  return {
    ticks,
    place: (value) => (value - start) / (end - start),
    format: (value) => (plain ? value.toFixed(digits) : shortest(value)),
  };
}

function logAxis(low: number, high: number): Axis {
  const [from, to] = low === high ? [low / 2, high * 2] : [low, high];
  const decades = Math.log10(to / from);
  const mantissas = decades < 1.5 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 8));
  const first = Math.floor(Math.log10(from));
  const ticks = Array.from({ length: Math.ceil(decades) + 2 }, (_, i) => first + i)
    .filter((exponent) => exponent % every === 0)
    .flatMap((exponent) => mantissas.map((mantissa) => Number(`${mantissa}e${exponent}`)))
    .filter((tick) => tick >= from * 0.999 && tick <= to * 1.001);
  return { ticks, place: (value) => Math.log10(value / from) / decades, format: shortest };
}

/** The next of 1, 2, 5, 10, ... from a step on. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= step * 0.999) ?? 10;
  return Number((factor * power).toPrecision(1)); // 10 * 1e-5 is not quite 1e-4
}

/** A number in as few letters as there are: 0.001, 250, 1e-5. */
function shortest(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential().replace('e+', 'e');
  return String(Number(value.toPrecision(12)));
}
