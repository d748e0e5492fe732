// Which kernel variants a training run goes by: those it began with, for as long as it lasts, and what is measured for the next one.
import { existsSync } from 'node:fs';
import type { TunedEntries } from '../../kernels/tuned-entry.js';
import type { Network } from '../../nn/network.js';
import type { OptimizerName } from '../../nn/optimizers.js';
import { tensorsOf } from '../../nn/parameters.js';
import type { Engine } from '../../node/engine.js';
import { addToTable, readTable, tablePath } from '../../node/tuned-table.js';
import { tuningSetting } from '../../node/tuning-setting.js';
import { askedForTraining, needsOf } from '../../tune/needs.js';
import { createSideTuning, type SideResult } from '../../tune/on-the-side.js';
import type { FitOptions } from '../options.js';
import { choicesIn } from './checkpoint.js';

/** The adapter's tuning table, where a run may add to it. */
export interface RunTuning {
  readonly entries: TunedEntries;
  /** Adds to the table. @throws VggpuError 'output' */
  readonly keep: (entries: TunedEntries) => Promise<void>;
}

/** What a run runs on, by name and driver. */
export function adapterOf({ info }: Engine): string {
  return `${info.name} ${info.driver}`;
}

/** The table that a run adds to; none on software adapters, whose built-in orders were measured on them, unless VGGPU_TUNE asks for it. */
export function tuningOf({ gpu, info }: Engine, { tune = true }: Pick<FitOptions, 'tune'>): RunTuning | undefined {
  const setting = tuningSetting();
  if (!tune || setting === 'off' || (info.software && setting !== 'everywhere')) return undefined;
  const path = tablePath(info);
  return {
    entries: readTable(path, gpu.shaderText, () => {}),
    keep: (entries) => addToTable(path, info, entries, gpu.shaderText),
  };
}

interface RunFacts {
  readonly network: Network;
  /** What it runs on, by name and driver. */
  readonly adapter: string;
  readonly say: (line: string) => void;
}

/**
 * Has a run that is taken up again go by the variants that it began with, whatever was tuned since. On another adapter, where
 * the bits differ anyway, those of that one hold.
 * @returns what puts the device's own choices back
 * @throws VggpuError 'weights' where the checkpoint is damaged
 */
export async function takeUpChoices(
  { network, adapter }: RunFacts,
  { checkpoint, resume }: { readonly checkpoint?: string | undefined; readonly resume?: boolean | undefined },
): Promise<() => void> {
  const { choices } = network.gpu;
  const before = choices.tuned();
  if (checkpoint !== undefined && resume && existsSync(checkpoint)) {
    const there = await choicesIn(checkpoint);
    if (!there || there.adapter === adapter) choices.use(there?.variants ?? {}); // older runs knew the built-in ones alone
  }
  return () => void choices.use(before);
}

export interface RunTuner {
  readonly afterStep: () => Promise<void>;
  /** Called after the first epoch, and when the run ends before: keeps what was found and says so, once. Never throws. */
  readonly end: (seconds?: number) => Promise<void>;
}

/** Measures what a run needs on the side of its first epoch. */
export async function tuneOnTheSide(
  { network, say }: RunFacts,
  tuning: RunTuning | undefined,
  work: { readonly batch: number; readonly depth: number; readonly optimizer: OptimizerName },
): Promise<RunTuner> {
  if (!tuning) return { afterStep: async () => {}, end: async () => {} };
  const { gpu, layers } = network;
  const trained = layers.findIndex(({ parameters }) => parameters && tensorsOf(parameters)[0]!.requiresGrad);
  const needs = needsOf(await askedForTraining(gpu, network, { ...work, trained }), gpu.capabilities);
  const side = createSideTuning(gpu, needs, tuning.entries);
  let ended = false;
  return {
    afterStep: side.afterStep,
    async end(seconds) {
      if (ended) return;
      ended = true;
      const result = side.end();
      let failure = result.failure;
      await tuning.keep(result.entries).catch((error: Error) => {
        failure = error.message;
      });
      if (result.tried > 0) say(resultLine(result, seconds));
      if (failure !== undefined) say(`Tuning on the side ended early: ${failure}`);
    },
  };
}

function resultLine({ tried, seconds, needed, left }: SideResult, epoch: number | undefined): string {
  const of = epoch === undefined ? '' : ` of the first epoch's ${epoch.toFixed(1)} s`;
  const rest = left === 0 ? '' : ", 'vggpu tune' does the rest at once";
  const variants = `${tried} ${tried === 1 ? 'variant' : 'variants'}`;
  return `Tuned on the side for ${seconds.toFixed(1)} s${of}: tried ${variants}, ${needed - left} of ${needed} shapes are done. It counts from the next run on${rest}; --no-tune leaves it away.`;
}
