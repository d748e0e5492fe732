// What a network said about one labelled picture, short enough to be kept for every picture of a set.

/** A picture that was evaluated. */
export interface Judgement {
  /** Its name below the folder, with posix slashes. */
  readonly file: string;
  /** Where it lies. */
  readonly path: string;
  /** The index of its true class. */
  readonly label: number;
  /** The index of its most probable class; of equals, the lower one. */
  readonly predicted: number;
  /** The probability of that class, 0..1. */
  readonly confidence: number;
  /** The second most probable class, and its probability; the first one again where there is only one class. */
  readonly second: number;
  readonly secondProbability: number;
}

/** Keeps of a picture's probabilities (classes) what the report needs. */
export function judge(
  { file, path, label }: Pick<Judgement, 'file' | 'path' | 'label'>,
  probabilities: ArrayLike<number>,
): Judgement {
  const largest = (besides: number) => {
    let best = besides === 0 && probabilities.length > 1 ? 1 : 0;
    for (let i = 0; i < probabilities.length; i++) {
      if (i !== besides && probabilities[i]! > probabilities[best]!) best = i;
    }
    return best;
  };
  const predicted = largest(-1);
  const second = largest(predicted);
  return {
    ...{ file, path, label, predicted, second },
    confidence: probabilities[predicted]!,
    secondProbability: probabilities[second]!,
  };
}

/** How far the most probable class is ahead of the next, 0..1. */
export function marginOf({ confidence, secondProbability }: Judgement): number {
  return confidence - secondProbability;
}

export function isRight({ label, predicted }: Judgement): boolean {
  return label === predicted;
}
