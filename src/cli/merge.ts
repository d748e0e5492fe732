// `vggpu merge`: whether every picture's features are there once; what is wrong and how to mend it; the index.
import type { Command } from 'commander';
import type { Manifest } from '../data/shards/manifest.js';
import { type MergeProblem, mergeShards } from '../data/shards/merge.js';
import { indexPath, type ShardIndex } from '../data/shards/shard-index.js';
import { someOf } from '../data/some-of.js';
import { bar, createStatusLine } from './progress.js';
import { shellWord } from './shell-word.js';

/** Problems that are listed one by one. */
const MOST_LISTED = 50;

export function addMerge(program: Command): void {
  program
    .command('merge')
    .description('check that the shards of a folder are whole, and index them for finetune and test; copies nothing')
    .argument('<folder>', 'what vggpu features wrote to')
    .option('--json', 'print JSON: {folder, index, rows, pictures, classes, skipped, chunks, problems, commands}')
    .action(merge);
}

async function merge(folder: string, { json }: { json?: boolean }): Promise<void> {
  const line = createStatusLine();
  const { index, problems, manifest } = await mergeShards(folder, (done, total) =>
    line.show(`Reading chunks: ${done}/${total} ${bar(total === 0 ? 1 : done / total)}`),
  ).finally(() => line.clear());
  const commands = commandsFor(folder, problems, manifest);
  if (problems.length > 0) process.exitCode = 1;
  if (json) {
    const { rows, pictures = manifest.pictures.names.length, classes, skipped, chunks } = index ?? {};
    const result = { folder, index: index ? indexPath(folder) : null, rows, pictures, classes, skipped };
    console.log(JSON.stringify({ ...result, chunks: chunks?.length, problems, commands }, undefined, 2));
  } else if (index) console.log(indexText(folder, index));
  else console.error(problemText(folder, problems, commands));
}

function indexText(folder: string, { rows, pictures, skipped, classes, chunks }: ShardIndex): string {
  const left = skipped.length > 0 ? ` Skipped: ${someOf(skipped.map(({ file }) => file))}.` : '';
  const counts = classes ? ` (${classes.map(({ name, rows: own }) => `${name} ${own}`).join(', ')})` : '';
  return `Wrote ${indexPath(folder)}: ${rows} rows of ${pictures} pictures${counts} in ${chunks.length} chunks.${left}`;
}

function problemText(folder: string, problems: readonly MergeProblem[], commands: readonly string[]): string {
  const listed = problems.slice(0, MOST_LISTED).map(({ kind, file, what, shard }) => {
    const owes = shard === undefined ? 'remove it' : `shard ${shard} owes it`;
    return `${kind}: ${file} ${what}; ${owes}`;
  });
  const more = problems.length > MOST_LISTED ? [`and ${problems.length - MOST_LISTED} more`] : [];
  const run = commands.length > 0 ? ['Run these, and merge again:', ...commands.map((command) => `  ${command}`)] : [];
  return [`${folder} is not whole, and no index was written.`, ...listed, ...more, ...run].join('\n');
}

/** For each shard that owes something, what computes just that. */
function commandsFor(folder: string, problems: readonly MergeProblem[], { settings, madeFrom }: Manifest): string[] {
  const owing = [...new Set(problems.flatMap(({ shard }) => shard ?? []))].sort((a, b) => a - b);
  return owing.map((shard) => {
    const torn = problems.some((problem) => problem.shard === shard && problem.kind === 'torn');
    const words = [
      ...['vggpu', 'features', madeFrom.directory, ...madeFrom.words, '--out', folder],
      ...['--shard', String(shard), '--of', String(settings.shards), ...(torn ? ['--check'] : [])],
    ];
    return words.map(shellWord).join(' ');
  });
}
