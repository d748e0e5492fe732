// A training run in one file: weights, optimizer, mean and deviation of the features, best weights, and where the run is.
import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { elementsOf, type Tensor } from '../../autograd/tensor.js';
import { openHdf5 } from '../../data/keras/hdf5.js';
import { type SavedLayer, saveWeights } from '../../data/keras/save.js';
import { sliceDense } from '../../data/keras/slices.js';
import { VggpuError } from '../../errors.js';
import { type Network, trainableTensors } from '../../nn/network.js';
import type { Optimizer } from '../../nn/optimizers.js';
import { tensorRows } from '../tensor-rows.js';
import { type RunState, RunStateSchema } from './run-state.js';
import type { Snapshot } from './snapshot.js';

/** Everything that decides how a run goes, by name: a checkpoint goes on only where all of it is the same. */
export type RunIdentity = Readonly<Record<string, string | number | boolean | null>>;

/** What a checkpoint holds and is put back into. */
export interface Run {
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** Of the best epoch, where there was one. */
  readonly best: Snapshot;
  readonly state: RunState;
  readonly identity: RunIdentity;
  /** Epochs it is to come to. */
  readonly epochs: number;
  /** What it runs on, by name and driver. */
  readonly adapter: string;
}

const CheckpointSchema = v.object({
  checkpoint: v.literal(1),
  identity: v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()]))),
  epochs: v.number(),
  finished: v.boolean(),
  optimizerStep: v.number(),
  seen: v.number(),
  choices: v.optional(v.object({ adapter: v.string(), variants: v.record(v.string(), v.string()) })),
  state: RunStateSchema,
});

type Checkpoint = v.InferOutput<typeof CheckpointSchema>;

/**
 * Writes a run between two steps: whole, verified and on the disk, or not at all.
 * @param finished whether it has come to its end
 * @throws VggpuError 'output'; what was at `file` is then untouched
 */
export async function saveCheckpoint(file: string, run: Run, finished: boolean): Promise<void> {
  const { network, state } = run;
  const layers = tensorsOf(run).map(({ name, tensor }): SavedLayer => {
    const columns = tensor.shape.at(-1)!;
    const shape = [elementsOf(tensor.shape) / columns, columns];
    return { name, kernel: { shape, tiles: () => tensorRows(network.gpu, tensor) } };
  });
  const checkpoint: Checkpoint = {
    checkpoint: 1,
    identity: { ...run.identity },
    epochs: run.epochs,
    finished,
    optimizerStep: run.optimizer.state().step,
    seen: standardizationOf(network)?.seen ?? 0,
    choices: { adapter: run.adapter, variants: { ...network.gpu.choices.tuned() } },
    state,
  };
  await saveWeights(file, layers, checkpoint);
}

/**
 * Puts a run back to where the checkpoint was written.
 * @throws VggpuError 'weights' where the file is damaged or no checkpoint, 'usage' where it is of another run: what differs
 */
export async function restoreCheckpoint(file: string, run: Run): Promise<void> {
  const { network, optimizer, identity, state } = run;
  const hdf5 = await openHdf5(file);
  try {
    const checkpoint = parse(file, hdf5.attributeList('', 'vggpu'));
    assertSame(file, checkpoint.identity, identity);
    Object.assign(state, { best: undefined }, checkpoint.state);
    optimizer.begin(trainableTensors(network), checkpoint.optimizerStep);
    const standardization = standardizationOf(network);
    if (standardization) standardization.seen = checkpoint.seen;
    for (const { name, tensor } of tensorsOf(run)) {
      const columns = tensor.shape.at(-1)!;
      const rows = elementsOf(tensor.shape) / columns;
      const dataset = hdf5.dataset(`${name}/${name}/kernel:0`);
      if (dataset?.shape.join(', ') !== `${rows}, ${columns}`) {
        const found = dataset ? `(${dataset.shape.join(', ')})` : 'nothing';
        throw new VggpuError('weights', `${file}: ${name} should be (${rows}, ${columns}); found ${found}.`);
      }
      await sliceDense(hdf5, dataset, 1, {}, (values, { firstRow }) => {
        network.gpu.write(tensor, values, firstRow * columns * 4);
      });
      await network.gpu.finish();
    }
  } finally {
    hdf5.close();
  }
}

/** The tuned variants that a run went by, and on which adapter; undefined for one that knew of none. @throws VggpuError 'weights' */
export async function choicesIn(file: string): Promise<Checkpoint['choices']> {
  const hdf5 = await openHdf5(file);
  try {
    return parse(file, hdf5.attributeList('', 'vggpu')).choices;
  } finally {
    hdf5.close();
  }
}

/** Whether there is a checkpoint, and of a run that has not come to its end. @throws VggpuError 'weights' where it is damaged */
export async function unfinished(file: string): Promise<{ epoch: number; epochs: number } | undefined> {
  if (!existsSync(file)) return undefined;
  const hdf5 = await openHdf5(file);
  try {
    const { finished, epochs, state } = parse(file, hdf5.attributeList('', 'vggpu'));
    return finished ? undefined : { epoch: state.epoch, epochs };
  } finally {
    hdf5.close();
  }
}

/** All tensors of a run, by their names in the file. */
function tensorsOf({ network, optimizer, best, state }: Run): { name: string; tensor: Tensor }[] {
  const weights = trainableTensors(network);
  const standardization = standardizationOf(network);
  const named = (name: string, tensors: readonly Tensor[]) =>
    tensors.map((tensor, i) => ({ name: `${name}_${i}`, tensor }));
  return [
    ...named('weights', weights),
    ...optimizer.state().slots.map(({ name, parameter, tensor }) => ({
      name: `${name}_${weights.indexOf(parameter)}`,
      tensor,
    })),
    ...(state.best ? named('best', best.tensors) : []),
    ...(standardization ? named('features', [standardization.mean, standardization.m2]) : []),
  ];
}

function standardizationOf({ layers }: Network) {
  return layers.find(({ standardization }) => standardization !== undefined)?.standardization;
}

function parse(file: string, text: readonly string[] | undefined): Checkpoint {
  const no = (what: string) => new VggpuError('weights', `${file} is no checkpoint that this version reads: ${what}.`);
  if (text === undefined) throw no('it has no attribute vggpu');
  let value: unknown;
  try {
    value = JSON.parse(text.join(''));
  } catch {
    throw no('its attribute vggpu is damaged');
  }
  const result = v.safeParse(CheckpointSchema, value);
  if (result.success) return result.output;
  throw no(`${v.getDotPath(result.issues[0]) ?? 'its attribute vggpu'}: ${result.issues[0].message}`);
}

function assertSame(file: string, there: Checkpoint['identity'], here: RunIdentity): void {
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])];
  const different = names.filter((name) => there[name] !== here[name]);
  if (different.length === 0) return;
  const list = different.map((name) => `${name} was ${show(there[name])} and is ${show(here[name])}`).join('; ');
  throw new VggpuError(
    'usage',
    `${file} is of another run: ${list}. Go on with the arguments it was started with, or start anew under another name.`,
  );
}

const show = (value: string | number | boolean | null | undefined) => (value === undefined ? 'not given' : `${value}`);
