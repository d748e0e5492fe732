// Random augmentation: how a picture is moved before the network sees it, drawn anew for each epoch. Keras' meanings.
import { VggpuError } from '../errors.js';
import type { AffineMap } from '../kernels/picture.js';
import { philox, unitFloats } from './philox.js';

/** How far pictures may be moved; Keras' ImageDataGenerator has the same quantities. */
export interface Augmentation {
  /** Mirrors half of the pictures left and right: horizontal_flip. */
  readonly flip: boolean;
  /** Degrees to either side, 0 to 180: rotation_range. */
  readonly rotation: number;
  /** Fraction of the height and of the width, to either side, below 1: height_shift_range, width_shift_range. */
  readonly shift: number;
  /** Rows and columns shown are 1 - zoom to 1 + zoom times as many, each drawn for itself; below 1: zoom_range. */
  readonly zoom: number;
}

/** What photos of animals and things bear without changing their class. */
export const DEFAULT_AUGMENTATION: Augmentation = { flip: true, rotation: 15, shift: 0.1, zoom: 0.1 };

/**
 * How one picture is moved: turned, then shifted, then zoomed, then mirrored, each about the middle. What comes into view
 * from outside it repeats its edge: Keras' fill_mode 'nearest'.
 */
export interface Warp {
  /** Mirrors left and right. */
  readonly flip: boolean;
  /** Degrees that the picture turns clockwise. */
  readonly rotation: number;
  /** Fraction of the height that the picture moves up. */
  readonly shiftRows: number;
  /** Fraction of the width that the picture moves left. */
  readonly shiftColumns: number;
  /** Rows shown: 2 twice as many, at half the height. */
  readonly zoomRows: number;
  /** Columns shown: 2 twice as many, at half the width. */
  readonly zoomColumns: number;
}

/** Leaves a picture as it is. */
export const UNMOVED: Warp = { flip: false, rotation: 0, shiftRows: 0, shiftColumns: 0, zoomRows: 1, zoomColumns: 1 };

/** Which random numbers a picture's augmentation draws: the same key gives the same warp. */
export interface AugmentationKey {
  readonly seed: number;
  readonly epoch: number;
  /** Place of the picture in its whole set, not in a batch. */
  readonly picture: number;
}

/** The last word of Philox' counter, after those that shaders/random/philox.wgsl names. */
const FOR_AUGMENTATION = 3;

/**
 * Draws how a picture is moved. Nothing is remembered between calls: a run that is resumed, or cut into other batches,
 * moves its pictures as before.
 * @throws VggpuError 'usage' where a setting is out of its range
 */
export function augmentationOf(settings: Augmentation, { seed, epoch, picture }: AugmentationKey): Warp {
  checkAugmentation(settings);
  const draw = (four: number) => unitFloats(philox([four, epoch, picture, FOR_AUGMENTATION], [seed, 0]));
  const [rotation, shiftRows, shiftColumns, zoomRows] = draw(0) as [number, number, number, number];
  const [zoomColumns, flip] = draw(1) as [number, number];
  const within = (u: number, most: number) => most * (2 * u - 1);
  return {
    flip: settings.flip && flip < 0.5,
    rotation: within(rotation, settings.rotation),
    shiftRows: within(shiftRows, settings.shift),
    shiftColumns: within(shiftColumns, settings.shift),
    zoomRows: 1 + within(zoomRows, settings.zoom),
    zoomColumns: 1 + within(zoomColumns, settings.zoom),
  };
}

/** @throws VggpuError 'usage' that names the setting, what was found and what is possible */
export function checkAugmentation({ rotation, shift, zoom }: Augmentation): void {
  const check = (name: string, value: number, fits: boolean, range: string) => {
    if (fits) return;
    throw new VggpuError('usage', `The augmentation's ${name} is ${value}; expected ${range}.`);
  };
  check('rotation', rotation, rotation >= 0 && rotation <= 180, '0 to 180 degrees');
  check('shift', shift, shift >= 0 && shift < 1, 'a fraction of the picture from 0 to below 1');
  check('zoom', zoom, zoom >= 0 && zoom < 1, 'a fraction from 0 to below 1');
}

/** Whether nothing but a flip is left of a warp. */
export function isResizeOnly({ rotation, shiftRows, shiftColumns, zoomRows, zoomColumns }: Warp): boolean {
  return rotation === 0 && shiftRows === 0 && shiftColumns === 0 && zoomRows === 1 && zoomColumns === 1;
}

/**
 * The map from a network's input to a source picture: as Keras' random_transform, the resized picture's pixel that output
 * (i, j) shows is rotate(shift(zoom(i, j))) about its middle; then the resizing is undone.
 * @param size rows and columns of the network's input
 */
export function affineOf(warp: Warp, { height, width }: { height: number; width: number }, size: number): AffineMap {
  const angle = (warp.rotation * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const turned = (rows: number, columns: number): [number, number] => [
    (height / size) * (cos * rows - sin * columns),
    (width / size) * (sin * rows + cos * columns),
  ];
  const [rows, columns] = turned(warp.shiftRows * size, warp.shiftColumns * size);
  return {
    centre: [height / 2 + rows, width / 2 + columns],
    down: turned(warp.zoomRows, 0),
    right: turned(0, warp.flip ? -warp.zoomColumns : warp.zoomColumns),
  };
}
