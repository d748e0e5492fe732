// Each layer of a Keras configuration in this project's vocabulary, or refused by name, place and what is supported.

import type { VggpuError } from '../../errors.js';
import {
  activationOf,
  isObject,
  type LayerEntry,
  refused,
  requireCount,
  requireOneOf,
  setting,
  valueText,
} from './architecture-settings.js';
import type { KerasLayer, KerasPreprocessing } from './architecture-vocabulary.js';

const CLASSES =
  'Rescaling, ZeroPadding2D, Conv2D (3x3, stride 1), MaxPooling2D (2x2), GlobalAveragePooling2D, Flatten, Dense, ' +
  'Dropout, Activation (relu, sigmoid, softmax, linear), ReLU, Softmax, and a Lambda in first place whose ' +
  'preprocessing is stated';

/** The parts of a layer that only training looks at. */
const TRAINING_ONLY = [
  ...['kernel_regularizer', 'bias_regularizer', 'activity_regularizer', 'kernel_constraint', 'bias_constraint'],
  ...['W_regularizer', 'b_regularizer', 'W_constraint', 'b_constraint'],
];

type Translate = (entry: LayerEntry, common: { name: string; trainable?: boolean }) => KerasLayer;

const TRANSLATIONS = new Map<string, Translate>(
  Object.entries({
    ZeroPadding2D(entry, common) {
      const padding = setting(entry, 'padding') ?? 1;
      const sides = (isObject(padding) ? Object.values(padding) : [padding]).flat(2);
      if (sides.length === 3 || !sides.every((side) => side === 1)) {
        throw refused(entry, `pads by ${valueText(padding)}`, 'one pixel on each side');
      }
      return { className: 'ZeroPadding2D', ...common, padding: 1 };
    },
    Conv2D(entry, common) {
      const { nb_row, nb_col } = entry.config;
      const kernel = setting(entry, 'kernel_size') ?? [nb_row, nb_col];
      requireOneOf(entry, kernel, [3], 'a kernel of');
      requireOneOf(entry, setting(entry, 'strides', 'subsample'), [1], 'strides of');
      requireOneOf(entry, setting(entry, 'dilation_rate'), [1], 'a dilation of');
      requireOneOf(entry, setting(entry, 'groups'), [1], 'groups');
      requireOneOf(entry, setting(entry, 'use_bias', 'bias'), [true], 'use_bias');
      const padding = setting(entry, 'padding', 'border_mode') ?? 'valid';
      if (padding !== 'valid' && padding !== 'same') {
        throw refused(entry, `has the padding ${valueText(padding)}`, 'valid, same');
      }
      const filters = requireCount(entry, setting(entry, 'filters', 'nb_filter'), 'filters');
      return { className: 'Conv2D', ...common, filters, padding, activation: activationOf(entry) };
    },
    MaxPooling2D(entry, common) {
      requireOneOf(entry, setting(entry, 'pool_size'), [2], 'a pool of');
      requireOneOf(entry, setting(entry, 'strides'), [2, null], 'strides of');
      requireOneOf(entry, setting(entry, 'padding', 'border_mode'), ['valid'], 'the padding');
      return { className: 'MaxPooling2D', ...common };
    },
    GlobalAveragePooling2D(entry, common) {
      requireOneOf(entry, setting(entry, 'keepdims'), [false], 'keepdims');
      return { className: 'GlobalAveragePooling2D', ...common };
    },
    Flatten: (_, common) => ({ className: 'Flatten', ...common }),
    Dense(entry, common) {
      requireOneOf(entry, setting(entry, 'use_bias', 'bias'), [true], 'use_bias');
      const units = requireCount(entry, setting(entry, 'units', 'output_dim'), 'units');
      return { className: 'Dense', ...common, units, activation: activationOf(entry) };
    },
    Dropout(entry, common) {
      requireOneOf(entry, setting(entry, 'noise_shape'), [null], 'noise_shape');
      const rate = setting(entry, 'rate', 'p');
      if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) {
        throw refused(entry, `has the rate ${valueText(rate)}`, 'a rate from 0 to below 1');
      }
      return { className: 'Dropout', ...common, rate };
    },
    Activation: (entry, common) => ({ className: 'Activation', ...common, activation: activationOf(entry) }),
    ReLU(entry, common) {
      requireOneOf(entry, setting(entry, 'max_value'), [null], 'max_value');
      requireOneOf(entry, setting(entry, 'negative_slope'), [0], 'negative_slope');
      requireOneOf(entry, setting(entry, 'threshold'), [0], 'threshold');
      return { className: 'Activation', ...common, activation: 'relu' };
    },
    Softmax(entry, common) {
      requireOneOf(entry, setting(entry, 'axis'), [-1], 'axis');
      return { className: 'Activation', ...common, activation: 'softmax' };
    },
    Rescaling: (entry, common) => ({ className: 'Lambda', ...common, preprocessing: rescaling(entry) }),
  } satisfies Record<string, Translate>),
);

/** Layers over rows and columns, and layers over what is left without them. */
const ON_PICTURES = ['ZeroPadding2D', 'Conv2D', 'MaxPooling2D', 'GlobalAveragePooling2D'];

