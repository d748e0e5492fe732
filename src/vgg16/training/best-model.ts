// The weights of the best epoch in a file of their own, which a worse model never replaces.
import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { openHdf5 } from '../../data/keras/hdf5.js';
import type { Network } from '../../nn/network.js';
import type { ModelAttributes } from '../model-file.js';
import { saveModel } from '../save.js';
import type { Best } from './run-state.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';

/** What a best model was judged by. */
export interface Judgement {
  readonly monitor: 'val_loss' | 'loss';
  /** Names the pictures that were judged: values on others do not compare. */
  readonly pictures: string;
}

export interface BestModel {
  /** Writes the weights of the best epoch, unless the file holds a better or equal model. */
  write(best: Best): Promise<void>;
}

const BestSchema = v.object({
  training: v.object({
    best: v.object({ monitor: v.string(), pictures: v.string(), value: v.number(), epoch: v.number() }),
  }),
});

interface BestModelOptions {
  readonly network: Network;
  /** Weights of the best epoch. */
  readonly snapshot: Snapshot;
  readonly judgement: Judgement;
  readonly facts: Pick<ModelAttributes, 'classes' | 'training'>;
  readonly say: (line: string) => void;
}

/** Looks at what is in the file, and keeps it up to date. */
export async function openBestModel(
  file: string,
  { network, snapshot, judgement, facts, say }: BestModelOptions,
): Promise<BestModel> {
  let least = await valueIn(file, judgement);
  return {
    async write(best) {
      if (best.value >= least) {
        if (best.value > least) {
          say(
            `${file} stays: its ${judgement.monitor} on the same pictures is ${least.toFixed(4)}, and the best here ${best.value.toFixed(4)}.`,
          );
        }
        return;
      }
      const current = takeSnapshot(network, 'weights aside');
      try {
        snapshot.restore();
        await saveModel(file, network, { ...facts, training: { ...facts.training, best: { ...judgement, ...best } } });
      } finally {
        current.restore();
        current.free();
      }
      least = best.value;
    },
  };
}

/** The value of the model in the file, judged alike; infinite where there is none. */
async function valueIn(file: string, { monitor, pictures }: Judgement): Promise<number> {
  if (!existsSync(file)) return Number.POSITIVE_INFINITY;
  try {
    const hdf5 = await openHdf5(file);
    try {
      const text = hdf5.attributeList('', 'vggpu')?.join('') ?? 'null';
      const { best } = v.parse(BestSchema, JSON.parse(text)).training;
      return best.monitor === monitor && best.pictures === pictures ? best.value : Number.POSITIVE_INFINITY;
    } finally {
      hdf5.close();
    }
  } catch {
    return Number.POSITIVE_INFINITY; // not a model that says how good it is
  }
}
