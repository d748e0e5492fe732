// A network of VGG's kinds of layers that trains in milliseconds, with weights from float arrays and back.
import { elementsOf, readTensor, type Tensor, tensorFrom } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { createNetwork, type Network, trainFrom } from '../../src/nn/network.js';
import { readBias, writeBias } from '../../src/nn/parameters.js';
import {
  describeLayers,
  type LayerSpec,
  type NetworkSpec,
  VGG_PREPROCESSING,
  weightShapes,
} from '../../src/nn/specification.js';
import type { Batch } from '../../src/nn/training.js';
import { seeded } from '../random.js';

type Floats = Float32Array<ArrayBuffer>;

export const CLASSES = 3;

export interface SmallOptions {
  /** Dropout rate behind the first dense layer; absent: no such layer. */
  readonly rate?: number;
  /** Units of the first dense layer. */
  readonly units?: number;
}

/** 16x16 -> conv 4, conv 4, pool, conv 8, pool -> flatten 128 -> dense -> dense 3. */
export function smallSpec({ rate, units = 16 }: SmallOptions = {}): NetworkSpec {
  const conv = (name: string, filters: number): LayerSpec => ({
    kind: 'conv3x3',
    name,
    filters,
    pad: 1,
    activation: 'relu',
  });
  return {
    inputSize: 16,
    preprocessing: VGG_PREPROCESSING,
    layers: [
      conv('block1_conv1', 4),
      conv('block1_conv2', 4),
      { kind: 'maxPool', name: 'block1_pool' },
      conv('block2_conv1', 8),
      { kind: 'maxPool', name: 'block2_pool' },
      { kind: 'flatten', name: 'flatten' },
      { kind: 'dense', name: 'fc1', units, activation: 'relu' },
      ...(rate === undefined ? [] : [{ kind: 'dropout', name: 'dropout1', rate } as const]),
      { kind: 'dense', name: 'predictions', units: CLASSES, activation: 'linear' },
    ],
  };
}

export interface LayerWeights {
  readonly shape: readonly number[];
  readonly kernel: Floats;
  readonly bias: Floats;
}

/**
 * Weights for each layer that has some: kernels of He's size times `gain`, and biases of `bias` and a fifth more or less.
 * Small kernels with a large bias keep every channel alive.
 */
export function randomWeights(spec: NetworkSpec, seed: number, gain = 0.5, bias = 1): LayerWeights[] {
  const random = seeded(seed);
  return describeLayers(spec).flatMap(({ layer, input }) => {
    const [shape] = weightShapes(layer, input);
    if (!shape) return [];
    const scale = gain * Math.sqrt(6 / (elementsOf(shape) / shape.at(-1)!));
    const kernel = random.floats(elementsOf(shape)).map((v) => v * scale);
    return [{ shape, kernel, bias: random.floats(shape.at(-1)!).map((v) => bias * (1 + 0.2 * v)) }];
  });
}

/** A network with these weights, all of it trainable. */
export function smallNetwork(gpu: Gpu, spec: NetworkSpec, weights: readonly LayerWeights[]): Network {
  const network = createNetwork(gpu, spec);
  network.layers
    .flatMap(({ parameters }) => parameters ?? [])
    .forEach((parameters, i) => {
      const { kernel, bias, shape } = weights[i]!;
      const columns = shape.at(-1)!;
      for (const panel of parameters.panels) {
        const own = kernel.filter((_, at) => at % columns >= panel.first && at % columns < panel.first + panel.width);
        gpu.write(panel.kernel, own);
      }
      writeBias(gpu, parameters, bias);
    });
  trainFrom(network, 0);
  return network;
}

/** The weights of a network as they are now. */
export async function weightsOf({ gpu, layers }: Network): Promise<LayerWeights[]> {
  const all: LayerWeights[] = [];
  for (const { parameters } of layers) {
    if (!parameters) continue;
    const shape = parameters.kernelShape;
    const columns = shape.at(-1)!;
    const kernel = new Float32Array(elementsOf(shape));
    for (const panel of parameters.panels) {
      const own = await readTensor(gpu, panel.kernel);
      own.forEach((value, at) => {
        kernel[Math.floor(at / panel.width) * columns + panel.first + (at % panel.width)] = value;
      });
    }
    all.push({ shape, kernel, bias: await readBias(gpu, parameters) });
  }
  return all;
}

/** Rows of random inputs with random labels. */
export function randomRows(rows: number, seed: number): { values: Floats; labels: Uint32Array<ArrayBuffer> } {
  const random = seeded(seed);
  const values = random.floats(rows * 16 * 16 * 3);
  return { values, labels: Uint32Array.from({ length: rows }, () => random.integer(0, CLASSES)) };
}

/** The same rows on the GPU. Whoever asks for them frees `x`. */
export function randomBatch(gpu: Gpu, rows: number, seed: number): Batch & { readonly x: Tensor } {
  const { values, labels } = randomRows(rows, seed);
  return { x: tensorFrom(gpu, [rows, 16, 16, 3], values, 'batch'), labels };
}
