// Whether a network is as often right as it is sure.
import { isRight, type Judgement } from './judgement.js';

/** Pictures whose confidence lies in (low, high]. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean confidence and share of right ones; undefined in an empty bin. */
  readonly confidence: number | undefined;
  readonly accuracy: number | undefined;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error, 0..1: the mean of |accuracy - confidence| over pictures, bin by bin. */
  readonly error: number;
}

/**
 * The reliability curve: pictures sorted by the probability of their predicted class into bins of equal width, and how many of
 * each bin are right. Naeini et al. 2015; Guo et al. 2017, "On Calibration of Modern Neural Networks".
 */
export function calibrate(judgements: readonly Judgement[], binCount = 10): Calibration {
  const binOf = ({ confidence }: Judgement) =>
    Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1));
  const bins = Array.from({ length: binCount }, (_, bin) => {
    const own = judgements.filter((judgement) => binOf(judgement) === bin);
    const mean = (sum: number) => (own.length === 0 ? undefined : sum / own.length);
    return {
      low: bin / binCount,
      high: (bin + 1) / binCount,
      count: own.length,
      confidence: mean(own.reduce((sum, { confidence }) => sum + confidence, 0)),
      accuracy: mean(own.filter(isRight).length),
    };
  });
  const error = bins.reduce(
    (sum, { count, confidence = 0, accuracy = 0 }) =>
      sum + (count / judgements.length) * Math.abs(accuracy - confidence),
    0,
  );
  return { bins, error: judgements.length === 0 ? 0 : error };
}
