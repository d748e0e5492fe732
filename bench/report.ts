// The report of a run as JSON: a row a variant, with the peers that did the same work in the same minute.
import * as v from 'valibot';
import { type Case, type Entrant, nameOf } from './case.js';
import { type Ceilings, shareOf } from './ceilings.js';
import type { Entry } from './measure.js';

/** JSON has no NaN: what was not measured is null. */
const measured = v.nullable(v.number());

const peerSchema = v.strictObject({
  name: v.string(),
  medianMs: measured,
  /** The peer's median over the row's: 3 means that the row's variant is three times as fast. */
  ratio: measured,
  spread: v.optional(v.number()),
  samples: v.optional(v.number()),
  kernelMs: v.optional(v.number()),
  readBackMs: v.optional(v.number()),
  /** Why it has no time: it cannot do the case, or its result is wrong. */
  error: v.optional(v.string()),
});

const rowSchema = v.strictObject({
  op: v.string(),
  shape: v.string(),
  variant: v.string(),
  precision: v.picklist(['f32', 'f16']),
  /** Whether the engine takes this variant by itself. */
  chosen: v.boolean(),
  /** Wall clock of one run until the device is done, nothing read back. */
  medianMs: measured,
  /** The middle half of the samples as a share of the median. */
  spread: measured,
  samples: v.number(),
  /** The device's own clock. */
  kernelMs: v.optional(v.number()),
  readBackMs: v.optional(v.number()),
  gflops: measured,
  gbps: measured,
  /** How close it comes to what the measured ceilings allow work of its intensity; Winograd may exceed 1. */
  share: measured,
  picturesPerSecond: v.optional(v.number()),
  /** The largest difference from float64 (jobs: from the first entrant) relative to the RMS of the result. */
  difference: v.optional(v.number()),
  error: v.optional(v.string()),
  peers: v.array(peerSchema),
});

export const reportSchema = v.strictObject({
  adapter: v.string(),
  driver: v.string(),
  kind: v.picklist(['cpu', 'gpu']),
  node: v.string(),
  date: v.pipe(v.string(), v.isoTimestamp()),
  commit: v.nullable(v.string()),
  versions: v.record(v.string(), v.string()),
  /** GFLOP/s and GB/s. */
  ceilings: v.strictObject({ fma: v.number(), fmaF16: v.optional(v.number()), copy: v.number() }),
  /** Cases that there was no time for. */
  notRun: v.optional(v.array(v.string())),
  /** Cases that broke, and how. */
  failed: v.optional(v.array(v.string())),
  rows: v.array(rowSchema),
});

export type Peer = v.InferOutput<typeof peerSchema>;
export type Row = v.InferOutput<typeof rowSchema>;
export type Report = v.InferOutput<typeof reportSchema>;

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
const ifMeasured = <K extends string>(name: K, value: number): { [key in K]?: number } =>
  Number.isFinite(value) ? ({ [name]: value } as { [key in K]?: number }) : {};

/** The rows of a case: one for each entrant that is no peer. */
export function rowsOf(test: Case, entries: readonly Entry[], ceilings: Ceilings): Row[] {
  const peers = entries.filter(({ entrant }) => entrant.peer);
  return entries
    .filter(({ entrant }) => !entrant.peer)
    .map((entry): Row => {
      const { entrant, median, spread, samples, kernel, readBack, error, problem } = entry;
      return {
        op: test.op,
        shape: test.shape,
        ...variantOf(entrant),
        medianMs: orNull(median),
        spread: orNull(spread),
        samples,
        ...ifMeasured('kernelMs', kernel),
        ...ifMeasured('readBackMs', readBack),
        gflops: orNull(test.flops / median / 1e6),
        gbps: orNull(test.bytes / median / 1e6),
        share: orNull(shareOf(ceilings, test, median, entrant.precision)),
        ...ifMeasured('picturesPerSecond', ((test.pictures ?? Number.NaN) / median) * 1000),
        ...ifMeasured('difference', error),
        ...(problem !== undefined && { error: problem }),
        peers: peers.map((peer) => peerOf(peer, median)),
      };
    });
}

function variantOf({ name, precision, chosen }: Entrant) {
  return { variant: name, precision, chosen };
}

function peerOf({ entrant, median, spread, samples, kernel, readBack, problem }: Entry, own: number): Peer {
  return {
    name: entrant.name,
    medianMs: orNull(median),
    ratio: orNull(median / own),
    ...ifMeasured('spread', spread),
    ...(samples > 0 && { samples }),
    ...ifMeasured('kernelMs', kernel),
    ...ifMeasured('readBackMs', readBack),
    ...(problem !== undefined && { error: problem }),
  };
}

export const caseOf = (row: Pick<Row, 'op' | 'shape'>): string => nameOf(row);
