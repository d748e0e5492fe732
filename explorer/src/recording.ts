// What the page shows where there is no GPU: measured and computed elsewhere, by scripts/record-explorer.ts.
import type { NetworkSpec } from '../../src/engine.js';
import type { Ceilings } from './engine/ceilings.js';
import type { Likely } from './engine/predict.js';
import type { Trial } from './engine/trial.js';

/** Where the values of a layer lie in the picture that holds all: bytes from 0 to 255 between `low` and `high`. */
export interface RecordedMap {
  readonly first: number;
  readonly low: number;
  readonly high: number;
}

/** One kernel of a layer with the variants that were measured. */
export interface RecordedCase {
  readonly kernel: string;
  readonly dims: Readonly<Record<string, number>>;
  readonly variant: string;
  readonly direction: 'forward' | 'backward';
  readonly trials: Readonly<Record<string, Trial>>;
}

export interface Recording {
  /** Name of the adapter, and the day. */
  readonly adapter: string;
  readonly date: string;
  readonly subgroupSize: number;
  readonly spec: NetworkSpec;
  readonly classes: readonly string[];
  /** The drawing that went through the network, as `draw` names it. */
  readonly drawing: string;
  readonly likely: readonly Likely[];
  readonly ceilings: Ceilings;
  /** Of each layer; null where nothing runs. */
  readonly times: readonly (number | null)[];
  readonly cases: readonly (readonly RecordedCase[])[];
  readonly forward: readonly RecordedMap[];
  readonly gradient: readonly RecordedMap[];
}

/** Pixels in a row of the pictures that hold the values. */
export const RECORDED_WIDTH = 512;
