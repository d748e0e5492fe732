// An alphabet of strokes, for titles on machines that have no fonts: without one, an SVG's text is drawn as nothing at all.

/** Capitals are 14 units high and stand on y = 14; small letters reach up to y = 5; descenders end at y = 18. */
export const FONT = { top: -1, baseline: 14, bottom: 18, stroke: 1.5, gap: 1.9 } as const;

/** The round part of a, b, d, g, o, p, q; of 0, 6, 9, O and Q. Each is an ellipse that starts and ends at its right. */
const BOWL = 'M8 9.5A3.5 4.5 0 1 0 8 9.6';
const O = 'M10.4 7A4.9 7 0 1 0 10.4 7.1';
const P = 'M1 14V0H5.2Q9 0 9 3.9Q9 7.8 5.2 7.8H1';
const DOT = 'M1 13.9h.01';

/** Letter -> its width and its path. */
const GLYPHS: Readonly<Record<string, readonly [width: number, path: string]>> = {
  ' ': [3.5, ''],
  a: [9, `${BOWL}M8 5V14`],
  b: [9, `${BOWL}M1 0V14`],
  c: [8.2, 'M7.6 7.2A3.5 4.5 0 1 0 7.6 11.8'],
  d: [9, `${BOWL}M8 0V14`],
  e: [9, 'M1 9.5H8A3.5 4.5 0 1 0 7 12.7'],
  f: [5.6, 'M6 .4Q5.4 0 4.6 0Q2.5 0 2.5 2.5V14M.5 5H5.5'],
  g: [9, `${BOWL}M8 5V14.5Q8 18 4.5 18Q2.3 18 1.3 16.6`],
  h: [9, 'M1 0V14M1 8.5Q1.5 5 4.8 5Q8 5 8 8.5V14'],
  i: [2, 'M1 5V14M1 1.2h.01'],
  j: [3, 'M2 5V15.5Q2 18 0 18M2 1.2h.01'],
  k: [7.8, 'M1 0V14M7 5L1 10.5M3.4 8.4L7.4 14'],
  l: [2, 'M1 0V14'],
  m: [12.4, 'M1 5V14M1 8Q1.5 5 3.9 5Q6.2 5 6.2 8V14M6.2 8Q6.7 5 9.1 5Q11.4 5 11.4 8V14'],
  n: [9, 'M1 5V14M1 8.5Q1.5 5 4.8 5Q8 5 8 8.5V14'],
  o: [9, BOWL],
  p: [9, `${BOWL}M1 5V18`],
  q: [9, `${BOWL}M8 5V18`],
  r: [5.4, 'M1 5V14M1 8.5Q1.6 5 5 5.1'],
  s: [7.9, 'M6.6 6.6Q6 5 3.9 5Q1.2 5 1.2 7.2Q1.2 9 3.9 9.4Q6.9 9.9 6.9 11.7Q6.9 14 3.9 14Q1.5 14 .9 12.2'],
  t: [5.8, 'M2.5 1.5V11.5Q2.5 14 4.8 14H5.5M.5 5H5.3'],
  u: [9, 'M1 5V10.5Q1 14 4.2 14Q7.5 14 8 10.5M8 5V14'],
  v: [8, 'M.5 5L4 14L7.5 5'],
  w: [11.4, 'M.5 5L3 14L5.7 5L8.4 14L10.9 5'],
  x: [7.8, 'M.8 5L7 14M7 5L.8 14'],
  y: [8, 'M.5 5L4 14M7.5 5L3.2 16.2Q2.5 18 .8 18'],
  z: [8, 'M1 5H7L1 14H7'],
  A: [10, 'M.5 14L5 0L9.5 14M2 9.3H8'],
  B: [9.8, 'M1 0V14M1 0H5Q8.4 0 8.4 3.4Q8.4 6.7 5 6.7H1M5 6.7Q9 6.7 9 10.3Q9 14 5 14H1'],
  C: [10, 'M9.4 3A5 7 0 1 0 9.4 11'],
  D: [10.5, 'M1 0V14H4.2Q9.5 14 9.5 7Q9.5 0 4.2 0H1'],
  E: [8.8, 'M8 0H1V14H8M1 6.7H6.8'],
  F: [8.4, 'M8 0H1V14M1 6.7H6.8'],
  G: [10.6, 'M9.4 3A5 7 0 1 0 9.6 10.6V7.6H6'],
  H: [10, 'M1 0V14M9 0V14M1 6.7H9'],
  I: [2, 'M1 0V14'],
  J: [7, 'M6 0V10Q6 14 3.2 14Q.8 14 .5 11.2'],
  K: [9.4, 'M1 0V14M8.6 0L1 8.4M3.8 5.4L9 14'],
  L: [8, 'M1 0V14H7.6'],
  M: [12, 'M1 14V0L6 9L11 0V14'],
  N: [10, 'M1 14V0L9 14V0'],
  O: [11, O],
  P: [9.4, P],
  Q: [11, `${O}M6.8 10.4L10.2 14.6`],
  R: [9.6, `${P}M5.4 7.8L9.2 14`],
  S: [9.6, 'M8.3 2.6Q7.4 0 4.8 0Q1.2 0 1.2 3.4Q1.2 6.2 4.8 6.9Q8.8 7.7 8.8 10.5Q8.8 14 4.8 14Q1.6 14 .7 11.2'],
  T: [10, 'M.5 0H9.5M5 0V14'],
  U: [10, 'M1 0V9Q1 14 5 14Q9 14 9 9V0'],
  V: [10, 'M.5 0L5 14L9.5 0'],
  W: [14, 'M.5 0L3.8 14L7 0L10.2 14L13.5 0'],
  X: [9.8, 'M.8 0L9 14M9 0L.8 14'],
  Y: [10, 'M.5 0L5 7.2L9.5 0M5 7.2V14'],
  Z: [10, 'M1 0H9L1 14H9'],
  0: [9, 'M8 7A3.5 7 0 1 0 8 7.1'],
  1: [9, 'M1.8 2.6L5 0V14'],
  2: [9, 'M1.2 3.4Q1.6 0 4.6 0Q7.8 0 7.8 3.5Q7.8 5.6 5.8 7.8L1 14H8'],
  3: [9, 'M1.2 2.4Q2 0 4.5 0Q7.6 0 7.6 3.3Q7.6 6.6 4 6.6Q8 6.6 8 10.2Q8 14 4.4 14Q1.6 14 .9 11.4'],
  4: [9, 'M6.4 14V0L.8 9.8H8.4'],
  5: [9, 'M7.4 0H2L1.4 6.4Q2.8 5.2 4.5 5.2Q8 5.2 8 9.4Q8 14 4.4 14Q1.8 14 1 11.8'],
  6: [9, 'M6.8 1.2Q6 0 4.7 0Q1 0 1 8.6M8 9.4A3.5 4.6 0 1 0 8 9.5'],
  7: [9, 'M1 0H8L3.6 14'],
  8: [
    9,
    'M4.5 6.6Q1.4 6.2 1.4 3.3Q1.4 0 4.5 0Q7.6 0 7.6 3.3Q7.6 6.2 4.5 6.6Q1 7 1 10.3Q1 14 4.5 14Q8 14 8 10.3Q8 7 4.5 6.6',
  ],
  9: [9, 'M8 4.6A3.5 4.6 0 1 0 8 4.7M8 5.4Q8 14 4.3 14Q2.8 14 2.2 12.8'],
  '.': [2, DOT],
  ',': [2.2, 'M1.4 13.6L.6 16'],
  ':': [2, `${DOT}M1 6h.01`],
  ';': [2.2, 'M1.4 13.6L.6 16M1.2 6h.01'],
  '!': [2, `${DOT}M1 0V9.6`],
  '?': [8, 'M1 3.2Q1.4 0 4 0Q7 0 7 3Q7 5 5.2 6.4Q3.8 7.6 3.8 9.8M3.8 13.9h.01'],
  '…': [9, `${DOT}M4.5 13.9h.01M8 13.9h.01`],
  "'": [2, 'M1 0V3.4'],
  '"': [4.6, 'M1 0V3.4M3.6 0V3.4'],
  '`': [3, 'M.6 0L2.4 2.6'],
  '-': [6, 'M1 9H5'],
  _: [8, 'M0 17H8'],
  '+': [8.6, 'M4.3 5V12.6M.5 8.8H8.1'],
  '=': [8.6, 'M.5 7H8.1M.5 10.6H8.1'],
  '~': [8.6, 'M.5 9.8Q2.3 7 4.3 8.8Q6.3 10.6 8.1 7.8'],
  '*': [6.6, 'M3.3 0V6M.7 1.5L5.9 4.5M5.9 1.5L.7 4.5'],
  '/': [6.5, 'M.5 16L6 -.5'],
  '\\': [6.5, 'M.5 -.5L6 16'],
  '|': [2, 'M1 -1V17.5'],
  '(': [4, 'M3.4 -1Q1 3 1 8.2Q1 13.4 3.4 17.4'],
  ')': [4, 'M.6 -1Q3 3 3 8.2Q3 13.4 .6 17.4'],
  '[': [4, 'M3.4 -1H1V17H3.4'],
  ']': [4, 'M.6 -1H3V17H.6'],
  '{': [4.6, 'M4 -1Q2.2 -1 2.2 1.4V6Q2.2 8 .6 8Q2.2 8 2.2 10V14.6Q2.2 17 4 17'],
  '}': [4.6, 'M.6 -1Q2.4 -1 2.4 1.4V6Q2.4 8 4 8Q2.4 8 2.4 10V14.6Q2.4 17 .6 17'],
  '<': [8, 'M7.2 5L1 9L7.2 13'],
  '>': [8, 'M.8 5L7 9L.8 13'],
  '#': [10, 'M3.6 0L2.2 14M7.8 0L6.4 14M.8 4.8H9.4M.4 9.4H9'],
  $: [9.6, 'M8.3 3Q7.4 1 4.8 1Q1.2 1 1.2 4Q1.2 6.4 4.8 7Q8.8 7.6 8.8 10.2Q8.8 13 4.8 13Q1.6 13 .7 10.8M4.8 -1V15'],
  '%': [11.6, 'M4.4 3.2A1.8 3.2 0 1 0 4.4 3.3M10.6 10.8A1.8 3.2 0 1 0 10.6 10.9M9.4 0L2 14'],
  '&': [
    10.4,
    'M9.6 14L2.6 4.6Q1.6 3.2 2.2 1.8Q3 0 4.8 0Q7.2 0 7.2 2.4Q7.2 4.4 4.4 6Q.8 8 .8 10.6Q.8 14 4.4 14Q8.4 14 9 8',
  ],
  '@': [13, 'M9 7.6A2.6 3.2 0 1 0 9 7.7M9 4.6V9Q9 10.8 10.4 10.8Q12 10.8 12 7A5.6 6.6 0 1 0 9.2 13.4'],
  '^': [7, 'M.8 4.6L3.5 0L6.2 4.6'],
};

/** Stands for a letter that is not in the alphabet. */
const UNKNOWN: readonly [number, string] = [8, 'M1 1H7V14H1Z'];

/** A drawn letter: its path and where it starts. */
export interface PlacedGlyph {
  readonly x: number;
  readonly path: string;
}

/**
 * Sets a line of text. Accents are left off, and letters outside ASCII are boxes.
 * @returns the letters from x = 0 on, and the width of all of them, in the font's units
 */
export function setLine(text: string): { readonly glyphs: readonly PlacedGlyph[]; readonly width: number } {
  let x = 0;
  const glyphs = lettersOf(text).map((letter) => {
    const [width, path] = Object.hasOwn(GLYPHS, letter) ? GLYPHS[letter]! : UNKNOWN;
    const placed = { x, path };
    x += width + FONT.gap;
    return placed;
  });
  return { glyphs, width: Math.max(0, x - FONT.gap) };
}

/** The letters of a text as the alphabet has them: composed from Unicode's parts, marks dropped. */
export function lettersOf(text: string): string[] {
  return [...text.normalize('NFD').replaceAll(/\p{M}/gu, '')];
}
