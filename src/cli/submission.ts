// `vggpu submission`: predictions in, the file that Kaggle takes out, and how to send it.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { removeLeftovers, writeFileAtomic } from '../data/files/atomic-file.js';
import { someOf } from '../data/some-of.js';
import { readPredictions } from '../data/submission/predictions.js';
import { makeSubmission, type Submission } from '../data/submission/submission.js';
import { VggpuError } from '../errors.js';
import { wholeNumber } from './options.js';
import { shellWord } from './shell-word.js';

interface SubmissionOptions {
  readonly class: string;
  readonly out: string;
  readonly clip: readonly [number, number] | false;
  readonly idColumn: string;
  readonly labelColumn: string;
  readonly expect?: number;
  readonly fill?: number;
  readonly allowMissing?: boolean;
  readonly competition: string;
}

/** Lesson 1's competition, and the pictures in its test set. */
const REDUX = { competition: 'dogs-vs-cats-redux-kernels-edition', pictures: 12_500 };

export function addSubmission(program: Command): void {
  program
    .command('submission')
    .description('make a Kaggle submission of predictions: id,label')
    .argument('<predictions>', '.csv or .npy, as vggpu test writes them')
    .requiredOption('--class <name>', 'the class whose probability is the label')
    .requiredOption('--out <file>', 'where to write it (.csv)')
    .option('--clip <low,high>', 'bring labels into this range: sure mistakes cost most', clipRange, [0.025, 0.975])
    .option('--no-clip', 'write the probabilities as they are')
    .option('--expect <count>', 'ids must run from 1 to this number', wholeNumber('--expect', 1))
    .option('--fill <label>', 'label of ids that have no picture', shareOfOne('--fill'))
    .option('--allow-missing', 'leave out ids that have no picture')
    .option('--id-column <name>', 'header of the ids', 'id')
    .option('--label-column <name>', 'header of the labels', 'label')
    .option('--competition <name>', "as in the competition's address", competitionName, REDUX.competition)
    .action(submission);
}

async function submission(path: string, options: SubmissionOptions): Promise<void> {
  const { out, clip, competition, fill } = options;
  if (resolve(out) === resolve(path))
    throw new VggpuError('usage', `${out} holds the predictions. Name another --out.`);
  const predictions = await readPredictions(path);
  const made = makeSubmission(predictions, {
    ...options,
    className: options.class,
    clip: clip === false ? undefined : clip,
  });
  await removeLeftovers(out);
  await writeFileAtomic(out, made.text);
  sayMissing(made, fill);
  if (competition === REDUX.competition && made.ids !== REDUX.pictures) {
    console.error(`Note: ${competition} has ${REDUX.pictures} test pictures, and this file has ${made.ids} ids.`);
  }
  const range = clip === false ? 'not clipped' : `clipped to ${clip.join('..')}`;
  console.log(`Wrote ${out}: ${made.ids} ids, the probability of ${options.class}, ${range}.`);
  const message = `VGG16 finetuned with vggpu, ${range}`;
  console.log(`Submit it: kaggle competitions submit -c ${competition} -f ${shellWord(out)} -m "${message}"`);
}

function sayMissing({ missing }: Submission, fill: number | undefined): void {
  if (missing.length === 0) return;
  const done = fill === undefined ? 'Left out, having no picture' : `Filled with ${fill}, having no picture`;
  console.error(`${done}: ${missing.length === 1 ? 'id' : 'ids'} ${someOf(missing, 10)}.`);
}

function clipRange(text: string): [number, number] {
  const [low, high, ...more] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (more.length === 0 && low! >= 0 && low! < high! && high! <= 1) return [low!, high!];
  throw new VggpuError('usage', `--clip must be two rising numbers from 0 to 1, such as 0.025,0.975, not '${text}'.`);
}

function shareOfOne(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= 0 && value <= 1) return value;
    throw new VggpuError('usage', `${name} must be a number from 0 to 1, not '${text}'.`);
  };
}

function competitionName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/i.test(text)) return text;
  throw new VggpuError('usage', `--competition must be a name such as ${REDUX.competition}, not '${text}'.`);
}
