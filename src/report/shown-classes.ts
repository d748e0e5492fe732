// Which classes a report goes into: all, or of very many those that are mistaken most.
import { type Confusion, classMetrics } from './metrics.js';

/** A matrix of more classes is no longer looked through, and its page would not open: 1,000 classes have a million cells. */
const MOST_CLASSES = 40;

/** @returns indices in ascending order: all classes, or those with most mistakes of theirs and for them */
export function chooseClasses(confusion: Confusion, most = MOST_CLASSES): number[] {
  const classes = confusion.map((_, i) => i);
  if (classes.length <= most) return classes;
  const mistakes = classMetrics(confusion).map(
    ({ support, predicted }, i) => support + predicted - 2 * confusion[i]![i]!,
  );
  return classes
    .sort((a, b) => mistakes[b]! - mistakes[a]! || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}
