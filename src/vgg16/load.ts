// From a file to a network on the GPU, slice by slice.
import type { Precision } from '../autograd/tensor.js';
import type { WeightsFile } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { createNetwork, freeNetwork, type Network } from '../nn/network.js';
import { dropHalves, type LayerParameters, writeBias } from '../nn/parameters.js';
import { type DescribeOptions, type ModelDescription, openModel } from './describe.js';

export interface LoadOptions extends DescribeOptions {
  /** Of the network's frozen layers; default 'f32'. */
  readonly precision?: Precision | undefined;
  /** Told how many bytes of weights are on the GPU. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Gets the sentences on what had to be assumed. */
  readonly say?: ((line: string) => void) | undefined;
}

/** Bytes handed to the device before it is waited for, so that what it has not copied yet does not pile up. */
const WRITE_AHEAD = 64 * 2 ** 20;

/** Builds the network a file holds and fills it. @throws VggpuError 'weights', 'usage' or 'memory' */
export async function loadModel(
  gpu: Gpu,
  path: string,
  options: LoadOptions = {},
): Promise<ModelDescription & { network: Network }> {
  const { file, description } = await openModel(path, options);
  try {
    for (const note of description.notes) options.say?.(note);
    const network = createNetwork(gpu, description.spec, { precision: options.precision });
    try {
      await fillNetwork(network, file, description.order);
    } catch (error) {
      freeNetwork(network);
      throw error;
    }
    return { ...description, network };
  } finally {
    await file.close();
  }
}

/**
 * Copies a file's weights to a network's layers.
 * @param order for each layer with weights its number in the file
 * @throws VggpuError 'weights' where a shape differs
 */
export async function fillNetwork(network: Network, file: WeightsFile, order: readonly number[]): Promise<void> {
  const { gpu } = network;
  let ahead = 0;
  for (const { index, parameters } of matchLayers(network, file, order)) {
    const { panels } = parameters;
    dropHalves(gpu, parameters);
    await file.readKernel(
      index,
      async (values, { panel, firstRow, columns }) => {
        gpu.write(panels[panel]!.kernel, values, firstRow * columns * 4);
        ahead += values.byteLength;
        if (ahead < WRITE_AHEAD) return;
        ahead = 0;
        await gpu.finish();
      },
      { panels: panels.map(({ first, width }) => [first, first + width] as const) },
    );
    writeBias(gpu, parameters, file.readBias(index));
  }
  await gpu.finish();
}

function matchLayers(
  { layers }: Network,
  file: WeightsFile,
  order: readonly number[],
): { index: number; parameters: LayerParameters }[] {
  const weighted = layers.flatMap(({ parameters }) => parameters ?? []);
  return weighted.map((parameters, i) => {
    const index = order[i];
    const found = index === undefined ? undefined : file.layers[index];
    const expected = parameters.kernelShape.join(', ');
    if (index !== undefined && found?.kernelShape.join(', ') === expected) return { index, parameters };
    const instead = found ? `(${found.kernelShape.join(', ')}) in ${found.name}` : 'nothing';
    throw new VggpuError(
      'weights',
      `${file.path}: layer ${parameters.layer} should have a kernel of (${expected}); found ${instead}.`,
    );
  });
}
