// What the small network that comes with this package tells apart, which its file does not say.
import { PRETRAINING_CLASSES } from '../data/drawings/classes.js';

/** Names in the order of the outputs: the drawings that it learnt, then the animals that were put together for it. */
export function miniClasses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const { length } = PRETRAINING_CLASSES;
    return PRETRAINING_CLASSES[i]?.name ?? `invented animal ${i - length + 1}`;
  });
}
