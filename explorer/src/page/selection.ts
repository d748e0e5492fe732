// What is chosen on the page: a layer, one of its channels, a pixel of that; whoever shows it is told of changes.

export interface Selection {
  readonly layer: number;
  readonly channel: number;
  /** -1 before a pixel was chosen. */
  readonly row: number;
  readonly column: number;
}

export interface Selected {
  readonly now: Selection;
  /** Chooses; what is not named stays, except that another layer starts at its first channel. */
  choose(change: Partial<Selection>): void;
  /** Calls back at each change, with what was chosen before. @returns what ends that */
  watch(changed: (now: Selection, before: Selection) => void): () => void;
}

export function createSelected(): Selected {
  const watchers = new Set<(now: Selection, before: Selection) => void>();
  let now: Selection = { layer: 0, channel: 0, row: -1, column: -1 };
  return {
    get now() {
      return now;
    },
    choose(change) {
      const before = now;
      const other = change.layer !== undefined && change.layer !== before.layer;
      now = { ...before, ...(other && { channel: 0, row: -1, column: -1 }), ...change };
      if (Object.entries(now).every(([name, value]) => before[name as keyof Selection] === value)) return;
      for (const changed of [...watchers]) changed(now, before);
    },
    watch(changed) {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
  };
}
