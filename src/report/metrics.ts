// Numbers on a confusion matrix: precision, recall and F1 of each class, and how sure an accuracy is.

/** matrix[true class][predicted class] counts pictures. */
export type Confusion = readonly (readonly number[])[];

/** How a class fared. Undefined is what would be a division by zero: the precision of a class that was never predicted. */
export interface ClassMetrics {
  /** Of the pictures taken for this class, the share that is of it. */
  readonly precision: number | undefined;
  /** Of the pictures of this class, the share that was taken for it. */
  readonly recall: number | undefined;
  /** Harmonic mean of both, 2 TP / (2 TP + FP + FN). */
  readonly f1: number | undefined;
  /** Pictures of this class. */
  readonly support: number;
  /** Pictures taken for this class. */
  readonly predicted: number;
}

export function classMetrics(confusion: Confusion): ClassMetrics[] {
  const columns = confusion.map(() => 0);
  for (const row of confusion) for (const [j, count] of row.entries()) columns[j]! += count;
  return confusion.map((row, i) => {
    const hits = row[i]!;
    const support = total(row);
    const predicted = columns[i]!;
    return {
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
      predicted,
    };
  });
}

/** The plain mean over the classes for which a number is defined. */
export function meanDefined(values: readonly (number | undefined)[]): number | undefined {
  const defined = values.filter((value) => value !== undefined);
  return ratio(total(defined), defined.length);
}

/**
 * The range in which a share lies with 95 % confidence, from `hits` of `count`: Wilson's score interval (Wilson 1927).
 * @returns 0..1 where nothing was counted
 */
export function wilsonInterval(hits: number, count: number): readonly [low: number, high: number] {
  if (count === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / count;
  const middle = share + z ** 2 / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  const scale = 1 + z ** 2 / count;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
