// VGG16 (Simonyan and Zisserman 2014, configuration D) as a description, and what a finetune makes of it.
import { VggpuError } from '../errors.js';
import { type LayerSpec, type NetworkSpec, VGG_PREPROCESSING } from './specification.js';

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

/** `layers` convolutions of 3x3 with ReLU, then a max-pool. Stops where the filters end. */
function convBlock(block: number, layers: number, filters: readonly number[]): LayerSpec[] {
  const specs: LayerSpec[] = filters.slice(0, layers).map((count, i) => ({
    kind: 'conv3x3',
    name: `block${block}_conv${i + 1}`,
    filters: count,
    pad: 1,
    activation: 'relu',
  }));
  if (filters.length >= layers) specs.push({ kind: 'maxPool', name: `block${block}_pool` });
  return specs;
}

/** A dense layer with ReLU, then dropout. */
function fcBlock(number: number, units: number): LayerSpec[] {
  return [
    { kind: 'dense', name: `fc${number}`, units, activation: 'relu' },
    { kind: 'dropout', name: `dropout${number}`, rate: 0.5 },
  ];
}

/** The layers of a VGG16 of the given sizes. */
export function vgg16({ inputSize, filters, units }: Vgg16Sizes): NetworkSpec {
  const layers: LayerSpec[] = [];
  let next = 0;
  VGG16_BLOCKS.forEach((count, i) => {
    if (next < filters.length) layers.push(...convBlock(i + 1, count, filters.slice(next)));
    next += count;
  });
  if (units.length > 0) {
    layers.push({ kind: 'flatten', name: 'flatten' });
    units.slice(0, 2).forEach((count, i) => {
      layers.push(...fcBlock(i + 1, count));
    });
    if (units[2]) layers.push({ kind: 'dense', name: 'predictions', units: units[2], activation: 'linear' });
  }
  return { inputSize, preprocessing: VGG_PREPROCESSING, layers };
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
  const last: LayerSpec = { kind: 'dense', name: 'predictions', units: classes, activation: 'linear' };
  if (!cut) {
    if (spec.layers.at(-1)?.kind !== 'dense') {
      throw new VggpuError(
        'usage',
        `These weights end at ${spec.layers.at(-1)?.name}, before the dense layers. Name where to cut and which head to train: --cut ${spec.layers.at(-1)?.name} --head gap.`,
      );
    }
    const kept = spec.layers.length - 1;
    return { spec: { ...spec, layers: [...spec.layers.slice(0, kept), last] }, kept };
  }
  const pictures = spec.layers.filter((layer) => layer.kind === 'conv3x3' || layer.kind === 'maxPool');
  const at = pictures.findIndex((layer) => layer.name === cut.layer); // they are a network's first layers
  if (at < 0) {
    throw new VggpuError(
      'usage',
      `Cannot cut at '${cut.layer}': these weights have the layers ${pictures.map((layer) => layer.name).join(', ')}.`,
    );
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
  return { spec: { ...spec, layers: [...spec.layers.slice(0, at + 1), ...head] }, kept: at + 1 };
}
