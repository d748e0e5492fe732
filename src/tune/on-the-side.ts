// Tuning on the side of other work: between its steps, for a small share of its time, one variant at a time. What is found holds from the next
// start on, since a run that has begun must not change its bits.
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import type { TunedEntries, TunedEntry } from '../kernels/tuned-entry.js';
import type { Need } from './needs.js';
import { createTuner } from './tuner.js';

export interface SideTuning {
  /** Called between two steps of the work: tries a variant where its time allows. Never throws. */
  afterStep(): Promise<void>;
  /** What was found, and how. Called once; `afterStep` then does nothing any more. */
  end(): SideResult;
}

export interface SideResult {
  readonly entries: TunedEntries;
  /** Variants that were tried. */
  readonly tried: number;
  readonly seconds: number;
  /** Choices that this work needs, and those of them that still have something to try. */
  readonly needed: number;
  readonly left: number;
  /** What ended it early. */
  readonly failure?: string;
}

/** Of the time since the beginning, what tuning may take. */
const SHARE = 0.05;

/** Seconds that trying a variant takes, until it is known: most of it is compilation. */
const GUESS = 0.3;

/** @param before choices that were measured already */
export function createSideTuning(gpu: Gpu, needs: readonly Need[], before: TunedEntries): SideTuning {
  const entries: Record<string, TunedEntry> = {};
  const onEntry = (key: string, entry: TunedEntry) => {
    entries[key] = entry;
  };
  const tuner = createTuner(gpu, needs, { before, quick: true, sparing: true, onEntry });
  const start = performance.now();
  let [tried, seconds] = [0, 0];
  let failure: string | undefined;
  let over = tuner.left().length === 0;
  return {
    async afterStep() {
      const begun = performance.now();
      const next = tried === 0 ? GUESS : seconds / tried;
      if (over || seconds + next > (SHARE * (begun - start)) / 1000) return;
      try {
        over = !(await tuner.step());
      } catch (error) {
        over = true;
        failure = error instanceof VggpuError ? error.message : String(error);
      }
      tried++;
      seconds += (performance.now() - begun) / 1000;
    },
    end() {
      over = true;
      tuner.close();
      const left = tuner.left().length;
      return { entries, tried, seconds, needed: needs.length, left, ...(failure === undefined ? {} : { failure }) };
    },
  };
}
