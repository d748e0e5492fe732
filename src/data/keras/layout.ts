// Which of Keras' HDF5 layouts a file has, and its weighted layers in the order in which the network runs them.

import { VggpuError } from '../../errors.js';
import type { StatedOrder } from './architecture-order.js';
import type { Hdf5Dataset, Hdf5File } from './hdf5.js';

/** The layouts, named after the files they are known from. */
export type Layout =
  | 'fastai' // lesson 1's vgg16.h5: (out, in, 3, 3) rotated, Keras 1 layer names
  | 'th_dim_ordering_th_kernels' // the same under Keras applications' names
  | 'th_dim_ordering_tf_kernels' // (out, in, 3, 3), not rotated
  | 'tf_dim_ordering_tf_kernels' // (3, 3, in, out)
  | 'keras2' // the same, nested groups, attributes backend and keras_version
  | 'keras3'; // layers/conv2d_1/vars/0

/** A layer's weights as they lie in the file. */
export interface RawLayer {
  readonly name: string;
  readonly kind: 'conv3x3' | 'conv' | 'dense' | 'other';
  /** The first dataset: the kernel, where kind is not 'other'. */
  readonly kernel: Hdf5Dataset;
  readonly bias: Hdf5Dataset | undefined;
  /** Every dataset of the layer: `other` layers such as batch normalisation have more. */
  readonly datasets: readonly Hdf5Dataset[];
}

/** What the listing of a file found. */
export interface Listing {
  readonly layers: readonly RawLayer[];
  /** True where convolution kernels lie (out, in, rows, columns); false where (rows, columns, in, out). */
  readonly channelsFirst: boolean;
  /** True where the first dense layer's rows lie (channel, row, column); false where (row, column, channel). */
  readonly rowsChannelsFirst: boolean;
  /** Theano's layouts are told apart later, by the kernels' orientation. */
  readonly layout: Layout;
  readonly backend: string | undefined;
}

/**
 * Lists the weighted layers of any Keras file, whatever the network.
 *
 * @param stated what the model's configuration says about the order of axes, where there is one.
 * @throws VggpuError 'weights' for an HDF5 file that Keras did not write, or one without weights.
 */
export function listLayers(file: Hdf5File, stated: StatedOrder): Listing {
  const root = ['', 'model_weights'].find((group) => file.attributeList(group, 'layer_names') !== undefined);
  const groups = root === undefined ? keras3Groups(file) : keras1Groups(file, root);
  if (groups === undefined) {
    const members = file.members('').slice(0, 6).join(', ') || 'nothing';
    throw new VggpuError(
      'weights',
      `${file.path} is an HDF5 file, but not a Keras weights file: it holds ${members}; expected an attribute ` +
        'layer_names (Keras 1 and 2) or a group layers (Keras 3).',
    );
  }
  const parts = groups.flatMap(splitLayers);
  const channelsFirst = root !== undefined && kernelsAreChannelsFirst(file.path, parts, stated);
  const layers = parts.map((part) => classified(part, channelsFirst));
  if (layers.length === 0) {
    throw new VggpuError('weights', `${file.path} names layers, but none of them has weights: save the trained model.`);
  }
  if (root === undefined) {
    const ordered = inRunningOrder(layers);
    const { rowsChannelsFirst } = stated;
    return { layers: ordered, channelsFirst, rowsChannelsFirst, layout: 'keras3', backend: undefined };
  }
  const backend = file.attribute(root, 'backend') ?? file.attribute('', 'backend');
  // A whole model saved by Keras 2 keeps kernels (rows, columns, in, out) even where its pictures are channels-first.
  const rowsChannelsFirst = channelsFirst || stated.rowsChannelsFirst;
  return { layers, channelsFirst, rowsChannelsFirst, layout: layoutOf(layers, channelsFirst, backend), backend };
}

interface Weights {
  readonly name: string;
  readonly datasets: readonly Hdf5Dataset[];
}

/** Keras 1 and 2: attribute layer_names, and in each layer's group weight_names. Names may contain '/'. */
function keras1Groups(file: Hdf5File, root: string): Weights[] {
  const prefix = root === '' ? '' : `${root}/`;
  return (file.attributeList(root, 'layer_names') ?? []).map((name) => {
    const group = `${prefix}${name}`;
    const datasets = (file.attributeList(group, 'weight_names') ?? []).map((weight) => {
      const dataset = file.dataset(`${group}/${weight}`);
      if (dataset === undefined) {
        throw new VggpuError(
          'weights',
          `${file.path}: layer ${name} names a weight ${weight} that the file does not hold.`,
        );
      }
      return dataset;
    });
    return { name, datasets };
  });
}

