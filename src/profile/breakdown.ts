// Where a stretch of a run went: each moment counts once, for the GPU's phase while it works, else for what the host did meanwhile.
import type { DispatchRecord, HostSpan, Profile } from '../kernels/profile.js';
import { divide, layFlat, type Segment } from './host-timeline.js';

/** A named share of the time. */
export interface Share {
  readonly name: string;
  readonly seconds: number;
}

/** What the GPU did for one purpose. */
export interface PhaseShare {
  readonly name: string;
  /** Undefined where the device does not time dispatches. */
  readonly seconds: number | undefined;
  readonly dispatches: number;
}

/** One variant of one kernel, over all its shapes. */
export interface KernelShare {
  readonly kernel: string;
  readonly variant: string;
  /** Undefined where the device does not time dispatches. */
  readonly seconds: number | undefined;
  readonly runs: number;
  readonly dispatches: number;
  /** Of the formula, over all runs. */
  readonly flops: number;
  /** If every operand of every run moved once. */
  readonly bytes: number;
}

/** What the host did under one name; these overlap with each other and with the GPU's work. */
export interface HostShare extends Share {
  /** 'loop', where seconds count once what overlaps; or what ran beside it, whose seconds are summed over threads. */
  readonly thread: string;
  readonly count: number;
  readonly bytes: number;
}

/** A profile in numbers. `phases` and `idle` together come to `seconds`. As JSON it is what machines read. */
export interface Breakdown {
  /** Wall time. */
  readonly seconds: number;
  /** Whether the device times dispatches. Where not, `idle` divides all of the time by what the host did. */
  readonly timed: boolean;
  /** In the order of their first dispatch. */
  readonly phases: readonly PhaseShare[];
  /** While no dispatch ran, by what the host did, the longest first; 'between dispatches' is copies and starts within a submit. */
  readonly idle: readonly Share[];
  /** The longest first. */
  readonly host: readonly HostShare[];
  /** The longest first. */
  readonly kernels: readonly KernelShare[];
  readonly counts: Profile['counts'];
  /** Of the steps of training alone, without the passes through frozen layers before them. */
  readonly steps: Profile['steps'];
  readonly bytes: { readonly uploaded: number; readonly read: number };
  /** How far apart the two clocks may be read; undefined where there is one only. */
  readonly clockAccuracySeconds: number | undefined;
}

const BETWEEN = 'between dispatches';

/** A dispatch with the time that is its own. */
export interface OwnTime {
  readonly record: DispatchRecord;
  readonly startNs: number;
  readonly endNs: number;
}

/**
 * The time of each dispatch that is its own: a GPU may stamp the beginning of a pass while the one before still runs, and that
 * stretch belongs to the one before. Records without times are left out.
 */
export function ownTimes(records: readonly DispatchRecord[], from = Number.NEGATIVE_INFINITY): OwnTime[] {
  const own: OwnTime[] = [];
  let at = from;
  for (const record of records) {
    if (record.startNs === undefined || record.endNs === undefined) continue;
    const startNs = Math.max(at, record.startNs);
    const endNs = Math.max(startNs, record.endNs);
    own.push({ record, startNs, endNs });
    at = endNs;
  }
  return own;
}

/** Adds up a profile. */
export function breakDown(profile: Profile): Breakdown {
  const { records, spans, counts, steps, bytes, clock, startNs } = profile;
  const own = ownTimes(records, startNs);
  const endNs = Math.max(profile.endNs, own.at(-1)?.endNs ?? 0);
  const times = new Map(own.map((time) => [time.record, time.endNs - time.startNs]));
  const timed = clock !== undefined;
  return {
    seconds: (endNs - startNs) / 1e9,
    timed,
    phases: phasesOf(records, times, timed),
    idle: idleOf(own, startNs, endNs, layFlat(spans)),
    host: hostOf(spans),
    kernels: kernelsOf(records, times, timed),
    counts,
    steps,
    bytes,
    clockAccuracySeconds: clock && clock.accuracyNs / 1e9,
  };
}

type Times = ReadonlyMap<DispatchRecord, number>;

const longestFirst = (a: { seconds: number | undefined }, b: { seconds: number | undefined }) =>
  (b.seconds ?? 0) - (a.seconds ?? 0);

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  return [...found];
}

const sum = <T>(items: readonly T[], amountOf: (item: T) => number) =>
  items.reduce((total, item) => total + amountOf(item), 0);

function phasesOf(records: readonly DispatchRecord[], times: Times, timed: boolean): PhaseShare[] {
  return groups(records, ({ phase }) => phase).map(([name, own]) => ({
    name,
    seconds: timed ? sum(own, (record) => times.get(record) ?? 0) / 1e9 : undefined,
    dispatches: own.length,
  }));
}

function kernelsOf(records: readonly DispatchRecord[], times: Times, timed: boolean): KernelShare[] {
  return groups(records, ({ kernel, variant }) => `${kernel} ${variant}`)
    .map(([, own]) => ({
      kernel: own[0]!.kernel,
      variant: own[0]!.variant,
      seconds: timed ? sum(own, (record) => times.get(record) ?? 0) / 1e9 : undefined,
      runs: new Set(own.map(({ run }) => run)).size,
      dispatches: own.length,
      flops: sum(own, ({ flops }) => flops),
      bytes: sum(own, ({ bytes }) => bytes),
    }))
    .sort(longestFirst);
}

function idleOf(own: readonly OwnTime[], startNs: number, endNs: number, segments: readonly Segment[]): Share[] {
  const gaps: { startNs: number; endNs: number }[] = [];
  let between = 0;
  let at = startNs;
  let submit = -1;
  for (const { record, ...time } of own) {
    if (record.submit === submit) between += time.startNs - at;
    else gaps.push({ startNs: at, endNs: time.startNs });
    at = time.endNs;
    submit = record.submit;
  }
  gaps.push({ startNs: at, endNs });
  const shares = divide(gaps, segments);
  if (between > 0) shares.set(BETWEEN, between);
  return [...shares].map(([name, ns]) => ({ name, seconds: ns / 1e9 })).sort(longestFirst);
}

/** Nanoseconds in which at least one of the spans holds: two read-backs may be waited for at once. */
function covered(spans: readonly HostSpan[]): number {
  let [total, end] = [0, Number.NEGATIVE_INFINITY];
  for (const span of [...spans].sort((a, b) => a.startNs - b.startNs)) {
    total += Math.max(0, span.endNs - Math.max(span.startNs, end));
    end = Math.max(end, span.endNs);
  }
  return total;
}

function hostOf(spans: readonly HostSpan[]): HostShare[] {
  return groups(spans, ({ thread, name }) => `${thread} ${name}`)
    .map(([, own]) => ({
      name: own[0]!.name,
      thread: own[0]!.thread,
      seconds: (own[0]!.thread === 'loop' ? covered(own) : sum(own, (span) => span.endNs - span.startNs)) / 1e9,
      count: own.length,
      bytes: sum(own, (span) => span.bytes),
    }))
    .sort(longestFirst);
}
