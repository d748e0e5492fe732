// A profile in the Chrome trace format, which Perfetto and chrome://tracing open.
import type { DispatchRecord, HostSpan } from '../kernels/profile.js';
import { type OwnTime, ownTimes } from './breakdown.js';

/** One event: 'X' is a stretch with a beginning and a length, 'M' names a process or a thread. */
export interface TraceEvent {
  readonly ph: 'X' | 'M';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds since the first event. */
  readonly ts?: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The JSON object form of a trace. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
}

const GPU = 1;
const HOST = 2;
const PHASES = 1;
const KERNELS = 2;

/**
 * Makes a trace of dispatches and host times: the GPU's phases and kernels (a run of several passes holds them as its children),
 * the loop, and a thread for each lane of what ran beside it. Dispatches without times are left out.
 *
 * Format: "Trace Event Format", Google, the JSON object form.
 */
export function toChromeTrace(records: readonly DispatchRecord[], spans: readonly HostSpan[]): ChromeTrace {
  const own = ownTimes(records);
  const zero = [...own, ...spans].reduce((least, { startNs }) => Math.min(least, startNs), Number.POSITIVE_INFINITY);
  const stretch = (pid: number, tid: number, cat: string): Stretch => {
    return ({ name, startNs, endNs }, args) => ({
      ...{ ph: 'X', name, cat, pid, tid, ts: (startNs - zero) / 1000, dur: (endNs - startNs) / 1000, args },
    });
  };
  const meta = (what: string, pid: number, tid: number, name: string): TraceEvent => ({
    ...{ ph: 'M', name: what, pid, tid, args: { name } },
  });
  const events: TraceEvent[] = [];
  if (own.length > 0) {
    events.push(meta('process_name', GPU, 0, 'GPU'), meta('thread_name', GPU, PHASES, 'phases'));
    events.push(meta('thread_name', GPU, KERNELS, 'kernels'));
    const phase = stretch(GPU, PHASES, 'phase');
    for (const group of neighbours(own, (record) => record.phase)) {
      events.push(phase({ ...outline(group), name: group[0]!.record.phase }, { dispatches: group.length }));
    }
    const kernel = stretch(GPU, KERNELS, 'kernel');
    for (const passes of neighbours(own, ({ run }) => run)) events.push(...runEvents(passes, kernel));
  }
  if (spans.length > 0) events.push(meta('process_name', HOST, 0, 'host'));
  for (const [i, { name, members }] of lanes(spans).entries()) {
    const tid = i + 1;
    events.push(meta('thread_name', HOST, tid, name));
    const host = stretch(HOST, tid, 'host');
    for (const span of members) events.push(host(span, span.bytes > 0 ? { bytes: span.bytes } : {}));
  }
  return { displayTimeUnit: 'ms', traceEvents: events };
}

type Named = { readonly name: string; readonly startNs: number; readonly endNs: number };
type Stretch = (of: Named, args: Readonly<Record<string, unknown>>) => TraceEvent;

/** From the first beginning to the last end. */
function outline(times: readonly OwnTime[]): { startNs: number; endNs: number } {
  return { startNs: times[0]!.startNs, endNs: times.at(-1)!.endNs };
}

/** Divides into stretches of neighbours with the same key. */
function neighbours(times: readonly OwnTime[], keyOf: (record: DispatchRecord) => unknown): OwnTime[][] {
  const found: OwnTime[][] = [];
  for (const time of times) {
    const last = found.at(-1);
    if (last && keyOf(last[0]!.record) === keyOf(time.record)) last.push(time);
    else found.push([time]);
  }
  return found;
}

/** A run of a kernel: one event, and one within it for each pass where there are several. */
function runEvents(passes: readonly OwnTime[], event: Stretch): TraceEvent[] {
  const { record } = passes[0]!;
  const { kernel, variant, dims, phase, run, submit } = record;
  const flops = passes.reduce((total, pass) => total + pass.record.flops, 0);
  const bytes = passes.reduce((total, pass) => total + pass.record.bytes, 0);
  const { startNs, endNs } = outline(passes);
  const gflops = endNs > startNs ? flops / (endNs - startNs) : 0; // flops a nanosecond are GFLOP/s
  const name = variant ? `${kernel}/${variant}` : kernel;
  const facts = { kernel, variant, dims, phase, flops, bytes, gflops, run, submit };
  const single = passes.length === 1 ? { pass: record.pass, workgroups: record.workgroups } : { passes: passes.length };
  const whole = event({ name, startNs, endNs }, { ...facts, ...single });
  if (passes.length === 1) return [whole];
  const parts = passes.map(({ record: { pass, workgroups }, ...time }) =>
    event({ ...time, name: pass }, { pass, workgroups }),
  );
  return [whole, ...parts];
}

interface Lane {
  readonly name: string;
  readonly thread: string;
  readonly members: HostSpan[];
  /** Ends of the spans that hold now, the innermost last. */
  open: number[];
}

/**
 * Threads, each with events that lie within each other or follow one another, as the format demands. What ran beside the loop
 * is spread over as many lanes as ran at once.
 */
function lanes(spans: readonly HostSpan[]): Lane[] {
  const found: Lane[] = [];
  const sorted = [...spans].sort((a, b) => a.startNs - b.startNs || b.endNs - a.endNs);
  for (const span of sorted) {
    const { thread, startNs, endNs } = span;
    const same = found.filter((lane) => lane.thread === thread);
    for (const lane of same) lane.open = lane.open.filter((end) => end > startNs);
    let lane = same.find(({ open }) => open.length === 0 || (thread === 'loop' && endNs <= open.at(-1)!));
    if (!lane) {
      const number = same.length + 1;
      lane = {
        name: thread === 'loop' && number === 1 ? thread : `${thread} ${number}`,
        thread,
        members: [],
        open: [],
      };
      found.push(lane);
    }
    lane.members.push(span);
    lane.open.push(endNs);
  }
  return found;
}
