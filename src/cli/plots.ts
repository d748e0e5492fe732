// `vggpu plots`: a contact sheet of pictures, as lesson 1 looks at a batch.
import { extname } from 'node:path';
import type { Command } from 'commander';
import { assertWritable, writeFileAtomic } from '../data/files/atomic-file.js';
import { VggpuError } from '../errors.js';
import { drawContactSheet } from '../report/contact-sheet/contact-sheet.js';
import { wholeNumber } from './options.js';
import { expandPictures } from './picture-arguments.js';

interface PlotsOptions {
  readonly out: string;
  readonly titles?: boolean;
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
    .option('--columns <count>', 'pictures in a row (default: 4, more on a large sheet)', wholeNumber('--columns', 1))
    .option('--no-exif', 'leave pictures as stored, whatever orientation their camera noted')
    .action(plots);
}

async function plots(paths: readonly string[], { out, titles = false, columns, exif }: PlotsOptions): Promise<void> {
  if (extname(out).toLowerCase() !== '.png') {
    throw new VggpuError('usage', `The sheet is a PNG, and ${out} is no name for one. Call it ${out}.png.`);
  }
  await assertWritable(out);
  const files = await expandPictures(paths);
  const { png, width, height, count } = await drawContactSheet(files, {
    ...{ titles, columns, exif },
    onSkip: ({ path }, reason) => console.error(`Skipped ${path}: ${reason}`),
  });
  await writeFileAtomic(out, png);
  console.log(`Wrote ${out}: ${count} ${count === 1 ? 'picture' : 'pictures'}, ${width} x ${height} pixels.`);
}
