// `vggpu predict`: the most probable classes of pictures.
import type { Command } from 'commander';
import pc from 'picocolors';
import { decodeBatches } from '../data/pictures/prefetch.js';
import { decodeOptions } from '../vgg16/features.js';
import { type Outputs, predictPictures, topClasses } from '../vgg16/predict.js';
import type { Vgg16 } from '../vgg16/vgg16.js';
import { type OpenModel, withModel } from './model.js';
import { type WeightsOptions, wholeNumber, withModelFile, withWeights } from './options.js';
import { expandPictures } from './picture-arguments.js';

interface PredictOptions extends WeightsOptions {
  readonly top: number;
  readonly json?: boolean;
  readonly logits?: boolean;
}

/** What JSON has for each picture. */
interface Prediction {
  readonly file: string;
  readonly top: readonly { index: number; wnid?: string; name: string; probability: number }[];
  readonly logits?: readonly number[];
  readonly error?: string;
}

/** Pictures that are run together. */
const BATCH = 8;

/** @param open opens the model, and may look on while it is used */
export function addPredict(program: Command, open: OpenModel = withModel): Command {
  return withModelFile(withWeights(program.command('predict')))
    .description('say what is on pictures')
    .argument('<pictures...>', 'files, or folders of them')
    .option('--top <count>', 'classes for each picture', wholeNumber('--top', 1), 5)
    .option('--logits', 'with --json, the last layer’s outputs as well')
    .option('--json', 'print JSON: [{file, top: [{index, wnid, name, probability}], error?}]')
    .action(async (paths: string[], options: PredictOptions) => {
      const files = (await expandPictures(paths)).map(({ path }) => path);
      await open(options, async (vgg) => {
        const predictions = await predictFiles(vgg, files, options);
        if (options.json) console.log(JSON.stringify(predictions, undefined, 2));
        if (predictions.some(({ error }) => error)) process.exitCode = 1;
      });
    });
}

async function predictFiles(vgg: Vgg16, paths: readonly string[], options: PredictOptions): Promise<Prediction[]> {
  const results: Prediction[] = [];
  const failed: Prediction[] = [];
  const done = (prediction: Prediction) => {
    if (!options.json) print(prediction);
    results.push(prediction);
  };
  const files = paths.map((path) => ({ path, name: path }));
  const onSkip = (file: { path: string }, error: string) => failed.push({ file: file.path, top: [], error });
  const settings = { batchSize: BATCH, ...decodeOptions(vgg.network, options.exif), onSkip };
  for await (const { files: own, pictures } of decodeBatches(files, settings)) {
    const outputs = await predictPictures(
      vgg.network,
      pictures,
      own.map(({ path }) => path),
    );
    outputs.forEach((output, i) => {
      done(asPrediction(vgg, own[i]!.path, output, options));
    });
  }
  for (const prediction of failed) done(prediction);
  const order = new Map(paths.map((path, i) => [path, i]));
  return results.sort((a, b) => order.get(a.file)! - order.get(b.file)!);
}

function asPrediction(
  vgg: Vgg16,
  file: string,
  { probabilities, logits }: Outputs,
  options: PredictOptions,
): Prediction {
  const top = topClasses(probabilities, options.top).map(({ index, probability }) => {
    const { name, wnid } = vgg.classNames[index]!;
    return { index, ...(wnid === undefined ? {} : { wnid }), name, probability };
  });
  return { file, top, ...(options.logits ? { logits: Array.from(logits) } : {}) };
}

function print({ file, top, error }: Prediction): void {
  if (error) {
    console.error(`${pc.red('error:')} ${file}: ${error}`);
    return;
  }
  console.log(pc.bold(file));
  for (const { name, probability } of top) console.log(`  ${probability.toFixed(4)}  ${name}`);
}
