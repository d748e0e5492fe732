// Where time goes on the device and in what feeds it: every dispatch with its GPU times, and named times of the host. Off unless started.
import type { DispatchRecord, HostSpan, Profile, RunFacts } from './profile.js';
import { type Clock, createTimestamps, hostNs, type Stamped } from './timestamps.js';

export interface Profiler {
  /** Whether dispatches are recorded now. */
  readonly on: boolean;
  /** Whether the device can time dispatches. Where not, they are counted only. */
  readonly timed: boolean;
  /** Forgets what was recorded, and records from now on: a compute pass for each dispatch, with its times. Results stay the same. */
  start(): void;
  /**
   * Waits for the device and gives what was recorded since `start` or the last `take`; recording goes on. A span belongs to
   * the period that it began in. Between two calls, memory grows by a few hundred bytes
   * a dispatch.
   * @throws VggpuError 'device' or 'memory' as `Gpu.finish`
   */
  take(): Promise<Profile>;
  /** As `take`, and records no more. */
  stop(): Promise<Profile>;
  /** Labels the dispatches that `work` records before its first `await`; an inner label wins. */
  phase<T>(name: string, work: () => T): T;
  /** Records how long `work` takes, to the end of its promise where it gives one. Of spans within each other the inner one counts. */
  span<T>(name: string, work: () => T, bytes?: number): T;
  /** Counts the dispatches and submits of a step of training. */
  step<T>(work: () => Promise<T>): Promise<T>;
  /** Adds a span that was measured elsewhere, as by threads that work beside the loop. */
  addSpan(span: HostSpan): void;
}

/** The profiler as the device's queue drives it. */
export interface QueueProfiler extends Profiler {
  /** Begins the compute pass of one dispatch and records it. */
  beginPass(encoder: GPUCommandEncoder, work: ProfiledWork): GPUComputePassEncoder;
  /** Called for each command buffer before it is finished. */
  closing(encoder: GPUCommandEncoder): void;
  countBytes(kind: 'uploaded' | 'read', bytes: number): void;
  /** Waits for the times of what was submitted. */
  collect(): Promise<void>;
  close(): void;
}

interface ProfiledWork {
  readonly pipeline: { readonly label: string };
  readonly grid: readonly [number, number, number];
  readonly about?: { readonly run: RunFacts; readonly pass: string } | undefined;
}

type OpenRecord = Omit<DispatchRecord, keyof Stamped> & Stamped;

/** A period being recorded. */
interface Period {
  readonly records: OpenRecord[];
  readonly spans: HostSpan[];
  readonly counts: { dispatches: number; submits: number };
  readonly steps: { count: number; dispatches: number; submits: number };
  readonly bytes: { uploaded: number; read: number };
  readonly startNs: number;
}

const newPeriod = (): Period => ({
  records: [],
  spans: [],
  counts: { dispatches: 0, submits: 0 },
  steps: { count: 0, dispatches: 0, submits: 0 },
  bytes: { uploaded: 0, read: 0 },
  startNs: hostNs(),
});

/** @param queue how to submit what is recorded, and how to wait for it */
export function createProfiler(
  device: GPUDevice,
  queue: { readonly flush: () => void; readonly finish: () => Promise<void> },
): QueueProfiler {
  const timed = device.features.has('timestamp-query');
  const stamps = timed ? createTimestamps(device) : undefined;
  let on = false;
  let period = newPeriod();
  let phase = 'other';
  let runs = 0;
  let submits = 0;
  let lastRun: RunFacts | undefined;

  function record({ pipeline, grid, about }: ProfiledWork): OpenRecord {
    const facts = about?.run ?? { kernel: pipeline.label, variant: '', dims: {}, flops: 0, bytes: 0 };
    const first = facts !== lastRun;
    if (first) runs++;
    lastRun = facts;
    return {
      ...facts,
      ...(first ? {} : { flops: 0, bytes: 0 }),
      ...{ run: runs - 1, pass: about?.pass ?? '', phase, submit: submits, workgroups: grid },
      ...{ startNs: undefined, endNs: undefined },
    };
  }

  async function take(): Promise<Profile> {
    const finished = queue.finish(); // submits what is recorded
    const taken = period;
    const next = newPeriod();
    period = next;
    await finished;
    await stamps?.collect();
    const endNs = hostNs();
    const clock = await stamps?.calibrate();
    if (period === next) period = { ...next, startNs: hostNs() }; // what the calibration took is nobody's
    return { ...taken, records: taken.records.map((open) => onHostClock(open, clock)), endNs, clock };
  }

  return {
    get on() {
      return on;
    },
    timed,
    start() {
      queue.flush();
      on = true;
      period = newPeriod();
    },
    take,
    stop() {
      const taken = take();
      on = false;
      return taken;
    },
    phase(name, work) {
      const outer = phase;
      phase = name;
      try {
        return work();
      } finally {
        phase = outer;
      }
    },
    span(name, work, bytes = 0) {
      if (!on) return work();
      const { spans } = period;
      const startNs = hostNs();
      const end = () => void spans.push({ name, thread: 'loop', startNs, endNs: hostNs(), bytes });
      let waiting = false;
      try {
        const result = work();
        if (result instanceof Promise) {
          waiting = true;
          result.then(end, end);
        }
        return result;
      } finally {
        if (!waiting) end();
      }
    },
    async step(work) {
      if (!on) return work();
      const { counts, steps } = period;
      const before = { ...counts };
      const result = await work();
      steps.count++;
      steps.dispatches += counts.dispatches - before.dispatches;
      steps.submits += counts.submits - before.submits;
      return result;
    },
    addSpan(span) {
      if (on) period.spans.push(span);
    },
    beginPass(encoder, work) {
      const open = record(work);
      period.records.push(open);
      period.counts.dispatches++;
      return stamps ? stamps.beginPass(encoder, open) : encoder.beginComputePass();
    },
    closing(encoder) {
      stamps?.resolve(encoder);
      submits++;
      if (on) period.counts.submits++;
    },
    countBytes(kind, bytes) {
      if (on) period.bytes[kind] += bytes;
    },
    async collect() {
      await stamps?.collect();
    },
    close() {
      stamps?.close();
    },
  };
}

function onHostClock(open: OpenRecord, clock: Clock | undefined): DispatchRecord {
  if (!clock || open.startNs === undefined || open.endNs === undefined) {
    return { ...open, startNs: undefined, endNs: undefined };
  }
  return { ...open, startNs: open.startNs + clock.offsetNs, endNs: open.endNs + clock.offsetNs };
}
