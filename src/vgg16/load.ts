// From a weights file to a network on the GPU, slice by slice.

import { resolveWeights } from '../data/download/resolve-weights.js';
import { imagenetClasses } from '../data/imagenet/class-names.js';
import { type Kernels, openWeights, type WeightsFile } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { createNetwork, freeNetwork, type Network } from '../nn/network.js';
import { type LayerParameters, writeBias } from '../nn/parameters.js';
import type { NetworkSpec, Preprocessing } from '../nn/specification.js';
import { vgg16 } from '../nn/vgg16.js';
import { cacheFolder } from '../node/cache-folder.js';
import { parseModelAttributes } from './model-file.js';
import { describeVgg16 } from './vgg16-weights.js';

/** A class as predictions name it. */
export interface ClassName {
  readonly name: string;
  /** WordNet's id, for ImageNet's classes. */
  readonly wnid?: string;
}

/** What a weights file says, before its weights are read. */
export interface ModelDescription {
  readonly spec: NetworkSpec;
  /** In the order of the outputs; empty where the network ends before its last layer. */
  readonly classes: readonly ClassName[];
  /** Names the weights, for the keys of caches. */
  readonly identity: string;
  /** What had to be assumed, in a sentence for the person at the keyboard. */
  readonly note?: string;
}

export interface LoadOptions {
  /** Overrides how the file's (out, in, 3, 3) kernels are turned. */
  readonly kernels?: Kernels | undefined;
  /** How pictures are resized, instead of the file's way. */
  readonly resize?: Preprocessing['resize'] | undefined;
  /** Told how many bytes of weights are on the GPU. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Gets the sentence on what had to be assumed. */
  readonly say?: ((line: string) => void) | undefined;
}

/** Bytes handed to the device before it is waited for, so that what it has not copied yet does not pile up. */
const WRITE_AHEAD = 64 * 2 ** 20;

/** Reads what network a file holds, without its weights. @throws VggpuError 'weights' */
export async function describeModel(path: string, options: LoadOptions = {}): Promise<ModelDescription> {
  const file = await openWeights(await resolveWeights(path, cacheFolder), { kernels: options.kernels });
  try {
    return describe(file, options);
  } finally {
    await file.close();
  }
}

/** Builds the network a file holds and fills it. @throws VggpuError 'weights' or 'memory' */
export async function loadModel(
  gpu: Gpu,
  path: string,
  options: LoadOptions = {},
): Promise<ModelDescription & { network: Network }> {
  const file = await openWeights(await resolveWeights(path, cacheFolder), {
    kernels: options.kernels,
    onProgress: options.onProgress,
  });
  try {
    const description = describe(file, options);
    if (description.note) options.say?.(description.note);
    const network = createNetwork(gpu, description.spec);
    try {
      await fill(network, file);
    } catch (error) {
      freeNetwork(network);
      throw error;
    }
    return { ...description, network };
  } finally {
    await file.close();
  }
}

function describe(file: WeightsFile, { resize }: LoadOptions): ModelDescription {
  const model = describeNetwork(file);
  if (!resize) return model;
  const { spec } = model;
  return { ...model, spec: { ...spec, preprocessing: { ...spec.preprocessing, resize } } };
}

function describeNetwork(file: WeightsFile): ModelDescription {
  const base = { identity: `${file.identity} ${file.kernelsRotated ? 'rotated' : 'plain'}` };
  const note = file.note === undefined ? {} : { note: file.note };
  if (file.attributes !== undefined) {
    const { network, classes } = parseModelAttributes(file.path, file.attributes);
    return { ...base, ...note, spec: network, classes: classes.map((name) => ({ name })) };
  }
  const { inputSize, widths, denseWidths } = describeVgg16(file);
  const spec = vgg16({ inputSize, filters: widths, units: denseWidths });
  return { ...base, ...note, spec, classes: namesFor(denseWidths.length === 3 ? denseWidths[2]! : 0) };
}

function namesFor(count: number): ClassName[] {
  if (count === 1000) return [...imagenetClasses()];
  return Array.from({ length: count }, (_, i) => ({ name: `class ${i}` }));
}

/** Copies the file's weights to the network's layers, matched by order and shape. */
async function fill(network: Network, file: WeightsFile): Promise<void> {
  const { gpu } = network;
  let ahead = 0;
  for (const { index, parameters } of matchLayers(network, file)) {
    const { panels } = parameters;
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

/** Which layer of the file belongs to which of the network. @throws VggpuError 'weights' where shapes differ */
function matchLayers({ layers }: Network, file: WeightsFile): { index: number; parameters: LayerParameters }[] {
  const stored = file.layers.filter((layer) => layer.kind === 'conv3x3' || layer.kind === 'dense');
  const weighted = layers.flatMap(({ parameters }) => parameters ?? []);
  return weighted.map((parameters, i) => {
    const found = stored[i];
    const expected = parameters.kernelShape.join(', ');
    if (found?.kernelShape.join(', ') === expected) return { index: file.layers.indexOf(found), parameters };
    const instead = found ? `(${found.kernelShape.join(', ')}) in ${found.name}` : 'nothing';
    throw new VggpuError(
      'weights',
      `${file.path}: layer ${parameters.layer} should have a kernel of (${expected}); found ${instead}.`,
    );
  });
}
