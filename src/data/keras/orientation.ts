// Whether a file's 3x3 kernels are rotated by 180 degrees: Theano convolved where everyone else correlates.

import { shapeText } from '../shape.js';
import type { Hdf5File } from './hdf5.js';
import type { Listing, RawLayer } from './layout.js';

/** How kernels lie in a file: `rotated` as Theano wants them, `plain` as everyone else does. */
export type Kernels = 'rotated' | 'plain';

/** A decision, what it rests on, and where it was a guess a sentence to print. */
export interface Orientation {
  readonly kernelsRotated: boolean;
  readonly source: 'fingerprint' | 'attributes' | 'assumed' | 'option' | 'layout';
  readonly note?: string;
}

/** Canonical conv1_1 kernel[0,0,0,0] of every published set of VGG16's ImageNet weights. */
const FINGERPRINT = 0.42947057;
const FINGERPRINT_TOLERANCE = 1e-6;

/**
 * Decides by the option, then by the ImageNet weights' own fingerprint, then by the attribute `backend`. What is left
 * is a kernel (3, 3, in, out), which only files of TensorFlow's convention have, or (out, in, 3, 3), which is taken
 * for Theano's with a note.
 */
export function findOrientation(file: Hdf5File, listing: Listing, option: Kernels | undefined): Orientation {
  if (option !== undefined) return { kernelsRotated: option === 'rotated', source: 'option' };
  const first = listing.layers.find((layer) => layer.kind === 'conv3x3');
  if (first === undefined) return { kernelsRotated: false, source: 'layout' };
  const fingerprint = imagenetFingerprint(file, first, listing.channelsFirst);
  if (fingerprint !== undefined) return { kernelsRotated: fingerprint === 'rotated', source: 'fingerprint' };
  if (listing.backend !== undefined) return { kernelsRotated: listing.backend === 'theano', source: 'attributes' };
  if (!listing.channelsFirst) return { kernelsRotated: false, source: 'layout' };
  return {
    kernelsRotated: true,
    source: 'assumed',
    note:
      `${file.path}: nothing in it says whether its kernels ${shapeText(first.kernel.shape)} are rotated; taking them ` +
      'as Theano stores them, rotated by 180 degrees. If predictions are poor, try --kernels plain.',
  };
}

/** Looks at two opposite corners of the first kernel's first plane. */
function imagenetFingerprint(file: Hdf5File, layer: RawLayer, channelsFirst: boolean): Kernels | undefined {
  const corner = new Float32Array(1);
  const matches = (row: number, column: number): boolean => {
    file.read(layer.kernel, channelsFirst ? [0, 0, row, column] : [row, column, 0, 0], [1, 1, 1, 1], corner);
    return Math.abs((corner[0] as number) - FINGERPRINT) <= FINGERPRINT_TOLERANCE;
  };
  if (matches(0, 0)) return 'plain';
  return matches(2, 2) ? 'rotated' : undefined;
}
