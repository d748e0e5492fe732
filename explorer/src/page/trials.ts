// What was measured so far, by kernel, shape and variant: the table of variants and the roofline show the same figures.
import type { KernelCase } from '../engine/cases.js';
import type { Trial } from '../engine/trial.js';

/** A measured variant of a layer's kernel. */
export interface TrialRecord {
  readonly layer: number;
  readonly tried: KernelCase;
  readonly variant: string;
  readonly trial: Trial;
}

export interface Trials {
  of(tried: KernelCase, variant: string): Trial | undefined;
  all(): readonly TrialRecord[];
  add(record: TrialRecord): void;
  watch(changed: () => void): void;
}

export function createTrials(): Trials {
  const records = new Map<string, TrialRecord>();
  const watchers: (() => void)[] = [];
  const keyOf = ({ kernel, dims }: KernelCase, variant: string) => `${kernel.name}/${variant} ${JSON.stringify(dims)}`;
  return {
    of: (tried, variant) => records.get(keyOf(tried, variant))?.trial,
    all: () => [...records.values()],
    add(record) {
      records.set(keyOf(record.tried, record.variant), record);
      for (const changed of watchers) changed();
    },
    watch(changed) {
      watchers.push(changed);
    },
  };
}
