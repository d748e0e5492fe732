// Judgements for tests, of which only what matters is said.
import { type Judgement, judge } from '../../src/report/judgement.js';

/** A picture of class `label` with these probabilities. */
export function judged(
  label: number,
  probabilities: readonly number[],
  file = `${label}/${probabilities.join('-')}.jpg`,
): Judgement {
  return judge({ file, path: `/pictures/${file}`, label }, probabilities);
}
