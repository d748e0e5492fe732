// What a report is made from.
import type { Judgement } from './judgement.js';
import type { Confusion } from './metrics.js';
import type { LoggedEpoch } from './training-log.js';

/** How the weights came to be, as far as their file tells. */
export interface ReportedWeights {
  /** As it was named on the command line. */
  readonly file: string;
  readonly bytes: number;
  /** The arguments it was trained with. */
  readonly training: Readonly<Record<string, unknown>> | undefined;
}

/** An evaluation, and how it was made. */
export interface Report {
  /** The folder that was evaluated. */
  readonly directory: string;
  readonly classes: readonly string[];
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of right pictures, 0..1. */
  readonly accuracy: number;
  readonly confusion: Confusion;
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** One for each picture that was read. */
  readonly judgements: readonly Judgement[];
  /** Whether EXIF orientation was applied. */
  readonly exif: boolean;
  /** Pictures a view and class. */
  readonly views: number;
  /** Of the random choices. */
  readonly seed: number;
  /** The epochs of the training run, or why there are none. */
  readonly log: { readonly path: string; readonly epochs: readonly LoggedEpoch[] } | { readonly missing: string };
  readonly weights: ReportedWeights;
  /** The adapter that computed it, with its driver. */
  readonly adapter: string;
  readonly command: string;
  readonly version: string;
  readonly date: Date;
}
