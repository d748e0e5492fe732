// Which of a file's weights belong to which layer of an architecture, and whether they fit.

import { VggpuError } from '../../errors.js';
import { shapeText } from '../shape.js';
import type { KerasArchitecture, KerasLayer } from './architecture-vocabulary.js';
import type { StoredLayer, WeightsFile } from './weights-file.js';

type Weighted = Extract<KerasLayer, { readonly className: 'Conv2D' | 'Dense' }>;

/**
 * Matches an architecture's layers with a file's weights: by name where the file has every layer's name, by order
 * otherwise, as Keras' own load_weights does. Keras 3's files are taken by order alone: it numbers their groups anew in
 * running order, so that a group may have the name of another layer.
 *
 * @returns for each convolution and dense layer, in running order, its number in `file.layers`
 * @throws VggpuError 'weights' where their numbers differ, or naming the first layer whose weights do not fit
 */
export function matchWeights(
  file: Pick<WeightsFile, 'path' | 'layout' | 'layers'>,
  { layers, inputSize }: Pick<KerasArchitecture, 'layers' | 'inputSize'>,
): number[] {
  const weighted = layers.filter(
    (layer): layer is Weighted => layer.className === 'Conv2D' || layer.className === 'Dense',
  );
  if (weighted.length !== file.layers.length) {
    const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).join(', ') || 'none';
    throw new VggpuError(
      'weights',
      `${file.path} has ${file.layers.length} layers with weights (${names(file.layers)}); the architecture has ` +
        `${weighted.length} (${names(weighted)}). Give weights and architecture of one model.`,
    );
  }
  const named = weighted.map(({ name }) => file.layers.findIndex((stored) => stored.name === name));
  const numbers = file.layout === 'keras3' || named.includes(-1) ? weighted.map((_, index) => index) : named;
  const shapes = kernelShapes(layers, inputSize);
  for (const [index, layer] of weighted.entries()) {
    checkFit(file.path, layer, shapes[index] ?? [], file.layers[numbers[index] as number] as StoredLayer);
  }
  return numbers;
}

/** Shapes of the kernels, in running order; an extent is undefined where the input's size leaves it open. */
function kernelShapes(layers: readonly KerasLayer[], inputSize: number | undefined): (number | undefined)[][] {
  const shapes: (number | undefined)[][] = [];
  let side = inputSize;
  let channels: number | undefined = 3;
  for (const layer of layers) {
    switch (layer.className) {
      case 'ZeroPadding2D':
        side = side && side + 2;
        break;
      case 'Conv2D':
        shapes.push([3, 3, channels, layer.filters]);
        channels = layer.filters;
        if (layer.padding === 'valid') side = side && side - 2;
        break;
      case 'MaxPooling2D':
        side = side && Math.floor(side / 2);
        break;
      case 'GlobalAveragePooling2D':
        side = 1;
        break;
      case 'Flatten':
        channels = channels && side && channels * side * side;
        side = 1;
        break;
      case 'Dense':
        shapes.push([channels, layer.units]);
        channels = layer.units;
        break;
    }
  }
  return shapes;
}

function checkFit(
  path: string,
  { name }: Weighted,
  expected: readonly (number | undefined)[],
  stored: StoredLayer,
): void {
  const { kernelShape, biasShape } = stored;
  const fits =
    kernelShape.length === expected.length &&
    expected.every((extent, axis) => extent === undefined || extent === kernelShape[axis]);
  if (fits && biasShape !== undefined) return;
  const wanted = `(${expected.map((extent) => extent ?? 'any').join(', ')})`;
  const found = fits ? 'no bias' : `a kernel ${shapeText(kernelShape)}`;
  throw new VggpuError(
    'weights',
    `${path}: ${stored.name} has ${found}; the architecture's layer ${name} takes a kernel ${wanted} and a bias.`,
  );
}
