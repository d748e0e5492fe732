// Colours of maps: from dark to bright for values, from blue over paper to orange for gradients; one scale for all channels.

/** Values are shown between these two. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Runs through 0 in the middle: for values of both signs that mean a direction. */
  readonly signed: boolean;
}

type Colour = readonly [red: number, green: number, blue: number];

/** Light to the eye in even steps, also without colour vision (after matplotlib's viridis). */
const SEQUENCE: readonly Colour[] = [
  ...([
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
  ] as const),
  ...([
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
  ] as const),
];

const DIVERGENCE: readonly Colour[] = [
  [23, 86, 142],
  [92, 152, 199],
  [244, 241, 234],
  [228, 140, 84],
  [166, 61, 18],
];

/** The scale of all values of a layer. */
export function scaleOf(values: Float32Array, signed: boolean): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return { low: 0, high: 1, signed };
  if (!signed) return { low: Math.min(low, 0), high: high > Math.min(low, 0) ? high : low + 1, signed };
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return { low: -most, high: most, signed };
}

/** The colour of a share of a scale, 0 to 1. */
export function colourAt(part: number, signed: boolean): Colour {
  const stops = signed ? DIVERGENCE : SEQUENCE;
  const place = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const at = Math.min(stops.length - 2, Math.floor(place));
  const mix = (i: number) => Math.round(stops[at]![i]! + (place - at) * (stops[at + 1]![i]! - stops[at]![i]!));
  return [mix(0), mix(1), mix(2)];
}

/** Magenta: no colour of either scale. */
const NO_NUMBER: Colour = [255, 0, 255];

/** Paints one channel of (H, W, C) values onto a canvas of its size. */
export function paint(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  channel: number,
  { low, high, signed }: Scale,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    const value = values[i * channels + channel]!;
    const colour = Number.isNaN(value) ? NO_NUMBER : colourAt((value - low) / (high - low), signed);
    image.data.set([...colour, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/** A scale as a CSS gradient. */
export function gradientOf(signed: boolean): string {
  const stops = (signed ? DIVERGENCE : SEQUENCE).map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
