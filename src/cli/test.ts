// `vggpu test`: class probabilities, or one layer's features, of every picture in a folder.
import type { Command } from 'commander';
import { listPictures } from '../data/pictures/image-folder.js';
import { prepareRows } from '../data/submission/row-files.js';
import { type TestFile, testFormat, testToFile } from '../vgg16/test.js';
import { withModel } from './model.js';
import { type WeightsOptions, wholeNumber, withWeights } from './options.js';
import { bar, createEta, createStatusLine, formatSeconds } from './progress.js';
import { shellWord } from './shell-word.js';

interface TestOptions extends WeightsOptions {
  readonly out: string;
  readonly batchSize: number;
  readonly features?: string;
  readonly json?: boolean;
}

export function addTest(program: Command): void {
  withWeights(program.command('test'))
    .description('write the class probabilities of every photo in a folder, labelled or not')
    .argument('<dir>', 'photos, in folders or not')
    .requiredOption('--out <file>', 'preds.csv, or preds.npy with the file names in preds.json')
    .option('--features <layer>', 'write the output of this layer instead, as .npy (of the last layer: the logits)')
    .option('--batch-size <count>', 'photos at a time', wholeNumber('--batch-size', 1), 64)
    .option('--json', 'print JSON: {out, names, pictures, classes, skipped}')
    .action(test);
}

async function test(directory: string, options: TestOptions): Promise<void> {
  const { out, features: layer, batchSize, exif, weights } = options;
  testFormat(out, layer);
  const { files } = await listPictures(directory);
  await prepareRows(out);
  console.error(`Found ${files.length} images.`);
  await withModel(options, async (vgg) => {
    const line = createStatusLine();
    const eta = createEta();
    const { classes } = vgg;
    try {
      const result = await testToFile(vgg.network, files, out, {
        ...{ layer, batchSize, exif, classes, weights },
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
