// Keras' vocabulary, as far as networks in VGG's style need it: layers as plain data, and functions with Keras' names.
import { VggpuError } from '../errors.js';
import { type Preprocessing, VGG_PREPROCESSING } from './specification.js';

export type KerasActivation = 'relu' | 'sigmoid' | 'softmax' | 'linear';
export type KernelInitializer = 'glorot_uniform' | 'he_normal';

/** value = byte * scale - mean for R, G, B; then reversed to B, G, R if asked. */
export type PixelPreprocessing = Pick<Preprocessing, 'scale' | 'mean' | 'reverse'>;

/** What every layer has. */
export interface CommonLayer {
  readonly name: string;
  /** False keeps the layer's weights as they are; counts from the next `compile` on, as in Keras. Default true. */
  trainable?: boolean | undefined;
  /** Side of the network's square input in pixels; of the first layer only. */
  readonly inputSize?: number | undefined;
}

/** What layers with weights have. */
export interface WeightedLayer extends CommonLayer {
  readonly activation: KerasActivation;
  /**
   * How weights begin that no file fills; default 'glorot_uniform', with biases of 0. 'he_normal' suits ReLU; Keras cuts it
   * off at two deviations, which is not done here.
   */
  readonly kernelInitializer?: KernelInitializer | undefined;
}

/** One layer as Keras has it. Convolutions are 3x3 of stride 1, pools 2x2 of stride 2. */
export type KerasLayer =
  | (CommonLayer & { readonly className: 'Lambda'; readonly preprocessing: PixelPreprocessing })
  | (CommonLayer & { readonly className: 'ZeroPadding2D'; readonly padding: 1 })
  | (WeightedLayer & { readonly className: 'Conv2D'; readonly filters: number; readonly padding: 'valid' | 'same' })
  | (CommonLayer & { readonly className: 'MaxPooling2D' | 'GlobalAveragePooling2D' | 'Flatten' })
  | (WeightedLayer & { readonly className: 'Dense'; readonly units: number })
  | (CommonLayer & { readonly className: 'Dropout'; readonly rate: number })
  | (CommonLayer & { readonly className: 'Activation'; readonly activation: KerasActivation });

/** A layer that may lack its name. */
export type Unnamed<L> = L extends KerasLayer ? Omit<L, 'name'> & { readonly name?: string | undefined } : never;

/** A layer that may still lack its name: `Sequential.add` gives it Keras' (conv2d_1, dense_2, ...). */
export type NewLayer = Unnamed<KerasLayer>;

/** What every layer takes. */
export interface LayerOptions {
  readonly name?: string | undefined;
  readonly trainable?: boolean | undefined;
  /** Of the first layer: rows, columns and channels of the pictures. */
  readonly inputShape?: readonly [number, number, number] | undefined;
}

/** What layers with weights take. */
export interface WeightedOptions extends LayerOptions {
  readonly activation?: KerasActivation | undefined;
  readonly kernelInitializer?: KernelInitializer | undefined;
}

/** Rows and columns; a number stands for both. */
export type Pair = number | readonly [number, number];

/** Preprocessings by name: VGG's (mean subtracted, channels to B, G, R), 0..255 to 0..1, and none. */
export const PREPROCESSINGS = {
  vgg: { scale: VGG_PREPROCESSING.scale, mean: VGG_PREPROCESSING.mean, reverse: VGG_PREPROCESSING.reverse },
  rescale: { scale: 1 / 255, mean: [0, 0, 0], reverse: false },
  none: { scale: 1, mean: [0, 0, 0], reverse: false },
} as const satisfies Record<string, PixelPreprocessing>;

/** The first layer: how pixels become the network's input, by name or by its numbers. @throws VggpuError 'usage' */
export function Lambda(which: keyof typeof PREPROCESSINGS | PixelPreprocessing, options: LayerOptions = {}): NewLayer {
  const preprocessing = typeof which === 'string' ? PREPROCESSINGS[which] : which;
  if (preprocessing) return { className: 'Lambda', preprocessing, ...common('Lambda', options) };
  const names = Object.keys(PREPROCESSINGS).join(', ');
  return refuse(
    'Lambda',
    options,
    `runs no preprocessing '${String(which)}'; there are ${names}, or scale, mean, reverse`,
  );
}