/** Keras 3: every group `vars` below `layers` holds datasets 0, 1, ...; models nest, optimizers are left out. */
function keras3Groups(file: Hdf5File): Weights[] | undefined {
  const tops = ['layers', '_layer_checkpoint_dependencies'].filter((top) => file.members('').includes(top));
  if (tops.length === 0) return undefined;
  const found: Weights[] = [];
  const visit = (group: string): void => {
    for (const member of file.members(group).sort(byNumberedName)) {
      const path = `${group}/${member}`;
      if (member !== 'vars') {
        visit(path);
        continue;
      }
      const datasets = file
        .members(path)
        .sort(byNumberedName)
        .map((key) => file.dataset(`${path}/${key}`))
        .filter((dataset) => dataset?.type.startsWith('float') === true) as Hdf5Dataset[]; // not a random generator's state
      const name = file.attribute(path, 'name') ?? group.split('/').at(-1) ?? group;
      if (datasets.length > 0) found.push({ name, datasets });
    }
  };
  for (const top of tops) visit(top);
  return found;
}

const byNumberedName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** A model used as one layer stores all its weights in one list: each kernel in it begins a layer of its own. */
function splitLayers(group: Weights): Weights[] {
  const starts = group.datasets.flatMap((dataset, index) => (dataset.shape.length >= 2 ? [index] : []));
  if (starts.length <= 1) return group.datasets.length === 0 ? [] : [group];
  return starts.map((start, part) => {
    const datasets = group.datasets.slice(part === 0 ? 0 : start, starts[part + 1]);
    const name = group.datasets[start]?.path.split('/').slice(-2, -1)[0] ?? group.name;
    return { name: `${group.name}/${name}`, datasets };
  });
}

/** Every convolution votes: its kernel's first or its last extent is as long as its bias. */
function kernelsAreChannelsFirst(path: string, parts: readonly Weights[], stated: StatedOrder): boolean {
  let first: string | undefined;
  let last: string | undefined;
  for (const { name, datasets } of parts) {
    const shape = datasets[0]?.shape ?? [];
    if (shape.length !== 4) continue;
    const out = datasets[1]?.shape[0];
    const asFirst = shape[2] === shape[3] && (out === undefined || out === shape[0]);
    const asLast = shape[0] === shape[1] && (out === undefined || out === shape[3]);
    if (asFirst && !asLast) first ??= name;
    if (asLast && !asFirst) last ??= name;
  }
  if (first !== undefined && last !== undefined) {
    throw new VggpuError(
      'weights',
      `${path} mixes layouts: layer ${first} has a kernel (out, in, rows, columns), layer ${last} one (rows, columns, in, ` +
        'out). Expected one layout throughout.',
    );
  }
  // Where all kernels are (3, 3, 3, 3), Keras 1's configuration says it; later Keras keep (rows, columns, in, out).
  return first !== undefined || (last === undefined && stated.kernelsChannelsFirst);
}

function classified({ name, datasets }: Weights, channelsFirst: boolean): RawLayer {
  const kernel = datasets[0] as Hdf5Dataset;
  const shape = kernel.shape;
  const bias = datasets[1];
  const paired = datasets.length === 1 || (datasets.length === 2 && bias?.shape.length === 1);
  let kind: RawLayer['kind'] = 'other';
  if (paired && shape.length === 4) {
    const sides = channelsFirst ? shape.slice(2) : shape.slice(0, 2);
    const out = channelsFirst ? shape[0] : shape[3];
    if (bias === undefined || bias.shape[0] === out) kind = sides.every((side) => side === 3) ? 'conv3x3' : 'conv';
  }
  if (paired && shape.length === 2 && (bias === undefined || bias.shape[0] === shape[1])) kind = 'dense';
  return { name, kind, kernel, bias: kind === 'other' ? undefined : bias, datasets };
}

function layoutOf(layers: readonly RawLayer[], channelsFirst: boolean, backend: string | undefined): Layout {
  if (channelsFirst) {
    return layers.some((layer) => /^convolution2d_\d+$/.test(layer.name)) ? 'fastai' : 'th_dim_ordering_th_kernels';
  }
  const nested = layers.some((layer) => /\/kernel(:0)?$/.test(layer.kernel.path));
  return backend !== undefined || nested ? 'keras2' : 'tf_dim_ordering_tf_kernels';
}

/** Keras 3 numbers its groups within a class only: convolutions run before dense layers, nested models before their head. */
function inRunningOrder(layers: readonly RawLayer[]): RawLayer[] {
  const depth = (layer: RawLayer) => layer.kernel.path.split('/').length;
  const dense = layers.filter((layer) => layer.kind === 'dense').sort((a, b) => depth(b) - depth(a));
  return [...layers.filter((layer) => layer.kind !== 'dense'), ...dense];
}
