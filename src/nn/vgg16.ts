// VGG16 (Simonyan and Zisserman 2014, configuration D) as a description, and what a finetune makes of it.
import { VggpuError } from '../errors.js';
import { Conv2D, Dense, Dropout, Flatten, Lambda, MaxPooling2D, ZeroPadding2D } from './keras-layers.js';
import { activationName } from './lowering.js';
import { Sequential } from './sequential.js';
import { type LayerSpec, type NetworkSpec, unusedName } from './specification.js';

/** Convolutions in each block; a 2x2 max-pool closes each. */
export const VGG16_BLOCKS = [2, 2, 3, 3, 3] as const;

/** What varies between files that hold a VGG16: everything else is fixed. */
export interface Vgg16Sizes {
  /** Side of the square input, in pixels. */
  readonly inputSize: number;
  /** Filters of each convolution, 13 or fewer where the file ends early. */
  readonly filters: readonly number[];
  /** Units of each dense layer: [4096, 4096, classes] for a whole network, fewer or none where the file ends early. */
  readonly units: readonly number[];
}

/** The sizes that won ImageNet's 2014 localisation task. */
export const VGG16: Vgg16Sizes = {
  inputSize: 224,
  filters: [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512],
  units: [4096, 4096, 1000],
};

/**
 * `layers` convolutions of 3x3 with ReLU, then a max-pool.
 * @param filters of all of them, or of each; where there are fewer than `layers`, the network ends without a pool
 */
export function convBlock(model: Sequential, layers: number, filters: number | readonly number[]): void {
  const block = 1 + model.layers.filter(({ className }) => className === 'MaxPooling2D').length;
  const each = typeof filters === 'number' ? Array<number>(layers).fill(filters) : filters.slice(0, layers);
  each.forEach((count, i) => {
    model.add(ZeroPadding2D([1, 1]));
    model.add(Conv2D(count, [3, 3], { activation: 'relu', name: `block${block}_conv${i + 1}` }));
  });
  if (each.length === layers) model.add(MaxPooling2D([2, 2], { strides: [2, 2], name: `block${block}_pool` }));
}

/** A dense layer with ReLU, then dropout. */
export function fcBlock(model: Sequential, units = 4096): void {
  const number = 1 + model.layers.filter(({ className }) => className === 'Dense').length;
  model.add(Dense(units, { activation: 'relu', name: `fc${number}` }));
  model.add(Dropout(0.5, { name: `dropout${number}` }));
}

/** Adds VGG16's layers of the given sizes to an empty model. */
export function addVgg16(model: Sequential, { inputSize, filters, units }: Vgg16Sizes = VGG16): void {
  model.add(Lambda('vgg', { inputShape: [inputSize, inputSize, 3] }));
  let next = 0;
  for (const layers of VGG16_BLOCKS) {
    if (next < filters.length) convBlock(model, layers, filters.slice(next));
    next += layers;
  }
  if (units.length === 0) return;
  model.add(Flatten({ name: 'flatten' }));
  for (const count of units.slice(0, 2)) fcBlock(model, count);
  if (units[2]) model.add(Dense(units[2], { activation: 'softmax', name: 'predictions' }));
}

/**
 * The layers of a VGG16 of the given sizes.
 * @throws VggpuError 'usage' where the pictures are too small for its pools
 */
export function vgg16(sizes: Vgg16Sizes): NetworkSpec {
  const model = new Sequential();
  addVgg16(model, sizes);
  return model.spec;
}

export type Head = 'gap' | 'fc';

/** Where to cut a network, and what to put behind the cut. */
export interface Cut {
  /** Name of the last layer to keep. */
  readonly layer: string;
  /** gap: global average pooling, dense. fc: flatten, dense 256 with ReLU, dropout, dense. */
  readonly head: Head;
}

/**
 * The network to finetune. Without a cut: the last dense layer makes way for one of `classes` units, as lesson 1 does.
 * With one: what follows the cut makes way for a head whose inputs are standardised.
 * @returns the description, and how many layers are taken over as they are (and frozen)
 * @throws VggpuError 'usage' where there is no such layer, or no last dense layer to replace
 */
export function finetuned(spec: NetworkSpec, classes: number, cut?: Cut): { spec: NetworkSpec; kept: number } {
  const { layers } = spec;
  const last: LayerSpec = { kind: 'dense', name: 'predictions', units: classes, activation: 'linear' };
  if (!cut) {
    const kept = layers.at(-1)?.kind === 'binaryLogits' ? layers.length - 2 : layers.length - 1;
    if (layers[kept]?.kind !== 'dense') {
      const at = layers.findLast(isPictureLayer)?.name;
      throw new VggpuError(
        'usage',
        `These weights end at ${layers.at(-1)?.name}, before the dense layers. Name where to cut and which head to train: --cut ${at} --head gap.`,
      );
    }
    return joined(spec, kept, [last]);
  }
  const at = layers.findIndex((layer) => isPictureLayer(layer) && layer.name === cut.layer);
  if (at < 0) {
    const names = layers.filter(isPictureLayer).map((layer) => layer.name);
    throw new VggpuError('usage', `Cannot cut at '${cut.layer}': these weights have the layers ${names.join(', ')}.`);
  }
  const head: LayerSpec[] =
    cut.head === 'gap'
      ? [
          { kind: 'globalAveragePool', name: 'global_average_pooling2d' },
          { kind: 'standardize', name: 'standardize' },
          last,
        ]
      : [
          { kind: 'flatten', name: 'flatten' },
          { kind: 'standardize', name: 'standardize' },
          { kind: 'dense', name: 'fc1', units: 256, activation: 'relu' },
          { kind: 'dropout', name: 'dropout1', rate: 0.5 },
          last,
        ];
  const next = layers[at + 1];
  const own = next?.kind === 'activation' && next.name === activationName(cut.layer, next.activation);
  return joined(spec, own ? at + 2 : at + 1, head);
}

/** The first `kept` layers with others behind them, no name twice. */
function joined(spec: NetworkSpec, kept: number, head: readonly LayerSpec[]): { spec: NetworkSpec; kept: number } {
  const base = spec.layers.slice(0, kept);
  const layers = [...base, ...head.map((layer) => ({ ...layer, name: unusedName(layer.name, base) }))];
  return { spec: { ...spec, layers }, kept };
}

function isPictureLayer({ kind }: LayerSpec): boolean {
  return kind === 'conv3x3' || kind === 'maxPool';
}
