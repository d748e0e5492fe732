// `vggpu evaluate`: loss, accuracy and confusion on labelled photos.
import type { Command } from 'commander';
import type { Evaluation } from '../vgg16/evaluate.js';
import { withModel } from './model.js';
import { type WeightsOptions, wholeNumber, withWeights } from './options.js';
import { bar, createStatusLine } from './progress.js';

interface EvaluateOptions extends WeightsOptions {
  readonly batchSize: number;
  readonly json?: boolean;
}

export function addEvaluate(program: Command): void {
  withWeights(program.command('evaluate'))
    .description('measure a finetuned model on labelled photos')
    .argument('<dir>', 'a folder per class, matched to the model’s classes by name')
    .option('--batch-size <count>', 'photos at a time', wholeNumber('--batch-size', 1), 64)
    .option('--json', 'print JSON: {loss, accuracy, confusion: {classes, matrix}, skipped}')
    .action(async (directory: string, options: EvaluateOptions) => {
      const { exif, batchSize } = options;
      await withModel(options, async (vgg) => {
        const line = createStatusLine();
        const result = await vgg.evaluate(directory, {
          ...{ exif, batchSize },
          onProgress: (done, total) => line.show(`${done}/${total} ${bar(done / total)}`),
          onSkip({ file, reason }) {
            line.clear();
            console.error(`Skipped ${file}: ${reason}`);
          },
        });
        line.clear();
        console.log(options.json ? JSON.stringify(result, undefined, 2) : evaluationText(result));
      });
    });
}

/** Accuracy, loss, and the confusion matrix: a row a true class, a column a predicted one. */
export function evaluationText({ loss, accuracy, confusion: { classes, matrix }, skipped }: Evaluation): string {
  const pictures = matrix.flat().reduce((sum, count) => sum + count, 0);
  const names = Math.max(...classes.map((name) => name.length), 'true class'.length);
  const cells = Math.max(...matrix.flat().map((count) => String(count).length), ...classes.map((name) => name.length));
  const row = (name: string, values: readonly (string | number)[]) =>
    `${name.padEnd(names)}  ${values.map((value) => String(value).padStart(cells)).join('  ')}`;
  return [
    `accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)}, ${pictures} pictures${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
    '',
    `${' '.repeat(names)}  predicted`,
    row('true class', classes),
    ...classes.map((name, i) => row(name, matrix[i]!)),
  ].join('\n');
}
