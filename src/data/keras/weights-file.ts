// The reader of pretrained weights: any Keras HDF5 file, handed out in this project's canonical order.

import { VggpuError } from '../../errors.js';
import { elementsOf, shapeText } from '../shape.js';
import { statedOrder } from './architecture-order.js';
import { unpackKerasArchive } from './archive.js';
import { openHdf5 } from './hdf5.js';
import { checkHdf5File, contentIdentity } from './hdf5-check.js';
import { type Layout, type Listing, listLayers, type RawLayer } from './layout.js';
import { findOrientation, type Kernels, type Orientation } from './orientation.js';
import { convolutionShape, type OnSlice, type SliceOptions, sliceConvolution, sliceDense } from './slices.js';

export type { Layout } from './layout.js';
export type { Kernels, Orientation } from './orientation.js';
export type { OnSlice, SliceOptions, SlicePlace } from './slices.js';

/** One weighted layer of a file. */
export interface StoredLayer {
  readonly name: string;
  /** `conv` is a convolution of another size than 3x3; `other` is no layer with one kernel and one bias. */
  readonly kind: 'conv3x3' | 'conv' | 'dense' | 'other';
  /** Canonical: (rows, columns, in, out) or (in, out); the shape in the file where kind is `other`. */
  readonly kernelShape: readonly number[];
  /** (out,), or undefined where the file holds no bias. */
  readonly biasShape: readonly number[] | undefined;
  /** The kernel's shape as the file has it, for messages. */
  readonly storedShape: readonly number[];
}

/** An open weights file. Layers are numbered as in `layers`. */
export interface WeightsFile {
  readonly path: string;
  readonly layout: Layout;
  readonly kernelsRotated: boolean;
  /** What `kernelsRotated` rests on. */
  readonly orientationSource: Orientation['source'];
  /** A sentence to print where something had to be assumed. */
  readonly note?: string;
  readonly layers: readonly StoredLayer[];
  /** What `saveWeights` was given to keep with the weights: parsed JSON, undefined in anybody else's file. */
  readonly attributes: unknown;
  /** Names the content for cache keys; see {@link contentIdentity}. */
  readonly identity: string;
  /**
   * Hands out a kernel in canonical order (convolutions unrotated (rows, columns, in, out); dense rows (row, column,
   * channel)), slice by slice; see {@link OnSlice}.
   * @throws VggpuError 'weights' for a layer of kind `other`, or data that cannot be read.
   */
  readKernel(layer: number, onSlice: OnSlice, options?: SliceOptions): Promise<void>;
  /** The bias (out,): zeros where the file holds none. */
  readBias(layer: number): Float32Array;
  /** Closes the file; a second call does nothing. */
  close(): Promise<void>;
}

/** How to open a weights file. */
export interface OpenOptions {
  /** Overrides what is found out about the kernels' orientation. */
  readonly kernels?: Kernels | undefined;
  /** What an architecture that lies beside the weights says of the first dense layer's rows. */
  readonly rowsChannelsFirst?: boolean | undefined;
  /** Called after every slice with the bytes handed out so far and those of all layers. */
  readonly onProgress?: ((bytesDone: number, bytesTotal: number) => void) | undefined;
}

/**
 * Opens a weights file of any Keras layout: `.h5`, `.hdf5`, `.weights.h5`, or a `.keras` archive (unpacked into the
 * temporary folder until closed).
 *
 * @throws VggpuError 'weights' saying what the file is instead, or what is wrong with it.
 */
export async function openWeights(path: string, options: OpenOptions = {}): Promise<WeightsFile> {
  const { size, modified, kind } = checkHdf5File(path);
  const identity = await contentIdentity(path, size, modified);
  const unpacked = kind === 'zip' ? await unpackKerasArchive(path) : undefined;
  try {
    const file = await openHdf5(unpacked?.weights ?? path, path);
    try {
      const stated = statedOrder(unpacked?.configuration ?? file.attribute('', 'model_config'));
      const listing = listLayers(file, {
        ...stated,
        rowsChannelsFirst: stated.rowsChannelsFirst || options.rowsChannelsFirst === true,
      });
      const orientation = findOrientation(file, listing, options.kernels);
      const attributes = savedAttributes(path, file.attributeList('', 'vggpu'));
      const close = async () => {
        file.close();
        await unpacked?.remove();
      };
      const { kernelsRotated: rotated, source, note } = orientation;
      return {
        path,
        layout:
          rotated || listing.layout !== 'th_dim_ordering_th_kernels' ? listing.layout : 'th_dim_ordering_tf_kernels',
        kernelsRotated: rotated,
        orientationSource: source,
        ...(note === undefined ? {} : { note }),
        attributes,
        identity,
        close,
        ...readers(file, listing, rotated, options.onProgress),
      };
    } catch (error) {
      file.close();
      throw error;
    }
  } catch (error) {
    await unpacked?.remove();
    throw error;
  }
}

