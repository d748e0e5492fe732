// What a network is, as plain data: the same description builds it, prints it, and travels inside a saved file.
import { elementsOf, type Shape } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';

export type FusedActivation = 'relu' | 'linear';

/** One layer. Names are Keras' names, under which the weights are saved. */
export type LayerSpec =
  | {
      readonly kind: 'conv3x3';
      readonly name: string;
      readonly filters: number;
      readonly pad: 0 | 1;
      readonly activation: FusedActivation;
    }
  | { readonly kind: 'maxPool'; readonly name: string }
  | { readonly kind: 'globalAveragePool'; readonly name: string }
  | { readonly kind: 'flatten'; readonly name: string }
  | { readonly kind: 'standardize'; readonly name: string }
  | { readonly kind: 'dropout'; readonly name: string; readonly rate: number }
  | { readonly kind: 'dense'; readonly name: string; readonly units: number; readonly activation: FusedActivation }
  | { readonly kind: 'activation'; readonly name: string; readonly activation: 'relu' | 'sigmoid' | 'softmax' }
  | { readonly kind: 'binaryLogits'; readonly name: string }; // x -> (0, x): one sigmoid unit as two classes

/** How bytes become the network's input: value = byte * scale - mean, for R, G, B; then reversed to B, G, R if asked. */
export interface Preprocessing {
  readonly resize: 'nearest' | 'bilinear' | 'area';
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly reverse: boolean;
}

/** What VGG's authors did, with the resize of Keras 1. */
export const VGG_PREPROCESSING: Preprocessing = {
  resize: 'nearest',
  scale: 1,
  mean: [123.68, 116.779, 103.939],
  reverse: true,
};

/** A whole network: its square RGB input, its preprocessing, its layers. The last layer gives logits. */
export interface NetworkSpec {
  readonly inputSize: number;
  readonly preprocessing: Preprocessing;
  readonly layers: readonly LayerSpec[];
}

/** Shape of one picture's output, without the batch, for one picture's input. */
export function outputShape(layer: LayerSpec, input: Shape): Shape {
  const [H = 0, W = 0, C = 0] = input;
  switch (layer.kind) {
    case 'conv3x3':
      return [H + 2 * layer.pad - 2, W + 2 * layer.pad - 2, layer.filters];
    case 'maxPool':
      return [Math.floor(H / 2), Math.floor(W / 2), C];
    case 'globalAveragePool':
      return [C];
    case 'flatten':
      return [elementsOf(input)];
    case 'dense':
      return [layer.units];
    case 'binaryLogits':
      return [elementsOf(input) === 1 ? 2 : 0];
    default:
      return input;
  }
}

/** Shapes of the kernel and the bias of a layer, for one picture's input; empty where it has none. */
export function weightShapes(layer: LayerSpec, input: Shape): Shape[] {
  if (layer.kind === 'conv3x3') return [[3, 3, input[2]!, layer.filters], [layer.filters]];
  if (layer.kind === 'dense') return [[elementsOf(input), layer.units], [layer.units]];
  return [];
}

/** One row of a network's table. */
export interface LayerFacts {
  readonly layer: LayerSpec;
  /** Without the batch. */
  readonly input: Shape;
  /** Without the batch. */
  readonly output: Shape;
  readonly parameters: number;
  /** Multiply-adds of the forward pass for one picture. */
  readonly multiplyAdds: number;
}

/**
 * Walks the shapes of a network.
 * @throws VggpuError 'shape' where a layer does not fit what it is given, with its name
 */
export function describeLayers({ inputSize, layers }: NetworkSpec): LayerFacts[] {
  let input: Shape = [inputSize, inputSize, 3];
  return layers.map((layer) => {
    const output = outputShape(layer, input);
    if (!output.every((size) => size >= 1)) {
      throw new VggpuError(
        'shape',
        `Layer ${layer.name} (${layer.kind}) cannot take an input of (${input.join(', ')}).`,
      );
    }
    const shapes = weightShapes(layer, input);
    const parameters = shapes.reduce((sum, shape) => sum + elementsOf(shape), 0);
    const pixels = layer.kind === 'conv3x3' ? output[0]! * output[1]! : 1;
    const facts = { layer, input, output, parameters, multiplyAdds: shapes[0] ? elementsOf(shapes[0]) * pixels : 0 };
    input = output;
    return facts;
  });
}

/**
 * How many classes a network tells apart: the size of its output, where that is one row of logits a picture.
 * @returns undefined where the network ends earlier: in pictures, in their features, or behind a dropout
 */
export function classesOf(spec: NetworkSpec): number | undefined {
  const last = spec.layers.findLast(({ kind }) => kind !== 'activation' && kind !== 'binaryLogits');
  const hasLogits = last?.kind === 'dense' || last?.kind === 'globalAveragePool';
  return hasLogits ? describeLayers(spec).at(-1)?.output[0] : undefined;
}

/** The name, or with a number behind it where a layer has it already. */
export function unusedName(name: string, layers: readonly LayerSpec[]): string {
  const taken = (candidate: string) => layers.some((layer) => layer.name === candidate);
  let candidate = name;
  for (let i = 1; taken(candidate); i++) candidate = `${name}_${i}`;
  return candidate;
}
