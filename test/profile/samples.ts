// Made-up profiles, in milliseconds for easy sums.
import type { DispatchRecord, HostSpan, Profile } from '../../src/kernels/profile.js';

const MS = 1e6; // nanoseconds

/** A dispatch of a run of its own, from `start` to `end` ms. */
export function dispatch(start: number, end: number, facts: Partial<DispatchRecord> = {}): DispatchRecord {
  return {
    ...{ kernel: 'relu/forward', variant: 'vec4', dims: { count: 4 }, flops: 0, bytes: 0 },
    ...{ run: start, pass: 'relu/forward/2_vec4.wgsl', phase: 'forward', submit: 0, workgroups: [1, 1, 1] },
    ...{ startNs: start * MS, endNs: end * MS },
    ...facts,
  };
}

/** A span of the loop, or of another thread, from `start` to `end` ms. */
export function span(name: string, start: number, end: number, thread = 'loop', bytes = 0): HostSpan {
  return { name, thread, startNs: start * MS, endNs: end * MS, bytes };
}

/** A profile from 0 to `end` ms. */
export function profileOf(
  end: number,
  records: readonly DispatchRecord[],
  spans: readonly HostSpan[],
  clock: Profile['clock'] = { offsetNs: 0, accuracyNs: 0.1 * MS },
): Profile {
  return {
    ...{ records, spans, clock, startNs: 0, endNs: end * MS },
    counts: { dispatches: records.length, submits: new Set(records.map(({ submit }) => submit)).size },
    steps: { count: 0, dispatches: 0, submits: 0 },
    bytes: { uploaded: 2e6, read: 1000 },
  };
}
