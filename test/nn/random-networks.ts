// Small networks of random layers, the same here and in TensorFlow.js.
import * as tf from '@tensorflow/tfjs';
import type { Gpu } from '../../src/kernels/gpu.js';
import {
  Activation,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  type KerasActivation,
  type KerasLayer,
  Lambda,
  MaxPooling2D,
  type NewLayer,
  type PixelPreprocessing,
  PREPROCESSINGS,
  ZeroPadding2D,
} from '../../src/nn/keras-layers.js';
import { createAdam, createRmsprop, createSgd, type Optimizer } from '../../src/nn/optimizers.js';
import { type RandomNumbers, seeded } from '../random.js';

/** A network, how it is trained, and how its pictures are made from 0..255. */
export interface RandomNetwork {
  readonly layers: readonly NewLayer[];
  readonly side: number;
  readonly preprocessing: PixelPreprocessing;
  /** Outputs: 1 for a sigmoid unit. */
  readonly outputs: number;
  readonly optimizer: OptimizerPair;
}

interface OptimizerPair {
  readonly name: string;
  /** Divides a gradient by its own size: one that is rounding and nothing else moves its weight as far as any, by chance. */
  readonly adaptive: boolean;
  readonly ours: (gpu: Gpu) => Optimizer;
  readonly theirs: () => tf.Optimizer;
}

const sgd = (learningRate: number, momentum: number, nesterov: boolean): OptimizerPair => ({
  name: `sgd ${momentum} ${nesterov}`,
  adaptive: false,
  ours: (gpu) => createSgd(gpu, { learningRate, momentum, nesterov }),
  theirs: () => (momentum ? tf.train.momentum(learningRate, momentum, nesterov) : tf.train.sgd(learningRate)),
});

const OPTIMIZERS: readonly OptimizerPair[] = [
  sgd(0.05, 0, false),
  sgd(0.02, 0.9, false),
  sgd(0.02, 0.9, true),
  // Keras and TensorFlow add epsilon at different places: here it is so small that neither shows.
  {
    name: 'adam',
    adaptive: true,
    ours: (gpu) => createAdam(gpu, { learningRate: 5e-4, epsilon: 1e-16 }),
    theirs: () => tf.train.adam(5e-4, 0.9, 0.999, 1e-16),
  },
  {
    name: 'rmsprop',
    adaptive: true,
    ours: (gpu) => createRmsprop(gpu, { learningRate: 3e-4, epsilon: 1e-16 }),
    theirs: () => tf.train.rmsprop(3e-4, 0.9, 0, 1e-16),
  },
];

const OWN: PixelPreprocessing = { scale: 1 / 100, mean: [1.2, 1.3, 1.1], reverse: true };

/** Draws a network: every kind of layer, padding, activation, output and optimizer, odd sizes, some layers frozen. */
export function randomNetwork(seed: number): RandomNetwork {
  const random = seeded(seed);
  const of = <T>(...choices: readonly T[]): T => choices[random.integer(0, choices.length)]!;
  const side = random.integer(6, 17);
  const preprocessing = of<PixelPreprocessing>(PREPROCESSINGS.rescale, OWN);
  const layers: NewLayer[] = [Lambda(preprocessing, { inputShape: [side, side, 3] })];
  const activated = (make: (activation: KerasActivation, trainable: boolean) => NewLayer) => {
    const activation = of<KerasActivation>('relu', 'relu', 'sigmoid', 'softmax', 'linear');
    const apart = of(true, false);
    layers.push(make(apart ? 'linear' : activation, random.integer(0, 6) > 0));
    if (apart) layers.push(Activation(activation));
  };
  let size = side;
  let channels = 3;
  for (let block = random.integer(1, 4); block > 0 && size >= 3; block--) {
    const padding = of('valid', 'same', 'zeros');
    if (padding === 'zeros') layers.push(ZeroPadding2D([1, 1]));
    channels = random.integer(2, 6);
    activated((activation, trainable) =>
      Conv2D(channels, [3, 3], { padding: padding === 'same' ? 'same' : 'valid', activation, trainable }),
    );
    if (padding === 'valid') size -= 2;
    if (size >= 2 && of(true, false)) {
      layers.push(MaxPooling2D([2, 2]));
      size = Math.floor(size / 2);
    }
    if (of(true, false, false)) layers.push(Dropout(0));
  }
  layers.push(of(true, false) ? Flatten() : GlobalAveragePooling2D());
  if (of(true, false)) {
    activated((activation, trainable) => Dense(random.integer(2, 9), { activation, trainable }));
  }
  const outputs = of(1, 2, 3, 5);
  const activation = outputs === 1 ? 'sigmoid' : 'softmax';
  if (of(true, false)) layers.push(Dense(outputs, { activation }));
  else layers.push(Dense(outputs), Activation(activation));
  return { layers, side, preprocessing, outputs, optimizer: OPTIMIZERS[seed % OPTIMIZERS.length]! };
}

