// A network to a Keras 2-layout HDF5 file, with what is needed to use it again as an attribute.
import { readTensor } from '../autograd/tensor.js';
import { type SavedLayer, saveWeights, type WeightSource, type WeightTile, weightOf } from '../data/keras/save.js';
import type { Gpu } from '../kernels/gpu.js';
import type { Network } from '../nn/network.js';
import { freeParameters, type LayerParameters, readBias } from '../nn/parameters.js';
import type { NetworkSpec } from '../nn/specification.js';
import { foldIntoDense } from '../nn/standardization.js';
import type { ModelAttributes } from './model-file.js';

/** Bytes of a kernel that are read back from the device at a time. */
const TILE_BYTES = 16 * 2 ** 20;

/**
 * Saves a network, atomically. A standardised head is written with the standardisation folded into its dense layer.
 * @throws VggpuError 'output' where the file cannot be written; what was there before is then untouched
 */
export async function saveModel(
  path: string,
  network: Network,
  facts: Pick<ModelAttributes, 'classes' | 'training'>,
  onProgress?: (done: number, total: number) => void,
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
    await saveWeights(path, saved, attributes, onProgress);
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
      if (panels.length === 1 && kernel.bytes <= TILE_BYTES) {
        yield { values: await readTensor(gpu, kernel), firstRow: 0 };
        continue;
      }
      const rows = kernel.bytes / 4 / width;
      const step = Math.max(1, Math.floor(TILE_BYTES / 4 / width));
      for (let firstRow = 0; firstRow < rows; firstRow += step) {
        const bytes = Math.min(step, rows - firstRow) * width * 4;
        const values = new Float32Array(await gpu.read(kernel, firstRow * width * 4, bytes));
        yield { values, firstRow, firstColumn: first, columns: width };
      }
    }
  }
  return { shape: kernelShape, tiles };
}
