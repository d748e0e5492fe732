// From the engine's layers back to Keras': what a saved file tells Keras about the network.
import { VggpuError } from '../errors.js';
import { type KerasActivation, type KerasLayer, PREPROCESSINGS } from './keras-layers.js';
import { activationName, type Output } from './lowering.js';
import { type LayerSpec, type NetworkSpec, unusedName } from './specification.js';

/**
 * Keras' layers for a network; lowered, they give the same network. Names of layers with weights are those of the
 * description. What lowering joined stays joined: a padded convolution is one with padding 'same', a ReLU its layer's.
 * @param output what Keras makes of the logits; default softmax, or the sigmoid where the network ends in two logits of it
 * @throws VggpuError 'usage' for a layer that Keras has not (a standardised head is to be folded into its dense layer first)
 */
export function raise({ inputSize, preprocessing, layers }: NetworkSpec, output: Output = 'softmax'): KerasLayer[] {
  const raised: KerasLayer[] = [];
  const { scale, mean, reverse } = preprocessing;
  const { none } = PREPROCESSINGS;
  if (scale !== none.scale || reverse || mean.some((value) => value !== 0)) {
    raised.push({
      className: 'Lambda',
      name: unusedName('preprocessing', layers),
      preprocessing: { scale, mean, reverse },
    });
  }
  for (const [i, layer] of layers.entries()) {
    const activation = activationOf(layer);
    const before = layers[i - 1];
    if (activation && before && isWeighted(before) && layer.name === activationName(before.name, activation)) {
      raised.push(activated(raised.pop()!, activation));
    } else {
      raised.push(raiseLayer(layer));
    }
  }
  const last = layers.at(-1);
  if (output === 'softmax' && last && last.kind !== 'binaryLogits') {
    if (last.kind === 'dense' && last.activation === 'linear') raised.push(activated(raised.pop()!, 'softmax'));
    else if (last.kind === 'dense' || last.kind === 'globalAveragePool' || last.kind === 'activation')
      raised.push({ className: 'Activation', name: unusedName('softmax', layers), activation: 'softmax' });
  }
  if (raised[0]) raised[0] = { ...raised[0], inputSize };
  return raised;
}

function raiseLayer(layer: LayerSpec): KerasLayer {
  const { name } = layer;
  switch (layer.kind) {
    case 'conv3x3': {
      const { filters, pad, activation } = layer;
      return { className: 'Conv2D', name, filters, padding: pad ? 'same' : 'valid', activation };
    }
    case 'dense':
      return { className: 'Dense', name, units: layer.units, activation: layer.activation };
    case 'maxPool':
      return { className: 'MaxPooling2D', name };
    case 'globalAveragePool':
      return { className: 'GlobalAveragePooling2D', name };
    case 'flatten':
      return { className: 'Flatten', name };
    case 'dropout':
      return { className: 'Dropout', name, rate: layer.rate };
    case 'activation':
      return { className: 'Activation', name, activation: layer.activation };
    case 'binaryLogits':
      return { className: 'Activation', name, activation: 'sigmoid' };
    case 'standardize':
      throw new VggpuError(
        'usage',
        `Layer ${name} standardises its inputs, which no layer of Keras does; fold it first.`,
      );
  }
}

function isWeighted(layer: LayerSpec): boolean {
  return (layer.kind === 'conv3x3' || layer.kind === 'dense') && layer.activation === 'linear';
}

function activationOf(layer: LayerSpec): KerasActivation | undefined {
  if (layer.kind === 'activation') return layer.activation;
  return layer.kind === 'binaryLogits' ? 'sigmoid' : undefined;
}

function activated(layer: KerasLayer, activation: KerasActivation): KerasLayer {
  return layer.className === 'Conv2D' || layer.className === 'Dense' ? { ...layer, activation } : layer;
}
