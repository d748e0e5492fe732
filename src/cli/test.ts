// `vggpu test`: class probabilities, or one layer's features, of every picture in a folder.
import type { Command } from 'commander';
import { listPictures } from '../data/pictures/image-folder.js';
import { openShards } from '../data/shards/shards.js';
import { prepareRows } from '../data/submission/row-files.js';
import { VggpuError } from '../errors.js';
import { assertFeatureWeights } from '../vgg16/shards/features-fit.js';
import { testShardsToFile } from '../vgg16/shards/test-shards.js';
import { type TestFile, type TestRowsOptions, testFormat, testToFile } from '../vgg16/test.js';
import type { Vgg16 } from '../vgg16/vgg16.js';
import { withModel } from './model.js';
import { describeOptionsOf, type WeightsOptions, wholeNumber, withModelFile, withWeights } from './options.js';
import { bar, createEta, createStatusLine, formatSeconds } from './progress.js';
import { shellWord } from './shell-word.js';

interface TestOptions extends WeightsOptions {
  readonly out: string;
  readonly batchSize: number;
  readonly features?: string;
  readonly fromFeatures?: string;
  readonly json?: boolean;
}

export function addTest(program: Command): void {
  withModelFile(withWeights(program.command('test')))
    .description('write the class probabilities of every photo in a folder, labelled or not')
    .argument('[dir]', 'photos, in folders or not')
    .requiredOption('--out <file>', 'preds.csv, or preds.npy with the file names in preds.json')
    .option('--features <layer>', 'write the output of this layer instead, as .npy (of the last layer: the logits)')
    .option('--from-features <folder>', 'features of the photos, instead of [dir]: what vggpu features and merge made')
    .option('--batch-size <count>', 'photos at a time', wholeNumber('--batch-size', 1), 64)
    .option('--json', 'print JSON: {out, names, pictures, classes, skipped}')
    .action(test);
}

async function test(directory: string | undefined, options: TestOptions, command: Command): Promise<void> {
  const { out, features: layer } = options;
  testFormat(out, layer);
  const source = await openSource(directory, options, command);
  try {
    await prepareRows(out);
    console.error(`Found ${source.count} images.`);
    await withModel(options, async (vgg) => {
      const line = createStatusLine();
      const eta = createEta();
      const { classes } = vgg;
      try {
        const result = await source.run(vgg, {
          onProgress(done, total) {
            const left = eta(done, total);
            const time = left === undefined ? '' : ` - ETA: ${formatSeconds(left)}`;
            line.show(`${done}/${total} ${bar(done / total)}${time}`);
          },
          onSkip({ file, reason }) {
            line.clear();
            console.error(`Skipped ${file}: ${reason}`);
          },
        });
        line.clear();
        const { skipped, ...rest } = result;
        const what = layer === undefined ? { classes } : { layer };
        console.log(
          options.json ? JSON.stringify({ ...rest, ...what, skipped }, undefined, 2) : resultText(result, what),
        );
      } finally {
        line.clear();
      }
    });
  } finally {
    await source.close();
  }
}

/** What is tested: pictures, or features that were computed before. */
interface Source {
  /** Pictures, those that cannot be read included. */
  readonly count: number;
  run(vgg: Vgg16, told: Pick<TestRowsOptions, 'onProgress' | 'onSkip'>): Promise<TestFile>;
  close(): Promise<void>;
}

/** @throws VggpuError 'usage', 'pictures', 'output', or 'weights' where the features are those of other weights */
async function openSource(directory: string | undefined, options: TestOptions, command: Command): Promise<Source> {
  const { out, features: layer, fromFeatures, batchSize, exif, weights } = options;
  if (fromFeatures === undefined) {
    if (directory === undefined) command.error("error: missing required argument 'dir' (or --from-features <folder>)");
    const { files } = await listPictures(directory);
    return {
      count: files.length,
      run: ({ network, classes }, told) =>
        testToFile(network, files, out, { layer, batchSize, exif, classes, weights, ...told }),
      close: async () => {},
    };
  }
  if (directory !== undefined || layer !== undefined || !exif) {
    const idle = directory !== undefined ? directory : layer !== undefined ? `--features ${layer}` : '--no-exif';
    throw new VggpuError('usage', `${idle} does not go with --from-features: the pictures are not read again.`);
  }
  const shards = await openShards(fromFeatures);
  try {
    await assertFeatureWeights(shards, weights, describeOptionsOf(options));
  } catch (error) {
    await shards.close();
    throw error;
  }
  return {
    count: shards.index.pictures,
    run({ network, classes }, { onProgress, onSkip }) {
      for (const skipped of shards.index.skipped) onSkip?.(skipped);
      return testShardsToFile(network, shards, out, { batchSize, classes, weights, onProgress });
    },
    close: () => shards.close(),
  };
}

function resultText(
  { out, names, pictures, skipped }: TestFile,
  { classes, layer }: { classes?: readonly string[]; layer?: string },
): string {
  const rows = layer === undefined ? `${classes!.length} classes` : `the features of ${layer}`;
  const left = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  const wrote = `Wrote ${out}: ${pictures} pictures, ${rows}${left}.${names ? ` The file names are in ${names}.` : ''}`;
  if (classes?.length !== 2) return wrote;
  const holes = skipped.length > 0 ? ' --fill 0.5' : '';
  return `${wrote}\nFor Kaggle: vggpu submission ${shellWord(out)} --class ${shellWord(classes[1]!)} --out submission.csv${holes}`;
}