/** Turns a chain's layers into this vocabulary one after the other. */
export interface Translator {
  /** @throws VggpuError 'weights' for a class, setting or place that is not supported */
  add(entry: LayerEntry): void;
  readonly layers: readonly KerasLayer[];
  /** Where the model takes its preprocessing from Python code: what it is refused with unless that is stated. */
  readonly unknownCode: LayerEntry | undefined;
  /** Names of layers with a part that only training looks at, by that part. */
  readonly trainingOnly: ReadonlyMap<string, readonly string[]>;
}

export function createTranslator(stated: KerasPreprocessing | undefined): Translator {
  const layers: KerasLayer[] = [];
  const trainingOnly = new Map<string, string[]>();
  const shape: ShapeSoFar = { flat: false, order: undefined, padding: undefined };
  let unknownCode: LayerEntry | undefined;
  return {
    layers,
    trainingOnly,
    get unknownCode() {
      return unknownCode;
    },
    add(entry) {
      const { name, config } = entry;
      const common = { name, ...(config.trainable === false ? { trainable: false } : {}) };
      if (entry.className === 'Lambda' && entry.position === 1) {
        if (stated === undefined) unknownCode = entry;
        else layers.push({ className: 'Lambda', ...common, preprocessing: stated });
        return;
      }
      const translate = TRANSLATIONS.get(entry.className === 'Convolution2D' ? 'Conv2D' : entry.className); // Keras 1's name
      if (translate === undefined) throw unsupported(entry);
      for (const part of TRAINING_ONLY) {
        if (config[part] != null) trainingOnly.set(part, [...(trainingOnly.get(part) ?? []), name]);
      }
      const layer = translate(entry, common);
      checkPlace(entry, layer, shape);
      layers.push(layer);
    },
  };
}

function unsupported(entry: LayerEntry): VggpuError {
  const { className, config } = entry;
  if (className === 'Lambda') return refused(entry, 'runs Python code in another place than the first', CLASSES);
  if (className === 'InputLayer') return refused(entry, 'is a second input', 'one input, before all layers');
  if (Array.isArray(config.layers)) {
    return refused(entry, 'is a model used as one layer', 'its layers in its place, one after the other');
  }
  return refused(entry, 'is of a class that is not supported', CLASSES);
}

/** What the layers so far make of a picture. */
interface ShapeSoFar {
  flat: boolean;
  order: string | undefined;
  /** The name of a ZeroPadding2D that still waits for its convolution. */
  padding: string | undefined;
}

function checkPlace(entry: LayerEntry, layer: KerasLayer, shape: ShapeSoFar): void {
  const { className } = layer;
  if (className === 'Lambda' && entry.position > 1) {
    throw refused(entry, 'rescales in another place than the first', 'preprocessing as the first layer');
  }
  const order = setting(entry, 'data_format', 'dim_ordering');
  if (ON_PICTURES.includes(className)) {
    if (shape.flat) throw refused(entry, 'follows a layer that has no rows and columns left', `${className} before it`);
    const said = order === 'th' ? 'channels_first' : order === 'tf' ? 'channels_last' : (order ?? undefined);
    if (said !== undefined && said !== 'channels_first' && said !== 'channels_last') {
      throw refused(entry, `has the order of axes ${valueText(order)}`, 'channels_first, channels_last');
    }
    if (said !== undefined && shape.order !== undefined && said !== shape.order) {
      throw refused(entry, `is ${said} after layers that are ${shape.order}`, 'one order of axes throughout');
    }
    shape.order ??= said;
  }
  if (shape.padding !== undefined && !(className === 'Conv2D' && layer.padding === 'valid')) {
    throw refused(entry, `stands behind ${shape.padding}, which pads`, 'a Conv2D with the padding valid there');
  }
  shape.padding = className === 'ZeroPadding2D' ? entry.name : undefined;
  if (!shape.flat && className === 'Dense') {
    throw refused(entry, 'is dense over a feature map', 'Dense after Flatten or GlobalAveragePooling2D');
  }
  if (!shape.flat && shape.order === 'channels_first' && 'activation' in layer && layer.activation === 'softmax') {
    throw refused(entry, 'takes a softmax along the columns of pictures', 'softmax over channels or classes');
  }
  if (className === 'Flatten' || className === 'GlobalAveragePooling2D') shape.flat = true;
}

/** Keras reckons byte * scale + offset. */
function rescaling(entry: LayerEntry): KerasPreprocessing {
  const scale = setting(entry, 'scale');
  const offset = setting(entry, 'offset') ?? 0;
  const offsets = Array.isArray(offset) ? offset : [offset, offset, offset];
  if (typeof scale !== 'number' || offsets.length !== 3 || !offsets.every((one) => typeof one === 'number')) {
    const found = `has the scale ${valueText(scale)} and the offset ${valueText(offset)}`;
    throw refused(entry, found, 'one scale, and one offset or three');
  }
  const [red, green, blue] = offsets.map((one: number) => 0 - one) as [number, number, number];
  return { scale, mean: [red, green, blue], reverse: false };
}