/** Pixels from 0 to 255, and a target row each: one-hot, or 0 or 1 for a sigmoid unit. */
export function randomPictures({ side, outputs }: RandomNetwork, rows: number, random: RandomNumbers) {
  const data = random.floats(rows * side * side * 3).map((value) => 127.5 * (value + 1));
  const targets = Array.from({ length: rows }, () =>
    outputs === 1
      ? [random.integer(0, 2)]
      : Array.from({ length: outputs }, () => 0).with(random.integer(0, outputs), 1),
  );
  return { x: { data, shape: [rows, side, side, 3] }, targets };
}

/** The network of TensorFlow.js' layers; what `Lambda` does is done to its pictures before. */
export function inTensorFlow(
  layers: readonly KerasLayer[],
  { side, outputs, optimizer }: RandomNetwork,
): tf.Sequential {
  const model = tf.sequential();
  for (const layer of layers) {
    const first = model.layers.length === 0 ? { inputShape: [side, side, 3] } : {};
    const own = theirLayer(layer, { ...first, trainable: layer.trainable ?? true });
    if (own) model.add(own);
  }
  const loss = outputs === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
  model.compile({ optimizer: optimizer.theirs(), loss });
  return model;
}

function theirLayer(
  layer: KerasLayer,
  common: { readonly inputShape?: number[]; readonly trainable: boolean },
): tf.layers.Layer | undefined {
  const bias = { useBias: true, biasInitializer: 'zeros' } as const;
  switch (layer.className) {
    case 'Lambda':
      return undefined;
    case 'ZeroPadding2D':
      return tf.layers.zeroPadding2d({ ...common, padding: layer.padding });
    case 'Conv2D': {
      const { filters, padding, activation } = layer;
      return tf.layers.conv2d({ ...common, ...bias, filters, kernelSize: 3, padding, activation });
    }
    case 'MaxPooling2D':
      return tf.layers.maxPooling2d({ ...common, poolSize: 2 });
    case 'GlobalAveragePooling2D':
      return tf.layers.globalAveragePooling2d({ ...common });
    case 'Flatten':
      return tf.layers.flatten({ ...common });
    case 'Dense':
      return tf.layers.dense({ ...common, ...bias, units: layer.units, activation: layer.activation });
    case 'Dropout':
      return tf.layers.dropout({ ...common, rate: layer.rate });
    case 'Activation':
      return tf.layers.activation({ ...common, activation: layer.activation });
  }
}

/** What `preprocessing` makes of pixels. */
export function preprocessed(data: Float32Array, { scale, mean, reverse }: PixelPreprocessing): Float32Array {
  return data.map((_, i) => {
    const channel = reverse ? 2 - (i % 3) : i % 3;
    return data[i - (i % 3) + channel]! * scale - mean[channel]!;
  });
}
