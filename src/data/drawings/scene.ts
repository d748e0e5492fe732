// A whole picture: background, one figure somewhere on it, things in front, light.

import { drawBackground, drawForeground } from './background.js';
import { type Brush, createBrush } from './palette.js';
import type { Random } from './random.js';
import { element, ellipse, place, rectangle } from './svg.js';

/** Draws a thing around the origin, inside a box of about 200 units. */
export type Figure = (brush: Brush) => string;

/** The SVG text of one picture of a figure; `natural` are colours it likes to have. */
export function drawScene(random: Random, figure: Figure, natural?: readonly string[]): string {
  const width = Math.round(256 * random.uniform(0.82, 1.22));
  const height = Math.round(256 * random.uniform(0.82, 1.22));
  const brush = createBrush(random, natural);
  const background = drawBackground(random, width, height);
  const scale = (Math.min(width, height) / 200) * random.uniform(0.72, 1.08);
  const x = width * random.uniform(0.4, 0.6);
  const y = height * random.uniform(0.46, 0.6);
  const subject = place(figure(brush), { x, y, scale, degrees: random.uniform(-5, 5), mirrored: random.chance(0.5) });
  const foreground = drawForeground(random, width, height);
  const tint = rectangle(0, 0, width, height, random.pick(['#ffb347', '#3b5b8c', '#000000', '#ffffff']), {
    opacity: random.uniform(0, 0.16),
  });
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size }, background + subject + foreground + tint);
}

/** The shadow of a figure that stands on the line `y`. */
export function castShadow(x: number, y: number, reach: number): string {
  return ellipse(x, y, reach, 9, '#000000', { opacity: 0.16 });
}
