// `vggpu split`: from the archives that Kaggle gives to train, valid, sample and test.
import { type Command, Option } from 'commander';
import { someOf } from '../data/some-of.js';
import type { Placing } from '../data/split/place.js';
import { SETS } from '../data/split/plan.js';
import { type SplitResult, splitPictures } from '../data/split/split-pictures.js';
import { seedNumber, wholeNumber } from './options.js';
import { bar, createStatusLine } from './progress.js';

interface SplitCommandOptions {
  readonly out: string;
  readonly valid: number;
  readonly sampleTrain: number;
  readonly sampleValid: number;
  readonly seed: number;
  readonly stratify: boolean;
  readonly link?: boolean;
  readonly move?: boolean;
  readonly json?: boolean;
}

/** Milliseconds between two states of the progress line. */
const SHOW_EVERY = 100;

export function addSplit(program: Command): void {
  program
    .command('split')
    .description(
      'sort pictures into train, valid, sample and test, a folder a class; a second run goes on with a stopped one',
    )
    .argument(
      '<source...>',
      'folders or zip archives of cat.0.jpg, dog.1.jpg, ..., or of class folders; one without classes becomes test/unknown',
    )
    .requiredOption('--out <dir>', 'the folder that gets train, valid, sample and test')
    .option('--valid <count>', 'pictures held back for validation', wholeNumber('--valid', 0), 2000)
    .option(
      '--sample-train <count>',
      'training pictures that go into sample/train too',
      wholeNumber('--sample-train', 0),
      200,
    )
    .option(
      '--sample-valid <count>',
      'validation pictures that go into sample/valid too',
      wholeNumber('--sample-valid', 0),
      50,
    )
    .option('--seed <number>', 'of the draw; the same one draws the same pictures', seedNumber, 42)
    .option('--no-stratify', 'let chance decide how many of each class are drawn, not their shares')
    .addOption(new Option('--copy', 'copy pictures from folders (default)').conflicts(['link', 'move']))
    .addOption(new Option('--link', 'link them instead (hard links), which takes no room').conflicts(['copy', 'move']))
    .addOption(new Option('--move', 'move them').conflicts(['copy', 'link']))
    .option(
      '--json',
      'print JSON: {train: {cats: n, ...}, valid, "sample/train", "sample/valid", test, leftOut, hidden}',
    )
    .action(split);
}

async function split(sources: string[], options: SplitCommandOptions): Promise<void> {
  const { out, link, move } = options;
  const placing: Placing = link ? 'link' : move ? 'move' : 'copy';
  const line = createStatusLine();
  let shown = 0;
  try {
    const result = await splitPictures({
      ...{ ...options, sources, placing },
      onStart: (pictures) => console.error(`Splitting ${pictures} pictures into ${out}`),
      onProgress(done, total) {
        if (performance.now() - shown < SHOW_EVERY) return;
        shown = performance.now();
        line.show(`${done}/${total} ${bar(done / total)}`);
      },
    });
    line.clear();
    for (const note of notes(result)) console.error(note);
    const { counts, leftOut, hidden } = result;
    console.log(options.json ? JSON.stringify({ ...counts, leftOut, hidden }, undefined, 2) : countTable(counts));
  } finally {
    line.clear();
  }
}

function notes({ already, copiedInstead, leftOut, hidden }: SplitResult): string[] {
  const left = `${leftOut.length} files that are no pictures by their names, or links that lead nowhere`;
  return [
    already > 0 ? `${already} were there already` : [],
    copiedInstead > 0 ? `${copiedInstead} files could not be linked there, and were copied` : [],
    leftOut.length > 0 ? `Left out ${left}: ${someOf(leftOut, 12)}` : [],
    hidden > 0 ? `Passed over ${hidden} hidden files and folders` : [],
  ].flat();
}

/** A row a set, a column a class, and the sums of the rows; sets and classes without pictures are left out. */
export function countTable(counts: SplitResult['counts']): string {
  const sets = SETS.filter((set) => Object.keys(counts[set]).length > 0);
  const classes = [...new Set(sets.flatMap((set) => Object.keys(counts[set])))];
  const rows = sets.map((set) => {
    const cells = classes.map((name) => (Object.hasOwn(counts[set], name) ? counts[set][name]! : 0));
    return [set, ...cells.map((cell) => (cell > 0 ? String(cell) : '')), String(cells.reduce((a, b) => a + b, 0))];
  });
  const header = ['', ...classes, 'total'];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  return [header, ...rows]
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}
