// `vggpu plots`: a contact sheet of pictures, as lesson 1 looks at a batch.
import { extname } from 'node:path';
import type { Command } from 'commander';
import { assertWritable, writeFileAtomic } from '../data/files/atomic-file.js';
import type { PictureFile } from '../data/pictures/picture-files.js';
import { readPredictions } from '../data/submission/predictions.js';
import { VggpuError } from '../errors.js';
import { drawContactSheet } from '../report/contact-sheet/contact-sheet.js';
import { topClasses } from '../vgg16/predict.js';
import { wholeNumber } from './options.js';
import { expandPictures } from './picture-arguments.js';

interface PlotsOptions {
  readonly out: string;
  readonly titles?: boolean;
  readonly titlesFrom?: string;
  readonly columns?: number;
  readonly exif: boolean;
}

export function addPlots(program: Command): void {
  program
    .command('plots')
    .description('put pictures side by side on a contact sheet')
    .argument('<pictures...>', 'files, or folders of them')
    .requiredOption('--out <file>', 'where to write the sheet (.png)')
    .option('--titles', 'write the file names below the pictures')
    .option('--titles-from <file>', 'what vggpu test wrote: the most probable class and its probability as well')
    .option('--columns <count>', 'pictures in a row (default: 4, more on a large sheet)', wholeNumber('--columns', 1))
    .option('--no-exif', 'leave pictures as stored, whatever orientation their camera noted')
    .action(plots);
}

async function plots(paths: readonly string[], options: PlotsOptions): Promise<void> {
  const { out, columns, exif } = options;
  if (extname(out).toLowerCase() !== '.png') {
    throw new VggpuError('usage', `The sheet is a PNG, and ${out} is no name for one. Call it ${out}.png.`);
  }
  await assertWritable(out);
  const files = await expandPictures(paths);
  const titlesOf = await createTitles(files, options);
  const pictures = files.map((file) => ({ path: file.path, titles: titlesOf(file) }));
  const { png, width, height, count } = await drawContactSheet(pictures, {
    ...{ columns, exif },
    onSkip: (path, reason) => console.error(`Skipped ${path}: ${reason}`),
  });
  await writeFileAtomic(out, png);
  console.log(`Wrote ${out}: ${count} ${count === 1 ? 'picture' : 'pictures'}, ${width} x ${height} pixels.`);
}

/**
 * What stands below a picture: nothing, its name, or its name and what was predicted of it.
 * @throws VggpuError 'output' where the predictions cannot be read, 'pictures' where they are of other pictures
 */
async function createTitles(files: readonly PictureFile[], { titles, titlesFrom }: PlotsOptions) {
  if (titlesFrom === undefined) return ({ name }: PictureFile) => (titles ? [name] : []);
  const { classes, fileNames, probabilities } = await readPredictions(titlesFrom);
  const rows = new Map(fileNames.map((name, row) => [name, row]));
  if (!files.some(({ name }) => rows.has(name))) {
    throw new VggpuError(
      'pictures',
      `${titlesFrom} has no row for ${files[0]?.name}, nor for any other of these pictures: its first is ${fileNames[0]}. Name the folder that it was made from.`,
    );
  }
  return ({ name }: PictureFile) => {
    const row = rows.get(name);
    if (row === undefined) return [name, 'no prediction'];
    const [best] = topClasses(probabilities.subarray(row * classes.length, (row + 1) * classes.length), 1);
    return [name, `${classes[best!.index]} ${best!.probability.toFixed(4)}`];
  };
}
