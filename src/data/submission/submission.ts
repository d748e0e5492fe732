// Kaggle's submission file: an id and one class's probability for every test picture.

import { VggpuError } from '../../errors.js';
import { csvLine } from '../files/csv.js';
import { someOf } from '../some-of.js';
import { fiveDecimals } from './five-decimals.js';
import { count, idsOf, missingIds, parseId } from './ids.js';
import type { Predictions } from './predictions.js';

export interface SubmissionOptions {
  /** The class whose probability is the label. */
  readonly className: string;
  /** Labels are brought into this range, in float32 as NumPy's clip does: the log loss of a sure mistake has no bound. */
  readonly clip?: readonly [low: number, high: number] | undefined;
  /** Header of the ids; default 'id'. */
  readonly idColumn?: string | undefined;
  /** Header of the probabilities; default 'label'. */
  readonly labelColumn?: string | undefined;
  /** How many ids there must be: 1 to this number. */
  readonly expect?: number | undefined;
  /** Label of ids that have no picture, 0..1. */
  readonly fill?: number | undefined;
  /** Leaves out ids that have no picture. */
  readonly allowMissing?: boolean | undefined;
}

export interface Submission {
  /** The file: a header, then a line an id by number, five decimals, LF. */
  readonly text: string;
  /** Lines below the header. */
  readonly ids: number;
  /** Ids that have no picture: filled, or left out. */
  readonly missing: readonly number[];
}

/**
 * Makes a submission of predictions.
 *
 * @throws VggpuError 'usage' for a class that is not there, or options that make no sense; 'pictures' for a file name that is
 *   no id, an id of two pictures, or (without `fill` and `allowMissing`) an id that has none
 */
export function makeSubmission(predictions: Predictions, options: SubmissionOptions): Submission {
  const { fileNames, classes, probabilities, skipped } = predictions;
  const { clip, fill, allowMissing = false, idColumn = 'id', labelColumn = 'label' } = options;
  assertOptions(options);
  const column = columnOf(predictions, options.className);
  const rows = idsOf(fileNames);
  const missing = missingIds(rows, fileNames, { expect: options.expect, skipped });
  if (missing.length > 0 && fill === undefined && !allowMissing) throw incomplete(predictions, missing, rows.length);

  const low = Math.fround(clip?.[0] ?? 0);
  const high = Math.fround(clip?.[1] ?? 1);
  const lines = rows.map(({ id, row }) => {
    const probability = probabilities[row * classes.length + column]!;
    return { id, text: fiveDecimals(Math.min(Math.max(probability, low), high)) };
  });
  if (fill !== undefined) for (const id of missing) lines.push({ id, text: fiveDecimals(fill) });
  lines.sort((a, b) => a.id - b.id);
  const body = lines.map(({ id, text }) => `${id},${text}\n`).join('');
  return { text: csvLine([idColumn, labelColumn]) + body, ids: lines.length, missing };
}

function assertOptions({ clip, fill, allowMissing }: SubmissionOptions): void {
  if (clip && !(clip[0] >= 0 && clip[0] < clip[1] && clip[1] <= 1)) {
    throw new VggpuError('usage', `The clip must be two rising numbers from 0 to 1, not ${clip.join(', ')}.`);
  }
  if (fill !== undefined && !(fill >= 0 && fill <= 1)) {
    throw new VggpuError('usage', `What missing ids are filled with must be from 0 to 1, not ${fill}.`);
  }
  if (fill !== undefined && allowMissing) {
    throw new VggpuError('usage', 'Missing ids are either filled or left out: choose one of the two.');
  }
}

function columnOf({ path, classes }: Predictions, className: string): number {
  const column = classes.indexOf(className);
  if (column >= 0 && column === classes.lastIndexOf(className)) return column;
  const wrong = column < 0 ? `has no class ${className}` : `has two classes called ${className}`;
  throw new VggpuError('usage', `${path} ${wrong}. Its classes are ${someOf(classes)}.`);
}

function incomplete({ skipped }: Predictions, missing: readonly number[], there: number): VggpuError {
  const unreadable = new Set(skipped.map(parseId));
  const named = missing.map((id) => (unreadable.has(id) ? `${id} (its picture could not be read)` : id));
  const are = count(missing.length, 'id is', 'ids are');
  return new VggpuError(
    'pictures',
    `${are} missing beside ${there} that are there: ${someOf(named, 10)}. Kaggle refuses a file with holes. Give the missing ids a label (--fill 0.5), or leave them out (--allow-missing).`,
  );
}
