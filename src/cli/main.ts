// The command line: one file a command, an error as one sentence, exit code 1 (2 for wrong usage).
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { VggpuError } from '../errors.js';
import { addDemo } from './demo-command.js';
import { addDoctor } from './doctor.js';
import { addEvaluate } from './evaluate.js';
import { addExplain } from './explain.js';
import { addExplore } from './explore.js';
import { addFeatures } from './features.js';
import { addFetch } from './fetch.js';
import { addFinetune } from './finetune.js';
import { addKernels } from './kernels.js';
import { addMerge } from './merge.js';
import { addPlots } from './plots.js';
import { addPredict } from './predict.js';
import { addSplit } from './split.js';
import { addSubmission } from './submission.js';
import { addSummary } from './summary.js';
import { addTest } from './test.js';
import { addTrace } from './trace.js';
import { addTune } from './tune.js';

/** In the order of a job from the download to the submission. */
const COMMANDS = [
  ...[addDemo, addDoctor, addFetch, addSplit, addPlots, addSummary, addPredict],
  ...[addFinetune, addEvaluate, addTest, addSubmission],
  ...[addFeatures, addMerge],
  ...[addTune, addKernels],
  ...[addExplain, addTrace],
  ...[addExplore],
];

/** Runs a command line and sets the process's exit code. @param argv as in `process.argv` */
export async function main(argv: readonly string[]): Promise<void> {
  // A closed pipe (`vggpu summary | head -1`) ends the program quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('vggpu')
    .description('VGG16 with every number made by a hand-written WGSL kernel: load it, finetune it, predict with it.')
    .version(version)
    .showHelpAfterError("('vggpu COMMAND --help' lists a command's options)")
    .exitOverride();
  for (const add of COMMANDS) add(program);
  return program;
}

/** Says what went wrong. @returns the exit code */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it
  if (error instanceof VggpuError) {
    console.error(`${pc.red('error:')} ${error.message}`);
    return 1;
  }
  console.error(`${pc.red('error:')} This should not have happened; please report it.`);
  console.error(error);
  return 1;
}
