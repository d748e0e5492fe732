// What VGG16 a weights file holds: its widths, its classes, its picture size; or why it holds none.

import type { StoredLayer, WeightsFile } from '../data/keras/weights-file.js';
import { shapeText } from '../data/shape.js';
import { VggpuError } from '../errors.js';
import { VGG16_BLOCKS } from '../nn/vgg16.js';

const CONVOLUTIONS = 13;
const DENSE_LAYERS = 3;

/** A VGG16, whole or cut, as a file describes it. */
export interface Vgg16Description {
  /** Output channels of each 3x3 convolution, in order: 1 to 13 of them. */
  readonly widths: readonly number[];
  /** How many convolutions there are: 13, or fewer where the file ends early. */
  readonly convolutions: number;
  /** How many blocks are whole, hence closed by a max-pool: 5, or fewer where the file ends early. */
  readonly pools: number;
  /** Output units of each dense layer, in order: [4096, 4096, 1000], or fewer, or none. */
  readonly denseWidths: readonly number[];
  /** Units of the two hidden dense layers, as far as the file has them. */
  readonly denseUnits: readonly number[];
  /** Units of the last dense layer; undefined without a top. */
  readonly classes: number | undefined;
  /** Side of the square input in pixels, from the first dense layer's rows; 224 without dense layers. */
  readonly inputSize: number;
  /** True where all 13 convolutions and 3 dense layers are there. */
  readonly hasTop: boolean;
}

/**
 * Matches a file's layers with VGG16's by order and shape. Widths and classes may be any. A file may end after any
 * layer; dense layers may follow fewer than 13 convolutions, or be of another number than 3, only in a file that this
 * project saved (its `attributes` then say what the head is).
 *
 * @throws VggpuError 'weights' naming the first layer that does not fit, its shape, and the one expected.
 */
export function describeVgg16(file: WeightsFile): Vgg16Description {
  const ownHead = file.attributes !== undefined;
  const firstDense = file.layers.findIndex((layer) => layer.kind === 'dense');
  const convolutions = firstDense < 0 ? file.layers : file.layers.slice(0, firstDense);
  const dense = firstDense < 0 ? [] : file.layers.slice(firstDense);

  let channels = 3;
  for (const [index, layer] of convolutions.entries()) {
    const expected =
      index < CONVOLUTIONS ? `convolution ${index + 1} of 13, 3x3 from ${channels} channels` : 'a dense layer';
    const fits = index < CONVOLUTIONS && layer.kind === 'conv3x3' && layer.kernelShape[2] === channels;
    if (!fits) refuse(file, layer, expected, expectedKernel(layer, channels));
    if (layer.biasShape === undefined) refuse(file, layer, expected, 'a bias beside the kernel');
    channels = layer.kernelShape[3] as number;
  }
  const next = dense[0];
  if (next !== undefined && !ownHead && convolutions.length < CONVOLUTIONS) {
    refuse(file, next, `convolution ${convolutions.length + 1} of 13`, `a kernel (3, 3, ${channels}, out)`);
  }
  if (convolutions.length === 0) {
    throw new VggpuError('weights', `${file.path} has no convolution; expected VGG16's first, a kernel (3, 3, 3, 64).`);
  }
  const pools = closedBlocks(convolutions.length);
  const side = checkDense(file, dense, channels, ownHead ? dense.length : DENSE_LAYERS);
  const hasTop = convolutions.length === CONVOLUTIONS && dense.length === DENSE_LAYERS;
  const denseWidths = dense.map((layer) => layer.kernelShape[1] as number);
  return {
    widths: convolutions.map((layer) => layer.kernelShape[3] as number),
    convolutions: convolutions.length,
    pools,
    denseWidths,
    denseUnits: denseWidths.slice(0, DENSE_LAYERS - 1),
    classes: hasTop ? denseWidths.at(-1) : undefined,
    inputSize: side === undefined ? 224 : side * 2 ** pools,
    hasTop,
  };
}

/** How many blocks `count` convolutions complete: a block that is cut has no max-pool. */
export function closedBlocks(count: number): number {
  let end = 0;
  return VGG16_BLOCKS.filter((convolutions) => {
    end += convolutions;
    return end <= count;
  }).length;
}

/** Follows the dense layers' shapes; returns the side of the feature map that the first one sees. */
function checkDense(
  file: WeightsFile,
  dense: readonly StoredLayer[],
  channels: number,
  most: number,
): number | undefined {
  let side: number | undefined;
  let units: number | undefined;
  for (const [index, layer] of dense.entries()) {
    const expected = index < most ? `dense layer ${index + 1} of ${most}` : 'the end of the file';
    const rows = layer.kernelShape[0] as number;
    if (index >= most || layer.kind !== 'dense') refuse(file, layer, expected, `a kernel (${units ?? 'in'}, out)`);
    if (layer.biasShape === undefined) refuse(file, layer, expected, 'a bias beside the kernel');
    if (units === undefined) {
      side = Math.sqrt(rows / channels);
      const example = `such as ${49 * channels} for pictures of 224 pixels`;
      if (!Number.isInteger(side)) refuse(file, layer, expected, `side * side * ${channels} rows, ${example}`);
    } else if (rows !== units) {
      refuse(file, layer, expected, `a kernel (${units}, out)`);
    }
    units = layer.kernelShape[1] as number;
  }
  return side;
}

/** The expected kernel in the file's own order, as far as that order can be told from the layer. */
function expectedKernel(layer: StoredLayer, channels: number): string {
  const moved = layer.kind !== 'other' && layer.storedShape.some((extent, axis) => extent !== layer.kernelShape[axis]);
  return moved ? `a kernel (out, ${channels}, 3, 3)` : `a kernel (3, 3, ${channels}, out)`;
}

function refuse(file: WeightsFile, layer: StoredLayer, expected: string, shape: string): never {
  throw new VggpuError(
    'weights',
    `${file.path} is not VGG16: layer ${layer.name} has weights ${shapeText(layer.storedShape)}; expected ${expected}: ` +
      `${shape}.`,
  );
}
