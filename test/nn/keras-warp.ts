// Keras' random_transform with given parameters, in float64, for pictures that are resized first.
import type { Warp } from '../../src/nn/augmentation.js';
import type { Picture } from '../../src/nn/pictures.js';

type Matrix = readonly (readonly number[])[];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)));

/** Keras' homographies of (row, column, 1) about the centre pixel of the resized picture, sampled bilinearly, then flipped. */
export function kerasWarp(picture: Picture, size: number, warp: Warp): Float64Array {
  const angle = (warp.rotation * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const shift = (rows: number, columns: number): Matrix => [
    [1, 0, rows],
    [0, 1, columns],
    [0, 0, 1],
  ];
  const centre = size / 2 - 0.5;
  const whole = [
    shift(centre, centre),
    [
      [cos, -sin, 0],
      [sin, cos, 0],
      [0, 0, 1],
    ],
    shift(warp.shiftRows * size, warp.shiftColumns * size),
    [
      [warp.zoomRows, 0, 0],
      [0, warp.zoomColumns, 0],
      [0, 0, 1],
    ],
    shift(-centre, -centre),
  ].reduce(product);
  const pixel = (i: number, j: number, c: number) => {
    const clamp = (k: number, length: number) => Math.min(Math.max(k, 0), length - 1);
    return picture.data[4 * (clamp(i, picture.height) * picture.width + clamp(j, picture.width)) + c]!;
  };
  return Float64Array.from({ length: 3 * size * size }, (_, at) => {
    const column = Math.floor(at / 3) % size;
    const output = [[Math.floor(at / (3 * size))], [warp.flip ? size - 1 - column : column], [1]];
    const [[i], [j]] = product(whole, output) as [[number], [number]];
    const [y, x] = [((i + 0.5) * picture.height) / size - 0.5, ((j + 0.5) * picture.width) / size - 0.5];
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const along = (row: number) =>
      pixel(row, left, at % 3) * (1 - (x - left)) + pixel(row, left + 1, at % 3) * (x - left);
    return along(top) * (1 - (y - top)) + along(top + 1) * (y - top);
  });
}
