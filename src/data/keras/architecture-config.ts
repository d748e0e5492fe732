// The configuration of a model as Keras 2 and 3 read it: what makes a saved file one for load_model.

import type { KerasLayer } from './architecture-vocabulary.js';

/**
 * Describes a chain as Keras 2.2.3 and later write a Sequential into the attribute `model_config`. Settings that are
 * Keras' defaults and play no part once the weights are there (initializers, regularizers) are left out.
 *
 * Preprocessing becomes a Rescaling layer (tf.keras 2.6 and later, Keras 3) where one scale and one offset express it. No
 * layer of Keras subtracts VGG's means and reverses the channels, so that the model in Keras then takes what
 * `keras.applications.vgg16.preprocess_input` gives.
 *
 * @param inputSize side of the square RGB input in pixels
 */
export function modelConfig(layers: readonly KerasLayer[], inputSize: number, name = 'sequential'): object {
  const names = new Set(layers.map((layer) => layer.name));
  let input = 'input_1';
  for (let number = 2; names.has(input); number++) input = `input_${number}`;
  const shape = [null, inputSize, inputSize, 3];
  const inputLayer = {
    class_name: 'InputLayer',
    config: { batch_input_shape: shape, dtype: 'float32', sparse: false, name: input },
  };
  return {
    class_name: 'Sequential',
    config: { name, layers: [inputLayer, ...layers.flatMap(configOf)] },
  };
}

function configOf(layer: KerasLayer): object[] {
  const { className, name, trainable = true } = layer;
  const as = (kind: string, settings: object): object[] => [
    { class_name: kind, config: { name, trainable, dtype: 'float32', ...settings } },
  ];
  const data_format = 'channels_last';
  switch (className) {
    case 'Lambda':
      return rescaling(layer.preprocessing).flatMap((settings) => as('Rescaling', settings));
    case 'ZeroPadding2D':
      return as(className, { padding: [sides(layer.padding), sides(layer.padding)], data_format });
    case 'Conv2D': {
      const { filters, padding, activation } = layer;
      const fixed = { kernel_size: [3, 3], strides: [1, 1], dilation_rate: [1, 1], use_bias: true };
      return as(className, { filters, ...fixed, padding, data_format, activation });
    }
    case 'MaxPooling2D':
      return as(className, { pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format });
    case 'GlobalAveragePooling2D':
    case 'Flatten':
      return as(className, { data_format });
    case 'Dense':
      return as(className, { units: layer.units, activation: layer.activation, use_bias: true });
    case 'Dropout':
      return as(className, { rate: layer.rate, noise_shape: null, seed: null });
    case 'Activation':
      return as(className, { activation: layer.activation });
  }
}

const sides = (padding: number): [number, number] => [padding, padding];

/** Settings of a Rescaling layer; none where bytes are taken as they are, or where it cannot express the work. */
function rescaling({ scale, mean, reverse }: Extract<KerasLayer, { className: 'Lambda' }>['preprocessing']): object[] {
  const [offset] = mean;
  const uniform = !reverse && mean.every((one) => one === offset);
  if (!uniform || (scale === 1 && offset === 0)) return [];
  return [{ scale, offset: 0 - offset }];
}
