// Whether features that were computed before are those that a network would compute: the same layers, and the same weights.

import { isDeepStrictEqual } from 'node:util';
import type { Precision } from '../../autograd/tensor.js';
import type { Shards } from '../../data/shards/shards.js';
import { VggpuError } from '../../errors.js';
import type { NetworkSpec } from '../../nn/specification.js';
import { type DescribeOptions, openModel } from '../describe.js';
import { weightsDigest } from './weights-digest.js';

/** What a network learns or predicts from features: they must not lie behind its `depth` first layers. */
export interface FeatureUse {
  readonly spec: NetworkSpec;
  readonly precision: Precision;
  readonly depth: number;
  readonly purpose: 'train' | 'test';
}

/**
 * @throws VggpuError 'usage' where the shards come from another preprocessing, precision or other layers, or from a deeper layer
 */
export function assertFeaturesFit({ folder, manifest }: Shards, { spec, precision, depth, purpose }: FeatureUse): void {
  const { layer, precision: computed } = manifest.settings;
  const there = manifest.settings.network as NetworkSpec;
  const fail = (what: string) => new VggpuError('usage', `${folder} holds the features of ${layer}: ${what}.`);
  if (computed !== precision) {
    throw fail(`they were computed in ${computed}, and this network runs in ${precision}. Add --precision ${computed}`);
  }
  const differs = (key: 'inputSize' | 'preprocessing') => !isDeepStrictEqual(there[key], spec[key]);
  if (differs('inputSize') || differs('preprocessing')) {
    const shown = ({ inputSize, preprocessing }: NetworkSpec) =>
      `${inputSize} pixels, ${JSON.stringify(preprocessing)}`;
    throw fail(
      `they were made of pictures in another way (${shown(there)}) than this network takes them (${shown(spec)}). --resize says how pictures are resized`,
    );
  }
  const other = there.layers.findIndex((own, i) => !isDeepStrictEqual(own, spec.layers[i]));
  if (other < 0 && there.layers.length <= depth) return;
  if (purpose === 'test')
    throw fail('these weights have other layers up to there. Name those that were trained on them');
  const pictures = 'train on the pictures themselves: vggpu finetune --train DIR';
  const last = spec.layers.slice(0, depth).findLast(({ kind }) => KEPT.includes(kind));
  if (!last) throw fail(`what is trained here begins at the first layer, so ${pictures}`);
  throw fail(
    `what is trained here begins behind ${last.name}, and so needs the features of ${last.name} or of a layer before it. Compute them: vggpu features DIR --layer ${last.name}; or ${pictures}`,
  );
}

/** Layers that a file of weights has by the same name as a head that is cut off there. */
const KEPT: readonly string[] = ['conv3x3', 'maxPool', 'dense'];

/**
 * Reads the weights below the features' layer.
 * @param path a file with these weights and any head, opened with `options`
 * @throws VggpuError 'weights' where they are others than those that the features were computed with
 */
export async function assertFeatureWeights(
  { folder, manifest }: Shards,
  path: string,
  options: DescribeOptions = {},
): Promise<void> {
  const { weights, layer, network } = manifest.settings;
  const model = await openModel(path, options);
  try {
    if ((await weightsDigest(model, (network as NetworkSpec).layers)) === weights) return;
  } finally {
    await model.file.close();
  }
  throw new VggpuError(
    'weights',
    `${path} has other weights up to ${layer} than those that the features in ${folder} were computed with (${manifest.madeFrom.weights}). Name that file, or one that was finetuned from it.`,
  );
}
