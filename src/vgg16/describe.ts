// What network a file holds: this project's own description, a whole Keras model's architecture, or VGG16 by its weights' shapes.
import { resolveWeights } from '../data/download/resolve-weights.js';
import { imagenetClasses } from '../data/imagenet/class-names.js';
import { type KerasArchitecture, readArchitecture, readArchitectureJson } from '../data/keras/architecture.js';
import { matchWeights } from '../data/keras/architecture-weights.js';
import { type Kernels, openWeights, type WeightsFile } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import type { KerasLayer, PixelPreprocessing } from '../nn/keras-layers.js';
import { lower } from '../nn/lowering.js';
import { raise } from '../nn/raising.js';
import { classesOf, type NetworkSpec, type Preprocessing } from '../nn/specification.js';
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

/** What a file says of its network, before the weights are read. */
export interface ModelDescription {
  readonly spec: NetworkSpec;
  /** The same as Keras has it. */
  readonly layers: readonly KerasLayer[];
  /** In the order of the outputs; empty where the network ends before its last layer. */
  readonly classes: readonly ClassName[];
  /** Whether the classes' names are their own, and not 'class 0', 'class 1', ... */
  readonly named: boolean;
  /** Names the weights, for the keys of caches. */
  readonly identity: string;
  /** For each layer with weights its number in the file. */
  readonly order: readonly number[];
  /** What had to be assumed or was left out, in sentences for the person at the keyboard. */
  readonly notes: readonly string[];
}

export interface DescribeOptions {
  /** The file is a whole model: its architecture counts, and no network is guessed from shapes. */
  readonly whole?: boolean | undefined;
  /** A JSON file with the architecture, as Keras' `model.to_json()` gives it. */
  readonly architecture?: string | undefined;
  /** How bytes become the model's input, where neither file nor architecture says. */
  readonly preprocessing?: PixelPreprocessing | undefined;
  /** Names of the classes in the order of the outputs, where the file has none. */
  readonly classes?: readonly string[] | undefined;
  /** Overrides how the file's (out, in, 3, 3) kernels are turned. */
  readonly kernels?: Kernels | undefined;
  /** How pictures are resized, instead of the file's way. */
  readonly resize?: Preprocessing['resize'] | undefined;
}

/** An open file and what it says; the caller closes it. @throws VggpuError 'weights', or 'usage' for options that do not fit */
export async function openModel(
  path: string,
  options: DescribeOptions & { readonly onProgress?: ((done: number, total: number) => void) | undefined } = {},
): Promise<{ file: WeightsFile; description: ModelDescription }> {
  const { architecture, preprocessing, whole, kernels, onProgress } = options;
  const resolved = await resolveWeights(path, cacheFolder);
  const beside = architecture === undefined ? undefined : await readArchitectureJson(architecture, { preprocessing });
  const rowsChannelsFirst = beside?.rowsChannelsFirst;
  const file = await openWeights(resolved, { kernels, onProgress, rowsChannelsFirst });
  try {
    const within =
      whole && !file.attributes && !beside ? await readArchitecture(resolved, { preprocessing }) : undefined;
    return { file, description: describe(file, beside ?? within, options) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads what network a file holds, without its weights. @throws VggpuError as `openModel` */
export async function describeModel(path: string, options: DescribeOptions = {}): Promise<ModelDescription> {
  const { file, description } = await openModel(path, options);
  await file.close();
  return description;
}

function describe(
  file: WeightsFile,
  architecture: KerasArchitecture | undefined,
  options: DescribeOptions,
): ModelDescription {
  const identity = `${file.identity} ${file.kernelsRotated ? 'rotated' : 'plain'}`;
  const found = architecture
    ? fromArchitecture(file, architecture)
    : file.attributes === undefined
      ? fromShapes(file, options)
      : fromAttributes(file, options);
  const { resize } = options;
  const { spec } = found;
  const preprocessing = { ...spec.preprocessing, ...(resize ? { resize } : {}) };
  return {
    ...found,
    ...classNames(found, options, file.path),
    identity,
    spec: { ...spec, preprocessing },
    notes: [...(file.note === undefined ? [] : [file.note]), ...(architecture?.notes ?? [])],
  };
}

type Found = Pick<ModelDescription, 'spec' | 'layers' | 'order' | 'classes' | 'named'>;

function fromArchitecture(file: WeightsFile, architecture: KerasArchitecture): Found {
  const { layers, inputSize } = architecture;
  const order = matchWeights(file, architecture);
  const { spec } = lower(layers, { inputSize });
  const count = classesOf(spec) ?? 0;
  return { spec, layers, order, classes: numbered(count), named: false };
}

function fromAttributes(file: WeightsFile, { preprocessing }: DescribeOptions): Found {
  const { network: spec, classes } = parseModelAttributes(file.path, file.attributes);
  if (preprocessing) {
    throw new VggpuError('usage', `${file.path} carries its preprocessing: leave out the one that you stated.`);
  }
  return { spec, layers: raise(spec), order: inOrder(file), classes: classes.map((name) => ({ name })), named: true };
}

function fromShapes(file: WeightsFile, { whole, preprocessing }: DescribeOptions): Found {
  if (whole) {
    throw new VggpuError(
      'weights',
      `${file.path} holds weights and no architecture. Give --weights ${file.path} --architecture model.json (Keras' model.to_json()), or --weights alone where they are VGG16's.`,
    );
  }
  if (preprocessing) {
    throw new VggpuError(
      'usage',
      "VGG16's weights have VGG's preprocessing. To state another, give the model as a whole (--model) or its architecture.",
    );
  }
  const { inputSize, widths, denseWidths } = describeVgg16(file);
  const spec = vgg16({ inputSize, filters: widths, units: denseWidths });
  const count = denseWidths.length === 3 ? denseWidths[2]! : 0;
  const imagenet = count === 1000;
  const classes = imagenet ? [...imagenetClasses()] : numbered(count);
  return { spec, layers: raise(spec), order: inOrder(file), classes, named: imagenet };
}

function numbered(count: number): ClassName[] {
  return Array.from({ length: count }, (_, i) => ({ name: `class ${i}` }));
}

/** The names that were stated, or those of the file. @throws VggpuError 'usage' where their number is wrong */
function classNames(
  { classes, named }: Found,
  { classes: stated }: DescribeOptions,
  path: string,
): Pick<ModelDescription, 'classes' | 'named'> {
  if (stated === undefined) return { classes, named };
  if (stated.length === classes.length && new Set(stated).size === stated.length) {
    return { classes: stated.map((name) => ({ name })), named: true };
  }
  throw new VggpuError(
    'usage',
    `${path} tells ${classes.length} classes apart; ${stated.length} names were given: ${stated.join(', ')}. Name each once, in the order of the outputs.`,
  );
}

function inOrder({ layers }: WeightsFile): number[] {
  return layers.flatMap(({ kind }, i) => (kind === 'conv3x3' || kind === 'dense' ? [i] : []));
}
