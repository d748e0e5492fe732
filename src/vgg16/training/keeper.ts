// Keeps a training run on the disk while it goes: checkpoint, best model and log.
import { existsSync } from 'node:fs';
import { VggpuError } from '../../errors.js';
import type { FitOptions } from '../options.js';
import { openBestModel } from './best-model.js';
import { type Run, restoreCheckpoint, saveCheckpoint, unfinished } from './checkpoint.js';
import { writeEpochLog } from './epoch-log.js';
import type { RunContext } from './run-fit.js';
import { TRAINING, VALIDATION } from './run-identity.js';

const MINUTE = 60_000;

export interface Keeper {
  /** Where the run was taken up again, if it was. */
  readonly resumedFrom: { readonly epochs: number; readonly batches: number } | undefined;
  /** Writes checkpoint and best model where the last time lies `checkpointMinutes` back. */
  afterStep(): Promise<void>;
  afterEpoch(): Promise<void>;
  /** Writes what a run that stops here leaves: the best model, and where it was interrupted, its checkpoint. */
  onError(error: unknown): Promise<void>;
  atEnd(): Promise<void>;
}

type KeeperOptions = Pick<FitOptions, 'best' | 'checkpoint' | 'checkpointMinutes' | 'learningRate' | 'log' | 'resume'>;

/**
 * Puts the run back to its checkpoint where it is to be resumed, and keeps it from then on.
 * @throws VggpuError as `restoreCheckpoint`
 */
export async function keepRun(
  run: Run,
  { network, classes, training, say }: RunContext,
  options: KeeperOptions,
): Promise<Keeper> {
  const { checkpoint, log, best: bestFile, checkpointMinutes = 10, learningRate = 0.001 } = options;
  const { state } = run;
  const resumes = checkpoint !== undefined && options.resume && existsSync(checkpoint);
  if (resumes) {
    await restoreCheckpoint(checkpoint, run);
    say(
      `Goes on from ${checkpoint}: ${state.epoch} of ${run.epochs} epochs are done${state.batch > 0 ? `, and ${state.batch} batches of the next` : ''}.`,
    );
  }
  const validation = run.identity[VALIDATION];
  const judgement = {
    monitor: validation ? 'val_loss' : 'loss',
    pictures: String(validation ?? run.identity[TRAINING]),
  } as const;
  const facts = { classes, training };
  const best = bestFile && (await openBestModel(bestFile, { network, snapshot: run.best, judgement, facts, say }));
  let saved = performance.now();
  const save = async (finished: boolean) => {
    if (checkpoint) await saveCheckpoint(checkpoint, run, finished);
    saved = performance.now();
  };
  const writeBest = async () => {
    if (best && state.best) await best.write(state.best);
  };
  const writeLog = async () => {
    if (log) await writeEpochLog(log, state.history, learningRate);
  };
  if (resumes) await writeLog();
  return {
    resumedFrom: resumes ? { epochs: state.epoch, batches: state.batch } : undefined,
    async afterStep() {
      if (performance.now() - saved < checkpointMinutes * MINUTE) return;
      await writeBest();
      await save(false);
    },
    async afterEpoch() {
      await writeLog();
      await save(false);
    },
    async onError(error) {
      const code = error instanceof VggpuError ? error.code : undefined;
      if (code === 'interrupted') await save(false);
      if (code === 'interrupted' || code === 'training') await writeBest(); // others may have no device left to read from
    },
    async atEnd() {
      await writeBest();
      await save(true);
    },
  };
}

/** @throws VggpuError 'usage' where a new run would take the place of one that can be gone on with */
export async function assertNoneLost({ checkpoint, resume }: KeeperOptions): Promise<void> {
  const run = checkpoint !== undefined && !resume && (await unfinished(checkpoint));
  if (!run) return;
  throw new VggpuError(
    'usage',
    `${checkpoint} holds a run that stopped after ${run.epoch} of ${run.epochs} epochs. Go on with it (--resume), or delete the file to start anew.`,
  );
}
