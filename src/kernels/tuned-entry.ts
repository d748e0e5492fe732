// What is written down of a choice that was measured: the fastest variant of a kernel for a shape, and how the others did.

/** What one variant came to. */
export interface Measurement {
  /** Milliseconds of one run: the median. */
  readonly ms?: number | undefined;
  /** Samples that the median is of; 1 where the first one was slow enough to tell. */
  readonly runs?: number | undefined;
  /** Largest difference from the reference, relative to the RMS of the output. */
  readonly error?: number | undefined;
  /** Far slower than the best on a larger shape, and so not measured on this one. */
  readonly slow?: boolean | undefined;
  /** What is wrong with its result, or why it did not run; such a variant is never chosen. */
  readonly wrong?: string | undefined;
}

/** One choice. What it holds for is its key in the table (choices.ts). */
export interface TunedEntry {
  readonly kernel: string;
  /** The fastest of those that were measured. */
  readonly variant: string;
  /** The dims that it was measured at. */
  readonly dims: Readonly<Record<string, number>>;
  readonly measured: Readonly<Record<string, Measurement>>;
  /** Variants that take the shape and were not tried yet. */
  readonly left: readonly string[];
  /** When it was measured last, in ISO 8601. */
  readonly date: string;
}

/** Choices by their keys. */
export type TunedEntries = Readonly<Record<string, TunedEntry>>;
