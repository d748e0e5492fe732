// A network to a Keras 2-layout HDF5 file, with what is needed to use it again as an attribute.
import { type SavedLayer, saveWeights, type WeightSource, type WeightTile, weightOf } from '../data/keras/save.js';
import type { Gpu } from '../kernels/gpu.js';
import type { Network } from '../nn/network.js';
import { freeParameters, type LayerParameters, readBias } from '../nn/parameters.js';
import type { NetworkSpec } from '../nn/specification.js';
import { foldIntoDense } from '../nn/standardization.js';
import type { ModelAttributes } from './model-file.js';
import { tensorRows } from './tensor-rows.js';

export interface SaveOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Keras' configuration of the model: makes the file one for its `load_model`. */
  readonly config?: object | undefined;
}

/**
 * Saves a network, atomically. A standardised head is written with the standardisation folded into its dense layer.
 * @throws VggpuError 'output' where the file cannot be written; what was there before is then untouched
 */
export async function saveModel(
  path: string,
  network: Network,
  facts: Pick<ModelAttributes, 'classes' | 'training'>,
  { onProgress, config }: SaveOptions = {},
): Promise<void> {
  const { gpu, layers } = network;
  const saved: SavedLayer[] = [];
  const folded: LayerParameters[] = [];
  try {
    for (const [i, { spec, parameters, standardization }] of layers.entries()) {
      if (standardization) continue;
      const before = layers[i - 1]?.standardization;
      const weights = before && parameters ? foldIntoDense(gpu, before, parameters) : parameters;
      if (weights && weights !== parameters) folded.push(weights);
      saved.push(await savedLayer(gpu, spec.name, weights));
    }
    const attributes: ModelAttributes = { format: 1, network: savedSpec(network.spec), ...facts };
    await saveWeights(path, saved, attributes, onProgress, config);
  } finally {
    for (const parameters of folded) freeParameters(gpu, parameters);
  }
}

/** The description of the network as saved. */
export function savedSpec(spec: NetworkSpec): NetworkSpec {
  return { ...spec, layers: spec.layers.filter((layer) => layer.kind !== 'standardize') };
}

async function savedLayer(gpu: Gpu, name: string, parameters: LayerParameters | undefined): Promise<SavedLayer> {
  if (!parameters) return { name };
  const bias = weightOf([parameters.kernelShape.at(-1)!], await readBias(gpu, parameters));
  return { name, kernel: kernelSource(gpu, parameters), bias };
}

/** Reads a kernel back panel by panel, some rows at a time. */
function kernelSource(gpu: Gpu, { kernelShape, panels }: LayerParameters): WeightSource {
  async function* tiles(): AsyncGenerator<WeightTile> {
    for (const { kernel, first, width } of panels) {
      for await (const rows of tensorRows(gpu, kernel)) yield { ...rows, firstColumn: first, columns: width };
    }
  }
  return { shape: kernelShape, tiles };
}
