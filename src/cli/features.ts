// `vggpu features`: one shard of a folder's features, computed once for any number of finetunes.
import { type Command, Option } from 'commander';
import { type Dtype, manifestPath, type ShardSettings } from '../data/shards/manifest.js';
import { shardCount, taskNumber } from '../data/shards/task-number.js';
import { computeShard, prepareManifest } from '../vgg16/shards/compute-shard.js';
import { withModel } from './model.js';
import { describeOptionsOf, type WeightsOptions, wholeNumber, withModelFile, withWeights } from './options.js';
import { bar, createEta, createStatusLine, formatSeconds } from './progress.js';
import { shellWord } from './shell-word.js';

interface FeaturesOptions extends WeightsOptions {
  readonly out: string;
  readonly layer?: string;
  readonly shard?: number;
  readonly of?: number;
  readonly dtype?: Dtype;
  readonly chunk?: number;
  readonly hash?: 'content' | 'size';
  readonly batchSize: number;
  readonly unlabelled?: boolean;
  readonly manifestOnly?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

export function addFeatures(program: Command): void {
  const command = program
    .command('features')
    .description(
      "compute one layer's output for a shard of the photos, to train on elsewhere; a shard run again goes on where it stopped",
    )
    .argument('<dir>', 'photos: a folder per class, or any folder (then without labels)')
    .requiredOption('--out <folder>', 'the folder that all shards share')
    .option('--layer <name>', 'whose output to keep (default: fc1, or the last layer before dropout)')
    .option(
      '--shard <number>',
      'which shard, from 0 (default: that of the Slurm array task or of the Indexed Job; else 0 of 1)',
      wholeNumber('--shard', 0),
    )
    .option('--of <count>', 'how many shards there are (default: the tasks of the Slurm array)', wholeNumber('--of', 1))
    .addOption(
      new Option('--dtype <type>', 'how numbers are stored (default: float32)').choices(['float32', 'float16']),
    )
    .option('--chunk <count>', 'photos to a file (default: 1024)', wholeNumber('--chunk', 1))
    .addOption(
      new Option(
        '--hash <what>',
        'how photos are known again: content reads each once for the manifest, size does not (default: content)',
      ).choices(['content', 'size']),
    )
    .option('--batch-size <count>', 'photos at a time', wholeNumber('--batch-size', 1), 64)
    .option('--unlabelled', 'take the photos as without labels, whatever folders they lie in')
    .option('--manifest-only', 'make the manifest and compute nothing; needs no device')
    .option('--check', 'read the chunks that are there, and compute those again whose content is not as it was')
    .option('--json', 'print JSON: {out, shard, of, layer, rows, skipped, chunks, computed}')
    .action(features);
  withModelFile(withWeights(command));
}

async function features(directory: string, options: FeaturesOptions): Promise<void> {
  const line = createStatusLine();
  const say = (text: string) => {
    line.clear();
    console.error(text);
  };
  const settings = {
    ...{ ...options, ...describeOptionsOf(options), directory, say, words: wordsOf(options) },
    onHash: (done: number, total: number) => line.show(`Hashing: ${done}/${total} ${bar(done / total)}`),
  };
  try {
    if (options.manifestOnly) {
      const { manifest, made } = await prepareManifest({ ...settings, of: shardCount(options.of, process.env) });
      line.clear();
      printManifest(options, manifest.pictures.names.length, manifest.settings, made);
      return;
    }
    const eta = createEta();
    const { shard, of } = taskNumber(options, process.env);
    const result = await computeShard({
      ...{ ...settings, shard, of },
      onSkip: ({ file, reason }) => say(`Skipped ${file}: ${reason}`),
      onProgress(done, total) {
        const left = eta(done, total);
        const time = left === undefined ? '' : ` - ETA: ${formatSeconds(left)}`;
        line.show(`Shard ${shard} of ${of}: ${done}/${total} ${bar(done / total)}${time}`);
      },
      withNetwork: (use) =>
        withModel(options, ({ network, engine: { info } }) => use(network, `${info.name} ${info.driver}`.trim())),
    });
    line.clear();
    if (options.json) return console.log(JSON.stringify({ out: options.out, ...result }, undefined, 2));
    const left = result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : '';
    const state = result.computed > 0 ? 'is finished' : 'was finished before';
    console.log(`Shard ${shard} of ${of} ${state}: ${result.rows} rows of ${result.layer}${left}.`);
    if (of === 1) console.log(`Go on with: vggpu merge ${shellWord(options.out)}`);
  } finally {
    line.clear();
  }
}

function printManifest(
  { out, json }: FeaturesOptions,
  pictures: number,
  { shards, layer, classes }: ShardSettings,
  made: boolean,
): void {
  const manifest = manifestPath(out);
  if (json) {
    console.log(JSON.stringify({ out, manifest, made, pictures, shards, layer, classes }, undefined, 2));
  } else {
    const what = `${pictures} pictures in ${shards} ${shards === 1 ? 'shard' : 'shards'} of ${layer}`;
    console.log(made ? `Wrote ${manifest}: ${what}.` : `${manifest} is there, and the same: ${what}.`);
  }
}

/** The options that decide what a row holds, as they were typed. */
function wordsOf(options: FeaturesOptions): string[] {
  const { weights, model, architecture, preprocess, rescale, classes, kernels, resize, exif, unlabelled } = options;
  const precision = options.precision === 'f32' ? undefined : options.precision;
  const named = {
    ...(model === undefined ? { weights } : { model }),
    ...{ architecture, preprocess, rescale, kernels, resize, precision },
    classes: classes?.join(','),
  };
  const words = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, `${value}`],
  );
  return [...words, ...(exif ? [] : ['--no-exif']), ...(unlabelled ? ['--unlabelled'] : [])];
}