/** A row and a column of zeros on each side, for the 'valid' convolution behind it. @throws VggpuError 'usage' */
export function ZeroPadding2D(padding: Pair = [1, 1], options: LayerOptions = {}): NewLayer {
  expectPair('ZeroPadding2D', options, 'a padding', padding, 1);
  return { className: 'ZeroPadding2D', padding: 1, ...common('ZeroPadding2D', options) };
}

/** A 3x3 convolution of stride 1. Keras' defaults: padding 'valid', no activation. @throws VggpuError 'usage' */
export function Conv2D(
  filters: number,
  kernelSize: Pair = [3, 3],
  options: WeightedOptions & { readonly padding?: 'valid' | 'same' | undefined; readonly strides?: Pair } = {},
): NewLayer {
  expectPair('Conv2D', options, 'a kernel', kernelSize, 3);
  expectPair('Conv2D', options, 'a stride', options.strides ?? 1, 1);
  const { padding = 'valid' } = options;
  return { className: 'Conv2D', filters, padding, ...weighted('Conv2D', options) };
}

/** The maximum of each 2x2 window, stride 2; a last odd row or column is left out. @throws VggpuError 'usage' */
export function MaxPooling2D(
  poolSize: Pair = [2, 2],
  options: LayerOptions & { readonly strides?: Pair } = {},
): NewLayer {
  expectPair('MaxPooling2D', options, 'a window', poolSize, 2);
  expectPair('MaxPooling2D', options, 'a stride', options.strides ?? poolSize, 2);
  return { className: 'MaxPooling2D', ...common('MaxPooling2D', options) };
}

/** The mean of each channel. */
export function GlobalAveragePooling2D(options: LayerOptions = {}): NewLayer {
  return { className: 'GlobalAveragePooling2D', ...common('GlobalAveragePooling2D', options) };
}

/** Rows, columns and channels become one row of features. */
export function Flatten(options: LayerOptions = {}): NewLayer {
  return { className: 'Flatten', ...common('Flatten', options) };
}

/** A fully connected layer. No activation by default. */
export function Dense(units: number, options: WeightedOptions = {}): NewLayer {
  return { className: 'Dense', units, ...weighted('Dense', options) };
}

/** Sets a share `rate` of its inputs to 0 while training, and enlarges the others to the same sum. */
export function Dropout(rate: number, options: LayerOptions = {}): NewLayer {
  return { className: 'Dropout', rate, ...common('Dropout', options) };
}

/** An activation on its own. */
export function Activation(activation: KerasActivation, options: LayerOptions = {}): NewLayer {
  return { className: 'Activation', activation, ...common('Activation', options) };
}

/** Keras' own name for the `count`th layer of a class: max_pooling2d_3. */
export function defaultName(className: KerasLayer['className'], count: number): string {
  const snake = className.replace(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase();
  return `${snake}_${count}`;
}

function common(className: string, options: LayerOptions) {
  const { name, trainable = true, inputShape } = options;
  if (!inputShape) return { trainable, ...(name === undefined ? {} : { name }) };
  const [height, width, channels] = inputShape;
  if (height !== width || channels !== 3 || inputShape.length !== 3) {
    refuse(
      className,
      options,
      `has an input of (${inputShape.join(', ')}); pictures are square and RGB: (side, side, 3)`,
    );
  }
  return { trainable, inputSize: height, ...(name === undefined ? {} : { name }) };
}

function weighted(className: string, options: WeightedOptions) {
  const { activation = 'linear', kernelInitializer = 'glorot_uniform' } = options;
  return { activation, kernelInitializer, ...common(className, options) };
}

function expectPair(className: string, options: LayerOptions, what: string, found: Pair, size: number): void {
  const [rows, columns] = typeof found === 'number' ? [found, found] : found;
  if (rows !== size || columns !== size) {
    refuse(className, options, `has ${what} of ${rows}x${columns}; this engine has ${size}x${size}`);
  }
}

function refuse(className: string, { name }: LayerOptions, problem: string): never {
  throw new VggpuError('usage', `${className}${name === undefined ? '' : ` '${name}'`} ${problem}.`);
}
