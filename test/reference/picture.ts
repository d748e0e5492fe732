// Resizing and warping a picture into a network's input, in float64.

export interface PictureDims {
  readonly height: number;
  readonly width: number;
  readonly size: number;
  readonly n: number;
  readonly flip: number;
  readonly reverse: number;
  readonly mode: number;
  readonly scale: number;
  readonly mean0: number;
  readonly mean1: number;
  readonly mean2: number;
}

/** The source pixels that output i of an axis draws on, with weights that add up to 1. */
function weights(mode: number, i: number, length: number, size: number): [pixel: number, weight: number][] {
  if (mode === 0) return [[Math.floor(((2 * i + 1) * length) / (2 * size)), 1]];
  if (mode === 1) {
    const at = ((i + 0.5) * length) / size - 0.5;
    const lower = Math.floor(at);
    const clamp = (k: number) => Math.min(Math.max(k, 0), length - 1);
    return [
      [clamp(lower), 1 - (at - lower)],
      [clamp(lower + 1), at - lower],
    ];
  }
  const all: [number, number][] = [];
  for (let k = 0; k < length; k++) {
    const covered = Math.min((i + 1) * length, (k + 1) * size) - Math.max(i * length, k * size);
    if (covered > 0) all.push([k, covered / length]);
  }
  return all;
}

/** y with slots from n on replaced by the pictures; the other slots as they were. */
export function pictureToTensor(
  { count, ...d }: PictureDims & { count: number },
  bytes: Float64Array,
  y: Float64Array,
): Float64Array {
  const pixels = d.height * d.width;
  return Array.from({ length: count }, (_, p) => p).reduce(
    (slots, p) => onePicture({ ...d, n: d.n + p }, bytes.subarray(p * pixels, (p + 1) * pixels), slots),
    y,
  );
}

function onePicture(d: PictureDims, bytes: Float64Array, y: Float64Array): Float64Array {
  const result = y.slice();
  const means = [d.mean0, d.mean1, d.mean2];
  for (let i = 0; i < d.size; i++) {
    for (let j = 0; j < d.size; j++) {
      for (let c = 0; c < 3; c++) {
        let value = 0;
        for (const [r, vertical] of weights(d.mode, i, d.height, d.size)) {
          for (const [k, horizontal] of weights(d.mode, d.flip ? d.size - 1 - j : j, d.width, d.size)) {
            value += vertical * horizontal * ((bytes[r * d.width + k]! >>> (8 * c)) & 255);
          }
        }
        const slot = ((d.n * d.size + i) * d.size + j) * 3 + (d.reverse ? 2 - c : c);
        result[slot] = value * d.scale - means[c]!;
      }
    }
  }
  return result;
}

export interface WarpDims extends Omit<PictureDims, 'flip' | 'mode'> {
  readonly bilinear: number;
  readonly taps: number;
  readonly fraction: number;
  readonly row: number;
  readonly column: number;
  readonly rowDown: number;
  readonly columnDown: number;
  readonly rowRight: number;
  readonly columnRight: number;
}

/** The pixels of an axis that a place on it draws on; pixel k covers k to k + 1, and the edges go on. */
function around(place: number, length: number, bilinear: boolean): [pixel: number, weight: number][] {
  const clamp = (k: number) => Math.min(Math.max(k, 0), length - 1);
  const lower = Math.floor(bilinear ? place - 0.5 : place);
  if (!bilinear) return [[clamp(lower), 1]];
  const weight = place - 0.5 - lower;
  return [
    [clamp(lower), 1 - weight],
    [clamp(lower + 1), weight],
  ];
}

/** y with slot n replaced by the warped picture; the other slots as they were. */
export function pictureWarp(d: WarpDims, bytes: Float64Array, y: Float64Array): Float64Array {
  const { size, taps } = d;
  const result = y.slice();
  const means = [d.mean0, d.mean1, d.mean2];
  const unit = 2 ** d.fraction;
  for (let at = 0; at < size * size; at++) {
    const [v, u] = [2 * Math.floor(at / size) + 1 - size, 2 * (at % size) + 1 - size];
    const sums = [0, 0, 0];
    for (let tap = 0; tap < taps * taps; tap++) {
      const [s, t] = [2 * Math.floor(tap / taps) + 1 - taps, 2 * (tap % taps) + 1 - taps];
      const place = (centre: number, down: number, right: number) =>
        (centre + down * v + right * u + Math.trunc((down * s + right * t) / taps)) / unit;
      for (const [r, vertical] of around(place(d.row, d.rowDown, d.rowRight), d.height, d.bilinear === 1)) {
        const column = place(d.column, d.columnDown, d.columnRight);
        for (const [k, horizontal] of around(column, d.width, d.bilinear === 1)) {
          for (let c = 0; c < 3; c++) {
            sums[c]! += vertical * horizontal * ((bytes[r * d.width + k]! >>> (8 * c)) & 255);
          }
        }
      }
    }
    for (let c = 0; c < 3; c++) {
      const slot = (d.n * size * size + at) * 3 + (d.reverse ? 2 - c : c);
      result[slot] = (sums[c]! / taps ** 2) * d.scale - means[c]!;
    }
  }
  return result;
}