function readers(
  file: Awaited<ReturnType<typeof openHdf5>>,
  listing: Listing,
  rotated: boolean,
  onProgress: OpenOptions['onProgress'],
): Pick<WeightsFile, 'layers' | 'readKernel' | 'readBias'> {
  const { layers, channelsFirst } = listing;
  const firstDense = layers.findIndex((layer) => layer.kind === 'dense');
  let bytesDone = 0;
  const bytesTotal = layers.reduce(
    (sum, layer) => sum + 4 * (elementsOf(layer.kernel.shape) + (layer.bias?.shape[0] ?? 0)),
    0,
  );
  const progress = (bytes: number) => {
    bytesDone += bytes;
    onProgress?.(bytesDone, bytesTotal);
  };
  const layerAt = (index: number): RawLayer => {
    const layer = layers[index];
    if (layer === undefined)
      throw new VggpuError('weights', `${file.path} has ${layers.length} layers, no layer ${index}.`);
    return layer;
  };
  return {
    layers: layers.map((layer) => stored(layer, channelsFirst)),
    async readKernel(index, onSlice, options = {}) {
      const { kind, kernel, name } = layerAt(index);
      if (kind === 'other') {
        const shape = shapeText(kernel.shape);
        throw new VggpuError(
          'weights',
          `${file.path}: layer ${name} (weights ${shape}) is no convolution or dense layer.`,
        );
      }
      const counted: OnSlice = async (values, place) => {
        await onSlice(values, place);
        progress(values.byteLength);
      };
      if (kind === 'dense') {
        const permuted = listing.rowsChannelsFirst && index === firstDense;
        await sliceDense(file, kernel, permuted ? positionsOf(file.path, listing, index) : 1, options, counted);
      } else {
        await sliceConvolution(
          file,
          kernel,
          { channelsFirst, rotated: rotated && kind === 'conv3x3' },
          options,
          counted,
        );
      }
    },
    readBias(index) {
      const layer = layerAt(index);
      const bias = new Float32Array(stored(layer, channelsFirst).kernelShape.at(-1) ?? 0);
      if (layer.bias !== undefined) file.read(layer.bias, [0], [bias.length], bias);
      progress(bias.byteLength);
      return bias;
    },
  };
}

/** How many positions (rows * columns) of each channel the first dense layer sees. */
function positionsOf(path: string, { layers, channelsFirst }: Listing, index: number): number {
  const convolution = layers.slice(0, index).findLast((layer) => layer.kind.startsWith('conv'));
  if (convolution === undefined) return 1;
  const channels = convolutionShape(convolution.kernel, channelsFirst)[3];
  const { name, kernel } = layers[index] as RawLayer;
  const rows = kernel.shape[0] as number;
  if (rows % channels === 0) return rows / channels;
  throw new VggpuError(
    'weights',
    `${path}: layer ${name} has a kernel ${shapeText(kernel.shape)}; expected a multiple of ${channels} rows, the channels ` +
      `of ${convolution.name}.`,
  );
}

function stored({ name, kind, kernel, bias }: RawLayer, channelsFirst: boolean): StoredLayer {
  const kernelShape = kind === 'conv3x3' || kind === 'conv' ? convolutionShape(kernel, channelsFirst) : kernel.shape;
  return { name, kind, kernelShape, biasShape: bias?.shape, storedShape: kernel.shape };
}

function savedAttributes(path: string, parts: readonly string[] | undefined): unknown {
  if (parts === undefined) return undefined;
  try {
    return JSON.parse(parts.join(''));
  } catch (error) {
    throw new VggpuError('weights', `${path}: its attribute vggpu is not JSON (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
