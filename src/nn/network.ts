// A network on the GPU: a description, its parameters, and the walk through its layers.
import { cast } from '../autograd/half-ops.js';
import {
  binaryLogits,
  conv3x3,
  conv3x3Pooled,
  dense,
  dropout,
  globalAveragePool,
  joinColumns,
  maxPool,
  relu,
  sigmoid,
  softmax,
} from '../autograd/ops.js';
import type { Tape } from '../autograd/tape.js';
import type { Precision, Shape, Tensor } from '../autograd/tensor.js';
import type { Gpu } from '../kernels/gpu.js';
import { assertPrecision, forwardHalf, halfDepth, inputPrecision } from './half-layers.js';
import { createParameters, dropHalves, freeParameters, type LayerParameters, tensorsOf } from './parameters.js';
import { describeLayers, type LayerFacts, type LayerSpec, type NetworkSpec, weightShapes } from './specification.js';
import {
  applyStandardization,
  createStandardization,
  freeStandardization,
  type Standardization,
} from './standardization.js';

/** A layer with what it needs to run. */
export interface Layer {
  readonly spec: LayerSpec;
  readonly facts: LayerFacts;
  readonly parameters: LayerParameters | undefined;
  /** Mean and deviation of a 'standardize' layer's inputs. */
  readonly standardization: Standardization | undefined;
}

export interface Network {
  readonly gpu: Gpu;
  readonly spec: NetworkSpec;
  readonly layers: readonly Layer[];
  /** Of the frozen layers; those that are trained, and what comes after them, are float32 always. */
  readonly precision: Precision;
}

export interface NetworkOptions {
  /** Layers to take over as they are, by their place: same description, same parameters. */
  readonly keep?: readonly (Layer | undefined)[] | undefined;
  /** Default 'f32'. */
  readonly precision?: Precision | undefined;
}

/** What a forward pass needs to know beyond its input. */
export interface ForwardOptions {
  /** First layer to run; default 0. */
  readonly from?: number;
  /** Layer to stop before; default all. */
  readonly to?: number;
  /** Set while training: dropout draws with this key. */
  readonly training?: { readonly seed: number; readonly step: number; readonly firstRow: number };
}

/**
 * Builds a network with memory for its weights, contents undefined.
 * @throws VggpuError 'device' where the device was not opened for float16 and that is asked for
 */
export function createNetwork(
  gpu: Gpu,
  spec: NetworkSpec,
  { keep = [], precision = 'f32' }: NetworkOptions = {},
): Network {
  assertPrecision(gpu, precision);
  const layers = describeLayers(spec).map((facts, i): Layer => {
    if (keep[i]) return keep[i];
    const kernelShape = weightShapes(facts.layer, facts.input)[0];
    return {
      spec: facts.layer,
      facts,
      parameters: kernelShape && createParameters(gpu, facts.layer.name, kernelShape),
      standardization: facts.layer.kind === 'standardize' ? createStandardization(gpu, facts.output) : undefined,
    };
  });
  return { gpu, spec, layers, precision };
}

/** Frees a network's parameters, those of layers in `except` excluded. */
export function freeNetwork({ gpu, layers }: Network, except: readonly Layer[] = []): void {
  for (const layer of layers) {
    if (except.includes(layer)) continue;
    if (layer.parameters) freeParameters(gpu, layer.parameters);
    if (layer.standardization) freeStandardization(gpu, layer.standardization);
  }
}

/** Makes the layers from index `from` on trainable, and freezes those before. */
export function trainFrom({ gpu, layers }: Network, from: number): void {
  layers.forEach(({ parameters }, i) => {
    if (!parameters) return;
    for (const tensor of tensorsOf(parameters)) tensor.requiresGrad = i >= from;
    if (i >= from) dropHalves(gpu, parameters);
  });
}

/** The tensors that training changes, in order. */
export function trainableTensors({ layers }: Network): Tensor[] {
  return layers.flatMap(({ parameters }) => (parameters ? tensorsOf(parameters) : [])).filter((t) => t.requiresGrad);
}

/**
 * How many of the first layers give the same output for a picture in every epoch: all before the first that is
 * trained, random (dropout), or fitted to the training set (standardize).
 */
