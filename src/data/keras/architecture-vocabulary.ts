// Keras' vocabulary as far as this project speaks it: layers as plain data, under Keras' names.

/** How bytes become the network's input: value = byte * scale - mean, for R, G, B; then reversed to B, G, R if asked. */
export interface KerasPreprocessing {
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly reverse: boolean;
}

export type KerasActivation = 'relu' | 'sigmoid' | 'softmax' | 'linear';

interface Named {
  readonly name: string;
  /** True if not given. */
  readonly trainable?: boolean | undefined;
}

/** One layer of a chain. Convolutions are 3x3 with stride 1 and a bias, pooling is 2x2 with stride 2. */
export type KerasLayer =
  | (Named & { readonly className: 'Lambda'; readonly preprocessing: KerasPreprocessing })
  | (Named & { readonly className: 'ZeroPadding2D'; readonly padding: 1 })
  | (Named & {
      readonly className: 'Conv2D';
      readonly filters: number;
      readonly padding: 'valid' | 'same';
      readonly activation: KerasActivation;
    })
  | (Named & { readonly className: 'MaxPooling2D' | 'GlobalAveragePooling2D' | 'Flatten' })
  | (Named & { readonly className: 'Dense'; readonly units: number; readonly activation: KerasActivation })
  | (Named & { readonly className: 'Dropout'; readonly rate: number })
  | (Named & { readonly className: 'Activation'; readonly activation: KerasActivation });

/** What a Keras model is made of. */
export interface KerasArchitecture {
  readonly name: string;
  /** Side of the square RGB input in pixels; undefined where the model takes any. */
  readonly inputSize: number | undefined;
  /** In running order; an input layer is left out, preprocessing comes first where there is any. */
  readonly layers: readonly KerasLayer[];
  /** True where the first dense layer's rows lie (channel, row, column), whatever order its kernels have. */
  readonly rowsChannelsFirst: boolean;
  /** Sentences on what was left out because it makes no difference to predictions. */
  readonly notes: readonly string[];
}
