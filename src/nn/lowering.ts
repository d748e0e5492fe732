// From Keras' layers to the engine's: padding joins its convolution, ReLU what it follows, the output becomes logits.
import { elementsOf, type Shape } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import { type KerasActivation, type KerasLayer, type PixelPreprocessing, PREPROCESSINGS } from './keras-layers.js';
import { checkLayer, isCount, refuseLayer } from './layer-checks.js';
import type { LayerSpec, NetworkSpec, Preprocessing } from './specification.js';

/** What Keras' last activation makes of the network's logits: softmax, the sigmoid of one unit, or nothing. */
export type Output = 'softmax' | 'sigmoid' | 'linear';

/** A network of Keras' layers as the engine runs it. */
export interface Lowered {
  /** Gives logits: a last softmax is left out, the sigmoid of one unit is a 'binaryLogits' layer with two. */
  readonly spec: NetworkSpec;
  /** For each of Keras' layers the index in `spec` of the layer that does its work; undefined where another's does. */
  readonly layerOf: readonly (number | undefined)[];
  /** For each of Keras' layers the shape of one picture's output. */
  readonly shapes: readonly Shape[];
  readonly output: Output;
}

export interface LowerOptions {
  /** Side of the square input in pixels; default the first layer's. */
  readonly inputSize?: number | undefined;
  /** Default 'nearest', which is Keras 1's. */
  readonly resize?: Preprocessing['resize'] | undefined;
}

/** The name of the engine's layer for an activation that Keras has within `layer`; `raise` knows it by this. */
export function activationName(layer: string, activation: KerasActivation): string {
  return `${layer}_${activation}`;
}

/**
 * Lowers a chain of layers.
 * @throws VggpuError 'usage' naming the layer, its place, what was found and what is supported
 */
export function lower(layers: readonly KerasLayer[], options: LowerOptions = {}): Lowered {
  const inputSize = options.inputSize ?? layers[0]?.inputSize;
  if (inputSize === undefined) {
    throw new VggpuError('usage', 'The first layer needs the size of the pictures: inputShape: [side, side, 3].');
  }
  if (!isCount(inputSize)) {
    throw new VggpuError('usage', `The pictures' side is ${inputSize}; expected a whole number of pixels.`);
  }
  let preprocessing: PixelPreprocessing = PREPROCESSINGS.none;
  let shape: Shape = [inputSize, inputSize, 3];
  const specs: LayerSpec[] = [];
  const layerOf: (number | undefined)[] = [];
  const shapes: Shape[] = [];
  layers.forEach((layer, i) => {
    const before = layers[i - 1];
    const refuse = (problem: string) => refuseLayer(layers, i, problem);
    checkLayer(layers, i, shape);
    if (layer.className === 'Lambda') {
      if (i > 0) refuse('is a preprocessing, which comes first');
      preprocessing = layer.preprocessing;
    }
    if (layer.className === 'Activation' && layer.activation === 'relu' && fuses(before)) {
      specs[specs.length - 1] = { ...(specs.at(-1) as LinearSpec), activation: 'relu' };
      layerOf.push(undefined);
    } else {
      const own = specsOf(layer, before?.className === 'ZeroPadding2D');
      layerOf.push(own.length > 0 ? specs.length : undefined);
      specs.push(...own);
    }
    const given = shape;
    shape = shapeAfter(layer, given);
    if (!shape.every((size) => size >= 1)) refuse(`is given (${given.join(', ')}), which is too small for it`);
    shapes.push(shape);
  });
  const output = lowerOutput(layers, specs, shape);
  const { scale, mean, reverse } = preprocessing;
  const spec = {
    inputSize,
    preprocessing: { resize: options.resize ?? 'nearest', scale, mean, reverse },
    layers: specs,
  };
  return { spec, layerOf: layerOf.map((at) => (at === specs.length ? undefined : at)), shapes, output };
}

type LinearSpec = Extract<LayerSpec, { readonly activation: 'relu' | 'linear'; readonly kind: 'conv3x3' | 'dense' }>;

function fuses(before: KerasLayer | undefined): boolean {
  return (before?.className === 'Conv2D' || before?.className === 'Dense') && before.activation === 'linear';
}

/** The engine's layers for one of Keras'. */
function specsOf(layer: KerasLayer, padded: boolean): LayerSpec[] {
  const { name } = layer;
  switch (layer.className) {
    case 'Conv2D': {
      const pad = padded || layer.padding === 'same' ? 1 : 0;
      return withActivation(layer, (activation) => ({
        kind: 'conv3x3',
        name,
        filters: layer.filters,
        pad,
        activation,
      }));
    }
    case 'Dense':
      return withActivation(layer, (activation) => ({ kind: 'dense', name, units: layer.units, activation }));
    case 'Activation':
      return layer.activation === 'linear' ? [] : [{ kind: 'activation', name, activation: layer.activation }];
    case 'Dropout':
      return [{ kind: 'dropout', name, rate: layer.rate }];
    case 'MaxPooling2D':
      return [{ kind: 'maxPool', name }];
    case 'GlobalAveragePooling2D':
      return [{ kind: 'globalAveragePool', name }];
    case 'Flatten':
      return [{ kind: 'flatten', name }];
    default:
      return [];
  }
}

function withActivation(
  { name, activation }: { readonly name: string; readonly activation: KerasActivation },
  spec: (activation: 'relu' | 'linear') => LayerSpec,
): LayerSpec[] {
  if (activation === 'relu' || activation === 'linear') return [spec(activation)];
  return [spec('linear'), { kind: 'activation', name: activationName(name, activation), activation }];
}

/** Takes the last softmax away, and makes two logits of a last sigmoid. */
function lowerOutput(layers: readonly KerasLayer[], specs: LayerSpec[], shape: Shape): Output {
  const last = specs.at(-1);
  if (last?.kind !== 'activation' || last.activation === 'relu') return 'linear';
  if (last.activation === 'softmax') {
    if (shape.length !== 1) return 'linear'; // of each pixel's channels: no classes
    specs.pop();
    return 'softmax';
  }
  if (elementsOf(shape) !== 1 || shape.length !== 1) {
    const at = layers.findLastIndex((layer) => 'activation' in layer && layer.activation === 'sigmoid');
    refuseLayer(
      layers,
      at,
      `ends the network with a sigmoid of (${shape.join(', ')}); the output is one unit, or softmax`,
    );
  }
  specs[specs.length - 1] = { kind: 'binaryLogits', name: last.name };
  return 'sigmoid';
}

/** Shape of one picture's output of one of Keras' layers; 0 or less where the input is too small. */
function shapeAfter(layer: KerasLayer, input: Shape): Shape {
  const [H = 1, W = 1, C = 1] = input;
  switch (layer.className) {
    case 'ZeroPadding2D':
      return [H + 2, W + 2, C];
    case 'Conv2D':
      return layer.padding === 'same' ? [H, W, layer.filters] : [H - 2, W - 2, layer.filters];
    case 'MaxPooling2D':
      return [Math.floor(H / 2), Math.floor(W / 2), C];
    case 'GlobalAveragePooling2D':
      return [C];
    case 'Flatten':
      return [elementsOf(input)];
    case 'Dense':
      return [layer.units];
    default:
      return input;
  }
}
