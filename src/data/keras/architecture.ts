// Keras models as descriptions: the architecture that a whole-model file or a JSON file holds, in this project's vocabulary.

import { readFile } from 'node:fs/promises';
import { VggpuError } from '../../errors.js';
import { someOf } from '../some-of.js';
import { type Chain, chainOf } from './architecture-chain.js';
import { createTranslator } from './architecture-layers.js';
import { statedOrder } from './architecture-order.js';
import { refused, valueText } from './architecture-settings.js';
import type { KerasArchitecture, KerasPreprocessing } from './architecture-vocabulary.js';
import { readKerasConfiguration } from './archive.js';
import { openHdf5 } from './hdf5.js';
import { checkHdf5File, readingFailed } from './hdf5-check.js';

export type {
  KerasActivation,
  KerasArchitecture,
  KerasLayer,
  KerasPreprocessing,
} from './architecture-vocabulary.js';

/** How to read an architecture. */
export interface ArchitectureOptions {
  /**
   * What turns bytes into the model's input, where the file does not say: it stands in for a Lambda whose Python code
   * cannot be run, or comes before the first layer.
   */
  readonly preprocessing?: KerasPreprocessing | undefined;
}

/**
 * Reads the architecture out of a whole model: the attribute `model_config` of Keras 1's and 2's (and Keras 3's) `.h5`,
 * `config.json` of a `.keras` archive. A file that this project saved says more in its attribute `vggpu`; its
 * `model_config` leaves out preprocessing that no Keras layer expresses.
 *
 * @returns undefined for a file of weights alone
 * @throws VggpuError 'weights' for what {@link checkHdf5File} refuses, and for a model that is no chain of supported layers,
 *   naming the layer, its place, what was found, and what is supported; 'usage' where preprocessing is stated twice
 */
export async function readArchitecture(
  path: string,
  options: ArchitectureOptions = {},
): Promise<KerasArchitecture | undefined> {
  const text = await configurationText(path);
  return text === undefined ? undefined : parseArchitecture(path, text, options);
}

/**
 * Reads an architecture that lies beside its weights, as `model.to_json()` of Keras 1, 2 or 3 gives it.
 * @throws VggpuError as {@link readArchitecture} does
 */
export async function readArchitectureJson(
  path: string,
  options: ArchitectureOptions = {},
): Promise<KerasArchitecture> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw readingFailed(path, error);
  });
  return parseArchitecture(path, text, options);
}

async function configurationText(path: string): Promise<string | undefined> {
  if (checkHdf5File(path).kind === 'zip') return readKerasConfiguration(path);
  const file = await openHdf5(path);
  try {
    return file.attribute('', 'model_config');
  } finally {
    file.close();
  }
}

function parseArchitecture(path: string, text: string, { preprocessing }: ArchitectureOptions): KerasArchitecture {
  const configuration = parsed(path, text);
  const chain = chainOf(path, configuration);
  const inputSize = squareSide(path, chain);
  const translator = createTranslator(preprocessing);
  for (const entry of chain.entries()) translator.add(entry);
  const { layers, unknownCode } = translator;
  if (layers.length === 0 && unknownCode === undefined) {
    throw new VggpuError('weights', `${path}: the model has no layer but its input. Save the model again.`);
  }
  if (unknownCode !== undefined) {
    throw refused(
      unknownCode,
      'is Python code, which cannot be run here',
      'a Lambda whose work is stated: --preprocess vgg, rescale or none',
    );
  }
  const first = layers[0];
  const carried = first?.className === 'Lambda';
  if (carried && preprocessing !== undefined && first.preprocessing !== preprocessing) {
    throw new VggpuError(
      'usage',
      `${path}: layer ${first.name} already makes the model's input from bytes (a scale of ${first.preprocessing.scale}): ` +
        'leave out the preprocessing that you stated.',
    );
  }
  const added = !carried && preprocessing !== undefined;
  return {
    name: chain.name,
    inputSize,
    layers: added ? [{ className: 'Lambda', name: 'preprocessing', preprocessing }, ...layers] : layers,
    rowsChannelsFirst: statedOrder(configuration).rowsChannelsFirst,
    notes: [...translator.trainingOnly].map(
      ([part, names]) => `${path}: training leaves out the ${part} of ${someOf(names)}; predictions are not touched.`,
    ),
  };
}

function parsed(path: string, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? JSON.parse(value) : value; // to_json's text, written as JSON once more
  } catch (error) {
    throw new VggpuError(
      'weights',
      `${path}: its description of the model is not whole JSON (${(error as Error).message}). Expected what ` +
        "Keras' model.to_json() or model.save() writes: save or download it again.",
      { cause: error },
    );
  }
}

/** The side of the input; both orders of axes are looked for, since layers that state one come later. */
function squareSide(path: string, { input: { shape, layer } }: Chain): number | undefined {
  if (shape == null) return undefined;
  const axes = Array.isArray(shape) ? shape.slice(1) : [];
  const sides = axes[2] === 3 ? axes.slice(0, 2) : axes.slice(1);
  const rgb = axes.length === 3 && (axes[2] === 3 || axes[0] === 3);
  const [height, width] = sides;
  const free = height === null && width === null;
  if (rgb && height === width && (free || (Number.isInteger(height) && height >= 1))) {
    return free ? undefined : (height as number);
  }
  throw new VggpuError(
    'weights',
    `${path}: layer ${layer} takes an input of (${axes.map((axis) => axis ?? 'any').join(', ') || valueText(shape)}). ` +
      'Supported: square RGB pictures, such as (224, 224, 3) or (3, 224, 224).',
  );
}
