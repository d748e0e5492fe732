// `vggpu evaluate`: loss, accuracy and confusion on labelled photos, and a page about them.
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { resolveWeights } from '../data/download/resolve-weights.js';
import { assertWritable } from '../data/files/atomic-file.js';
import { openWeights } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import { cacheFolder } from '../node/cache-folder.js';
import { type Judgement, judge } from '../report/judgement.js';
import type { Report, ReportedWeights } from '../report/report.js';
import { logBeside, readTrainingLog } from '../report/training-log.js';
import { writeReport } from '../report/write-report.js';
import type { Evaluation } from '../vgg16/evaluate.js';
import { parseModelAttributes } from '../vgg16/model-file.js';
import type { Vgg16 } from '../vgg16/vgg16.js';
import { commandAgain } from './interrupt.js';
import { withModel } from './model.js';
import { seedNumber, type WeightsOptions, wholeNumber, withModelFile, withWeights } from './options.js';
import { bar, createStatusLine } from './progress.js';

interface EvaluateOptions extends WeightsOptions {
  readonly batchSize: number;
  readonly json?: boolean;
  readonly report?: string;
  readonly views?: number;
  readonly log?: string;
  readonly seed?: number;
}

export function addEvaluate(program: Command): void {
  withModelFile(withWeights(program.command('evaluate')))
    .description('measure a finetuned model on labelled photos')
    .argument('<dir>', 'a folder per class, matched to the model’s classes by name')
    .option('--batch-size <count>', 'photos at a time', wholeNumber('--batch-size', 1), 64)
    .option('--report <file>', 'write a page to look at (.html): numbers, confusion matrix, pictures, curves')
    .option('--views <count>', 'with --report, pictures in each of its views (default: 4)', wholeNumber('--views', 1))
    .option('--log <file>', 'with --report, the log of the training run (default: the .csv beside the weights)')
    .option('--seed <number>', 'with --report, of the pictures chosen at random (default: 42)', seedNumber)
    .option('--json', 'print JSON: {loss, accuracy, confusion: {classes, matrix}, skipped}')
    .action((directory: string, options: EvaluateOptions) => evaluate(directory, options, program.version() ?? ''));
}

async function evaluate(directory: string, options: EvaluateOptions, version: string): Promise<void> {
  const { exif, batchSize, report } = options;
  checkReportOptions(options);
  if (report !== undefined) await assertWritable(report);
  const log = report === undefined ? undefined : await findLog(options);
  await withModel(options, async (vgg) => {
    const line = createStatusLine();
    const judgements: Judgement[] = [];
    const result = await vgg.evaluate(directory, {
      ...{ exif, batchSize },
      onProgress: (done, total) => line.show(`${done}/${total} ${bar(done / total)}`),
      onSkip({ file, reason }) {
        line.clear();
        console.error(`Skipped ${file}: ${reason}`);
      },
      ...(report === undefined
        ? {}
        : { onPrediction: ({ probabilities, ...picture }) => judgements.push(judge(picture, probabilities)) }),
    });
    line.clear();
    if (report !== undefined && log) {
      const origin = { directory, judgements, log, version };
      const content = await reportOf(vgg, result, options, origin);
      await writeReport(report, content, (done, total) => line.show(`Pictures: ${done}/${total} ${bar(done / total)}`));
      line.clear();
      console.error(`Wrote ${report}. Open it in a browser.`);
    }
    console.log(options.json ? JSON.stringify(result, undefined, 2) : evaluationText(result));
  });
}

function checkReportOptions({ report, ...options }: EvaluateOptions): void {
  if (report !== undefined) return;
  const idle = (['views', 'log', 'seed'] as const).find((name) => options[name] !== undefined);
  if (idle) throw new VggpuError('usage', `--${idle} needs --report FILE: it says what the report shows.`);
}

/** Reads the log that was named; or the one beside the weights, where there is one that can be read. */
async function findLog({ log, weights }: EvaluateOptions): Promise<Report['log']> {
  if (log !== undefined) return { path: log, epochs: await readTrainingLog(log) };
  const path = logBeside(weights);
  if (!(await stat(path).catch(() => undefined))) {
    return { missing: `No log of the training run lies at ${path}; --log FILE names another.` };
  }
  try {
    return { path, epochs: await readTrainingLog(path) };
  } catch (error) {
    if (!(error instanceof VggpuError)) throw error;
    console.error(`The report has no training curves. ${error.message}`);
    return { missing: error.message };
  }
}

async function reportOf(
  vgg: Vgg16,
  { loss, accuracy, confusion, skipped }: Evaluation,
  { exif, weights, seed = 42, views = 4 }: EvaluateOptions,
  origin: Pick<Report, 'directory' | 'judgements' | 'log' | 'version'>,
): Promise<Report> {
  const { name, driver } = vgg.engine.info;
  return {
    ...{ loss, accuracy, skipped, exif, seed, views },
    ...origin,
    classes: confusion.classes,
    confusion: confusion.matrix,
    weights: await describeWeights(weights),
    adapter: driver === '' ? name : `${name} (${driver})`,
    command: commandAgain([]),
    date: new Date(),
  };
}

/** What the weights' file tells of its training. */
async function describeWeights(file: string): Promise<ReportedWeights> {
  const path = await resolveWeights(file, cacheFolder);
  const { size: bytes } = await stat(path);
  const opened = await openWeights(path);
  try {
    const { attributes } = opened;
    const training = attributes === undefined ? undefined : parseModelAttributes(path, attributes).training;
    return { file, bytes, training };
  } finally {
    await opened.close();
  }
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
