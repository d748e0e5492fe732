// What the program's loop was doing at each moment: its spans, which lie within each other, laid flat.
import type { HostSpan } from '../kernels/profile.js';

/** A stretch with one name, in nanoseconds. */
export interface Segment {
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
}

/**
 * Lays the spans of the loop flat. Where several hold, the one that began last counts, since it lies within the others.
 * @returns segments in order of time that do not overlap; where nothing was recorded there is none
 */
export function layFlat(spans: readonly HostSpan[]): Segment[] {
  const loop = spans.filter(({ thread }) => thread === 'loop').sort((a, b) => a.startNs - b.startNs);
  const segments: Segment[] = [];
  let active: HostSpan[] = []; // in order of their beginning
  let from = Number.NEGATIVE_INFINITY;

  /** Writes down what holds from `from` to `to`, as spans end on the way. */
  function advance(to: number): void {
    while (active.length > 0 && from < to) {
      const { name, endNs } = active.at(-1)!;
      const end = Math.min(endNs, to);
      if (end > from) segments.push({ name, startNs: from, endNs: end });
      from = Math.max(from, end);
      active = active.filter((span) => span.endNs > from);
    }
    from = to;
  }

  for (const span of loop) {
    advance(span.startNs);
    active.push(span);
  }
  advance(Math.max(from, ...active.map(({ endNs }) => endNs)));
  return segments;
}

/**
 * Divides stretches of time by what the segments say of them.
 * @param stretches in order of time
 * @returns nanoseconds by name; 'other' is what no segment covers
 */
export function divide(
  stretches: readonly { readonly startNs: number; readonly endNs: number }[],
  segments: readonly Segment[],
): Map<string, number> {
  const sums = new Map<string, number>();
  const add = (name: string, ns: number) => {
    if (ns > 0) sums.set(name, (sums.get(name) ?? 0) + ns);
  };
  let next = 0;
  for (const { startNs, endNs } of stretches) {
    while (next < segments.length && segments[next]!.endNs <= startNs) next++;
    let at = startNs;
    for (let i = next; i < segments.length && segments[i]!.startNs < endNs; i++) {
      const segment = segments[i]!;
      const begin = Math.max(at, segment.startNs);
      const end = Math.min(endNs, segment.endNs);
      add('other', begin - at);
      add(segment.name, end - begin);
      at = Math.max(at, end);
    }
    add('other', endNs - at);
  }
  return sums;
}
