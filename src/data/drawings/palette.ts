// The colours that all drawings share, whatever they show: fur, accents, and the coat and pen made from them.

import type { Random } from './random.js';
import { type Attributes, element, stroke } from './svg.js';

export const FUR = [
  '#2e2a2b',
  '#f4efe6',
  '#e8d3ac',
  '#d98a3d',
  '#8a5a34',
  '#573a2a',
  '#8d8f94',
  '#5f6873',
  '#c9a877',
  '#c2c5c9',
  '#a9502c',
  '#b98f63',
] as const;

export const ACCENTS = [
  '#c8453b',
  '#e7b93f',
  '#3f7cac',
  '#5a9367',
  '#8d6a9f',
  '#e58f7b',
  '#48a9a6',
  '#d98fb0',
  '#394f6b',
  '#efe3c8',
] as const;

export const EYES = ['#7fb24a', '#d8a531', '#6fa8d6', '#7a4b25', '#4a3020', '#b9772b'] as const;

export const PATTERNS = ['solid', 'solid', 'stripes', 'patches', 'spots', 'bicolour'] as const;

/** The colours and the pattern of one figure. */
export interface Coat {
  readonly base: string;
  /** The base in shadow: legs on the far side, folds. */
  readonly shade: string;
  /** Stripes, patches, spots, some ears. */
  readonly mark: string;
  /** Muzzle, belly, socks. */
  readonly light: string;
  readonly pattern: (typeof PATTERNS)[number];
  readonly eye: string;
  /** Lines on the base colour that stay visible: mouth, toes. */
  readonly detail: string;
}

/** What a figure is drawn with. */
export interface Brush {
  readonly random: Random;
  readonly coat: Coat;
  /** The outline of every shape; width 0 for none. */
  readonly pen: { readonly colour: string; readonly width: number };
  /** Shows `content` only inside the outline `data`. */
  clip(data: string, content: string): string;
}

export function createBrush(random: Random, natural?: readonly string[]): Brush {
  const coat = createCoat(random, natural);
  const width = random.pick([0, 0, 1.2, 2, 3.2]);
  const colour = random.chance(0.7) ? '#2b2320' : mix(coat.base, '#000000', 0.55);
  let clips = 0;
  const clip = (data: string, content: string) => {
    const id = `clip${++clips}`;
    const outline = element('clipPath', { id }, element('path', { d: data }));
    return outline + element('g', { 'clip-path': `url(#${id})`, stroke: 'none' }, content);
  };
  return { random, coat, pen: { colour, width }, clip };
}

/** `natural` colours, where given, are preferred, but any class can have any colour. */
function createCoat(random: Random, natural?: readonly string[]): Coat {
  const base = jitter(random, natural && random.chance(0.4) ? random.pick(natural) : random.pick(FUR));
  const dark = luminance(base) < 90;
  const mark = random.chance(0.5) ? mix(base, dark ? '#ffffff' : '#1c1412', 0.42) : contrasting(random, base);
  const light = random.chance(0.6) ? mix(base, '#fff6e8', random.uniform(0.55, 0.9)) : mix(base, '#fff6e8', 0.15);
  const shade = mix(base, '#000000', 0.22);
  const detail = dark ? mix(base, '#ffffff', 0.5) : '#2b2320';
  return { base, shade, mark, light, pattern: random.pick(PATTERNS), eye: random.pick(EYES), detail };
}

/** A fur colour that stands out from the given one. */
function contrasting(random: Random, base: string): string {
  const far = FUR.filter((colour) => Math.abs(luminance(colour) - luminance(base)) > 50);
  return jitter(random, random.pick(far));
}

/** The colour, a little lighter, darker, warmer or cooler. */
export function jitter(random: Random, colour: string): string {
  const shift = random.uniform(-14, 14);
  return toHex(channels(colour).map((value) => value + shift + random.uniform(-9, 9)));
}

/** `share` 0 gives the first colour, 1 the second. */
export function mix(first: string, second: string, share: number): string {
  const other = channels(second);
  return toHex(channels(first).map((value, i) => value + (other[i]! - value) * share));
}

/** Brightness as seen, 0 to 255. */
export function luminance(colour: string): number {
  const [red, green, blue] = channels(colour) as [number, number, number];
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}

function toHex(values: readonly number[]): string {
  const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  return `#${values.map((value) => byte(value).toString(16).padStart(2, '0')).join('')}`;
}

/** A round-ended limb along a path, outlined by the pen: legs, necks, tails. */
export function limb({ pen }: Brush, data: string, width: number, colour: string): string {
  const outline = pen.width > 0 ? stroke(data, pen.colour, width + 2 * pen.width) : '';
  return outline + stroke(data, colour, width);
}

/** The attributes that draw the pen's outline round a shape. */
export function outlined({ pen }: Brush): Attributes {
  return { stroke: pen.colour, 'stroke-width': pen.width, 'stroke-linejoin': 'round' };
}
