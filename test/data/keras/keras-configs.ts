// Configurations as Keras 1, 2 and 3 write them, of one small network, with the settings that matter and some that do not.

/** A layer of a configuration, before a version of Keras wraps it. */
export interface Entry {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  /** The layers that a functional model's layer takes its input from, for each of its uses; the one before if not given. */
  readonly from?: readonly (readonly string[])[];
}

export const entry = (class_name: string, name: string, config: object = {}): Entry => ({
  class_name,
  config: { name, trainable: true, ...config },
});

const INPUT = [null, 32, 32, 3];

/** The network of all of these: a padded convolution, one that is not, pooling, two dense layers. */
export const NETWORK = [
  { className: 'ZeroPadding2D', name: 'pad', padding: 1 },
  { className: 'Conv2D', name: 'conv_a', filters: 4, padding: 'valid', activation: 'relu' },
  { className: 'Conv2D', name: 'conv_b', filters: 5, padding: 'same', activation: 'linear', trainable: false },
  { className: 'Activation', name: 'act', activation: 'relu' },
  { className: 'MaxPooling2D', name: 'pool' },
  { className: 'Flatten', name: 'flat' },
  { className: 'Dense', name: 'fc', units: 6, activation: 'sigmoid' },
  { className: 'Dropout', name: 'drop', rate: 0.25 },
  { className: 'Dense', name: 'out', units: 3, activation: 'softmax' },
];

/** Keras 1's layers; `th` has channels first. */
export function keras1Layers(dim_ordering: 'th' | 'tf'): Entry[] {
  const conv = (name: string, nb_filter: number, settings: object) =>
    entry('Convolution2D', name, {
      ...{ nb_filter, nb_row: 3, nb_col: 3, subsample: [1, 1], dim_ordering, bias: true, init: 'glorot_uniform' },
      ...{ W_regularizer: null, b_regularizer: null, activity_regularizer: null, W_constraint: null },
      ...settings,
    });
  const dense = (name: string, output_dim: number, activation: string) =>
    entry('Dense', name, { output_dim, activation, bias: true, input_dim: null, W_regularizer: null });
  const shape = dim_ordering === 'th' ? [null, 3, 32, 32] : INPUT;
  return [
    entry('ZeroPadding2D', 'pad', { padding: [1, 1], dim_ordering, batch_input_shape: shape, input_dtype: 'float32' }),
    conv('conv_a', 4, { border_mode: 'valid', activation: 'relu' }),
    conv('conv_b', 5, { border_mode: 'same', activation: 'linear', trainable: false }),
    entry('Activation', 'act', { activation: 'relu' }),
    entry('MaxPooling2D', 'pool', { pool_size: [2, 2], strides: [2, 2], border_mode: 'valid', dim_ordering }),
    entry('Flatten', 'flat'),
    dense('fc', 6, 'sigmoid'),
    entry('Dropout', 'drop', { p: 0.25 }),
    dense('out', 3, 'softmax'),
  ];
}

/** Keras 2's layers. */
export function keras2Layers(data_format = 'channels_last'): Entry[] {
  const conv = (name: string, filters: number, settings: object) =>
    entry('Conv2D', name, {
      ...{ filters, kernel_size: [3, 3], strides: [1, 1], data_format, dilation_rate: [1, 1], use_bias: true },
      kernel_initializer: { class_name: 'VarianceScaling', config: { scale: 1.0, mode: 'fan_avg', seed: null } },
      ...{ kernel_regularizer: null, kernel_constraint: null, ...settings },
    });
  const dense = (name: string, units: number, activation: string) =>
    entry('Dense', name, { units, activation, use_bias: true, bias_regularizer: null });
  const sides = [1, 1];
  return [
    entry('ZeroPadding2D', 'pad', { padding: [sides, sides], data_format }),
    conv('conv_a', 4, { padding: 'valid', activation: 'relu' }),
    conv('conv_b', 5, { padding: 'same', activation: 'linear', trainable: false }),
    entry('ReLU', 'act', { max_value: null, negative_slope: 0.0, threshold: 0.0 }),
    entry('MaxPooling2D', 'pool', { pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format }),
    entry('Flatten', 'flat', { data_format }),
    dense('fc', 6, 'sigmoid'),
    entry('Dropout', 'drop', { rate: 0.25, noise_shape: null, seed: null }),
    dense('out', 3, 'softmax'),
  ];
}

/** Keras 3 wraps types and functions into objects. */
export function keras3Layers(): Entry[] {
  const dtype = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
  return keras2Layers().map((layer) => {
    const activation = { module: 'builtins', class_name: 'function', config: 'sigmoid', registered_name: 'function' };
    const wrapped = layer.config.activation === 'sigmoid' ? { activation } : {};
    return { class_name: layer.class_name, config: { ...layer.config, dtype, ...wrapped } };
  });
}

export const keras1Sequential = (layers: readonly Entry[]): object => ({ class_name: 'Sequential', config: layers });

export const keras2Sequential = (layers: readonly Entry[], shape: unknown = INPUT): object => {
  const [first, ...others] = layers;
  const config = { ...first?.config, batch_input_shape: shape };
  return { class_name: 'Sequential', config: { name: 'sequential_1', layers: [{ ...first, config }, ...others] } };
};

export const keras3Sequential = (layers: readonly Entry[], shape: unknown = INPUT): object => ({
  module: 'keras',
  class_name: 'Sequential',
  registered_name: null,
  config: {
    name: 'sequential_1',
    layers: [entry('InputLayer', 'input_layer', { batch_shape: shape }), ...layers].map((layer) => ({
      ...layer,
      module: 'keras.layers',
      registered_name: null,
    })),
    build_input_shape: shape,
  },
});

/** A functional model of Keras 2 (class Model, or Functional in tf.keras) or 3. */
export function functional(
  layers: readonly Entry[],
  { keras3 = false, shape = INPUT as unknown, outputs = [] as string[] } = {},
): object {
  const tensor = (name: string) =>
    keras3
      ? { class_name: '__keras_tensor__', config: { shape, dtype: 'float32', keras_history: [name, 0, 0] } }
      : [name, 0, 0, {}];
  const all = [entry('InputLayer', 'input_1', { [keras3 ? 'batch_shape' : 'batch_input_shape']: shape }), ...layers];
  const listed = all.map((layer, index) => {
    const from = layer.from ?? (index === 0 ? [] : [[all[index - 1]?.config.name as string]]);
    const nodes = from.map((names) => {
      const tensors = names.map(tensor);
      return keras3 ? { args: tensors.length === 1 ? tensors : [tensors], kwargs: { training: false } } : tensors;
    });
    return { class_name: layer.class_name, config: layer.config, name: layer.config.name, inbound_nodes: nodes };
  });
  const last = all.at(-1)?.config.name as string;
  const ends = (outputs.length > 0 ? outputs : [last]).map((name) => [name, 0, 0]);
  const config = { name: 'model_1', layers: listed, input_layers: [['input_1', 0, 0]], output_layers: ends };
  return { class_name: keras3 ? 'Functional' : 'Model', config };
}
