// What lowering asks of each of Keras' layers before it takes it, and how it says no.
import type { Shape } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { KerasLayer } from './keras-layers.js';

const PICTURE_LAYERS = ['ZeroPadding2D', 'Conv2D', 'MaxPooling2D', 'GlobalAveragePooling2D'];
const CLASSES = ['Lambda', ...PICTURE_LAYERS, 'Flatten', 'Dense', 'Dropout', 'Activation'];
const ACTIVATIONS = ['relu', 'sigmoid', 'softmax', 'linear'];

/**
 * Checks what a layer is and where it stands; types hold in TypeScript, but descriptions come from files too.
 * @param input shape of one picture's input  @throws VggpuError 'usage' naming the layer, its place, and what is supported
 */
export function checkLayer(layers: readonly KerasLayer[], i: number, input: Shape): void {
  const layer = layers[i]!;
  const refuse = (problem: string) => refuseLayer(layers, i, problem);
  if (!CLASSES.includes(layer.className)) refuse(`is not supported; there are ${CLASSES.join(', ')}`);
  if (layers.findIndex(({ name }) => name === layer.name) !== i)
    refuse('has the name of an earlier layer; names differ');
  if (input.length === 1 && PICTURE_LAYERS.includes(layer.className)) {
    refuse(`needs pictures (rows, columns, channels); it is given (${input[0]})`);
  }
  if ('activation' in layer && !ACTIVATIONS.includes(layer.activation)) {
    refuse(`has the activation '${layer.activation}'; there are ${ACTIVATIONS.join(', ')}`);
  }
  if (layer.className === 'Conv2D') {
    if (!isCount(layer.filters)) refuse(`has ${layer.filters} filters; expected a whole number from 1`);
    const padding: string = layer.padding;
    if (padding !== 'valid' && padding !== 'same') refuse(`has the padding '${padding}'; there are valid, same`);
  }
  if (layer.className === 'Dense') {
    if (!isCount(layer.units)) refuse(`has ${layer.units} units; expected a whole number from 1`);
    if (input.length > 1) refuse(`is given (${input.join(', ')}); put Flatten or GlobalAveragePooling2D before it`);
  }
  if (layer.className === 'Dropout' && !(layer.rate >= 0 && layer.rate < 1)) {
    refuse(`has the rate ${layer.rate}; expected a share from 0 to below 1`);
  }
  if (layer.className === 'ZeroPadding2D') {
    const next = layers[i + 1];
    const padding: number = layer.padding;
    if (padding !== 1) refuse(`pads by ${padding}; this engine pads by 1`);
    if (next?.className !== 'Conv2D' || next.padding !== 'valid') {
      refuse(
        `stands before ${next ? `${next.className} '${next.name}'` : 'the end'}; expected a Conv2D that is 'valid'`,
      );
    }
  }
}

export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

/** @throws VggpuError 'usage' naming the layer and its place */
export function refuseLayer(layers: readonly KerasLayer[], i: number, problem: string): never {
  const { className, name } = layers[i]!;
  throw new VggpuError('usage', `${className} '${name}' (layer ${i + 1} of ${layers.length}) ${problem}.`);
}
