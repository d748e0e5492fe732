// How fast a variant is, under the adapter's ceilings and beside its neighbours, in lines.
import { roofAt } from '../ceilings.js';
import { drawRoofline } from './drawing.js';
import type { Explanation, Neighbour } from './explanation.js';
import { wrapped } from './wrapped.js';

/** `12.3 GFLOP`, `1.05 MB`, `0.9 TFLOP/s`. */
export function amount(value: number, unit: string): string {
  const steps = ['', 'k', 'M', 'G', 'T', 'P'];
  const step = value > 0 ? Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3))) : 0;
  return `${Number((value / 1000 ** step).toPrecision(3))} ${steps[step]}${unit}`;
}

export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  return seconds >= 1e-3
    ? `${Number((seconds * 1e3).toPrecision(3))} ms`
    : `${Number((seconds * 1e6).toPrecision(3))} µs`;
}

export function speedLines(explanation: Explanation): string[] {
  const { flops, bytes, seconds, ceilings } = explanation;
  const intensity = flops / bytes;
  const lines = [
    `Work      ${amount(flops, 'FLOP')}, ${amount(bytes, 'B')} if every operand moves once: ${Number(intensity.toPrecision(3))} flop/byte`,
  ];
  if (ceilings) {
    const roof = roofAt(ceilings, intensity);
    const { flopsPerSecond, bytesPerSecond } = ceilings;
    lines.push(
      `Ceilings  ${amount(flopsPerSecond, 'FLOP/s')} of multiply-adds, ${amount(bytesPerSecond, 'B/s')} of a copy, measured here`,
    );
    if (flops > 0)
      lines.push(`Roof      ${amount(roof.flopsPerSecond, 'FLOP/s')} at this intensity: ${roof.bound}-bound`);
  }
  if (seconds !== undefined) {
    lines.push(
      `Measured  ${duration(seconds)}: ${flops > 0 ? `${amount(flops / seconds, 'FLOP/s')}, ` : ''}${amount(bytes / seconds, 'B/s')}${shareText(explanation)}`,
    );
  }
  lines.push(
    ...neighbourLines('Previous', explanation.previous, seconds),
    ...neighbourLines('Next', explanation.next, seconds),
  );
  if (ceilings && seconds !== undefined && flops > 0) {
    lines.push(
      '',
      ...drawRoofline(
        ceilings,
        { intensity, flopsPerSecond: flops / seconds },
        amount(Math.max(ceilings.flopsPerSecond, flops / seconds), 'FLOP/s'),
      ).map((line) => `  ${line}`),
    );
  }
  return lines;
}

/** Winograd makes fewer products than the formula counts, and caches are quicker than memory, so work may come out above the roof. */
function shareText({ flops, bytes, seconds, ceilings }: Explanation): string {
  if (!ceilings || seconds === undefined) return '';
  const roof = roofAt(ceilings, flops / bytes);
  const share = flops > 0 ? flops / seconds / roof.flopsPerSecond : bytes / seconds / ceilings.bytesPerSecond;
  const above = share > 1 ? ', by fewer operations than the formula has, or from caches' : '';
  return `; ${Number((100 * share).toPrecision(2))}% of the roof${above}`;
}

function neighbourLines(label: string, neighbour: Neighbour | undefined, own: number | undefined): string[] {
  if (!neighbour) return [];
  const { variant, idea, before, seconds } = neighbour;
  const ratio = seconds !== undefined && own !== undefined ? own / seconds : undefined;
  const compared =
    ratio === undefined
      ? seconds === undefined
        ? 'not measured here'
        : duration(seconds)
      : `${duration(seconds!)} here, ${ratio >= 1 ? `${ratio.toFixed(2)} times as fast` : `${(1 / ratio).toFixed(2)} times as slow`}`;
  const text = `${variant}: ${idea} (${compared})${label === 'Next' && before ? `. ${before}` : ''}`;
  return wrapped(text, label.padEnd(10));
}