export function frozenDepth({ layers }: Network): number {
  const depth = layers.findIndex(
    ({ spec, parameters }) =>
      spec.kind === 'dropout' ||
      spec.kind === 'standardize' ||
      (parameters !== undefined && tensorsOf(parameters).some((t) => t.requiresGrad)),
  );
  return depth < 0 ? layers.length : depth;
}

/** Shape of one picture's output of the first `depth` layers; of the picture itself for 0. */
export function featureShape({ spec, layers }: Network, depth: number): Shape {
  return depth === 0 ? [spec.inputSize, spec.inputSize, 3] : layers[depth - 1]!.facts.output;
}

/**
 * Runs layers on `x`. Activations belong to the tape; those that no gradient needs are freed as the walk leaves them.
 * @param x (N, H, W, 3) pictures, or the output of the layer before `from`
 * @returns float32, whatever the precision of the layers
 */
export function forward(tape: Tape, network: Network, x: Tensor, options: ForwardOptions = {}): Tensor {
  const { from = 0, to = network.layers.length } = options;
  const halves = halfDepth(network);
  let value = x;
  const step = (next: Tensor) => {
    if (value !== x && next !== value) tape.release(value);
    value = next;
  };
  for (let i = from; i < to; i++) {
    const layer = network.layers[i]!;
    const { spec } = layer;
    const precision = inputPrecision(layer, i < halves, options.training !== undefined);
    if (precision) step(cast(tape, value, precision));
    const half = precision === 'f16';
    const pooled =
      spec.kind === 'conv3x3' &&
      i + 1 < (half ? Math.min(to, halves) : to) &&
      network.layers[i + 1]!.spec.kind === 'maxPool';
    if (half) step(forwardHalf(tape, layer, value, pooled));
    else if (pooled) step(convolve(tape, layer, spec, value, conv3x3Pooled));
    else step(forwardLayer(tape, layer, i, value, options));
    if (pooled) i++;
  }
  step(cast(tape, value, 'f32'));
  return value;
}

function convolve(
  tape: Tape,
  { parameters }: Layer,
  { pad, activation }: Extract<LayerSpec, { kind: 'conv3x3' }>,
  x: Tensor,
  op: typeof conv3x3 | typeof conv3x3Pooled,
): Tensor {
  const { kernel, bias } = parameters!.panels[0]!;
  return op(tape, x, kernel, bias, { pad, relu: activation === 'relu' });
}

function forwardLayer(tape: Tape, layer: Layer, index: number, x: Tensor, { training }: ForwardOptions): Tensor {
  const { spec, parameters, standardization } = layer;
  switch (spec.kind) {
    case 'conv3x3':
      return convolve(tape, layer, spec, x, conv3x3);
    case 'dense': {
      const relu = spec.activation === 'relu';
      const parts = parameters!.panels.map(({ kernel, bias }) => dense(tape, x, kernel, bias, { relu }));
      if (parts.length === 1) return parts[0]!;
      const joined = joinColumns(tape, parts);
      for (const part of parts) tape.release(part);
      return joined;
    }
    case 'maxPool':
      return maxPool(tape, x);
    case 'globalAveragePool':
      return globalAveragePool(tape, x);
    case 'flatten':
      return x; // (N, H, W, C) is row-major: dense reads its bytes as (N, H*W*C)
    case 'standardize':
      return applyStandardization(tape, standardization!, x);
    case 'dropout':
      return training ? dropout(tape, x, spec.rate, { ...training, layer: index }) : x;
    case 'activation':
      return activate(tape, spec.activation, x, layer.facts.output);
    case 'binaryLogits':
      return binaryLogits(tape, x);
  }
}

/** @param shape of one picture's values: softmax runs along its last dimension, of flattened pictures too */
function activate(tape: Tape, activation: 'relu' | 'sigmoid' | 'softmax', x: Tensor, shape: Shape): Tensor {
  if (activation === 'softmax') return softmax(tape, x, shape.at(-1));
  return activation === 'relu' ? relu(tape, x) : sigmoid(tape, x);
}
