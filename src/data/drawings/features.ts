// Parts of a head that both views share: eyes, noses, and what grows on top.

import type { Brush } from './palette.js';
import type { Species } from './species.js';
import { type Attributes, ellipse, path, place, trace } from './svg.js';

/** One eye; `look` shifts the pupil. */
export function drawEyeball(
  { shape, size, colour, line }: { shape: Species['eyes']['shape']; size: number; colour: string; line: number },
  x: number,
  y: number,
  side: number,
  look: number,
): string {
  const glint = ellipse(x + look - size * 0.25, y - size * 0.3, size * 0.22, size * 0.22, '#ffffff');
  const rim = { stroke: '#2b2320', 'stroke-width': Math.max(1, line * 0.7) };
  switch (shape) {
    case 'slit': {
      const lid = trace`M ${x - side * size * 1.15} ${y + size * 0.35} Q ${x - side * size * 0.1} ${y - size * 1.5} ${x + side * size * 1.2} ${y - size * 0.45} Q ${x + side * size * 0.6} ${y + size * 1.3} ${x - side * size * 1.15} ${y + size * 0.35} Z`;
      return path(lid, colour, rim) + ellipse(x + look, y, size * 0.28, size * 0.8, '#14100f') + glint;
    }
    case 'round':
      return ellipse(x, y, size, size, colour, rim) + ellipse(x + look, y, size * 0.68, size * 0.68, '#14100f') + glint;
    case 'bead':
      return ellipse(x, y, size, size * 1.1, '#14100f', { stroke: '#ffffff', 'stroke-opacity': 0.35 }) + glint;
  }
}

export function drawNose({ nose }: Species, x: number, y: number): string {
  const { shape, size, colour } = nose;
  switch (shape) {
    case 'triangle':
      return path(
        trace`M ${x - size} ${y} Q ${x} ${y - size * 0.5} ${x + size} ${y} Q ${x} ${y + size * 1.9} ${x - size} ${y} Z`,
        colour,
      );
    case 'oval':
      return (
        ellipse(x, y, size, size * 0.75, colour) +
        ellipse(x - size * 0.3, y - size * 0.3, size * 0.3, size * 0.15, '#ffffff', { opacity: 0.6 })
      );
    case 'nostrils':
      return (
        ellipse(x - size, y + size, size * 0.4, size * 0.6, colour) +
        ellipse(x + size, y + size, size * 0.4, size * 0.6, colour)
      );
  }
}

/** Horns, mane or wool, seen from the front. */
export function drawFrontCrown({ coat, pen }: Brush, { crown, head: { width: w, height: h } }: Species): string {
  const line = { stroke: pen.colour, 'stroke-width': pen.width, 'stroke-linejoin': 'round' };
  const both = (draw: (side: number) => string) => draw(-1) + draw(1);
  switch (crown) {
    case 'horns':
      return both((s) =>
        path(
          trace`M ${s * w * 0.3} ${-h * 0.85} Q ${s * w * 0.9} ${-h} ${s * w * 0.85} ${-h * 1.55} Q ${s * w * 1.3} ${-h} ${s * w * 0.75} ${-h * 0.6} Z`,
          '#e6d9bd',
          line,
        ),
      );
    case 'mane':
      return path(
        trace`M ${-w * 0.7} ${-h * 0.2} Q ${-w * 0.8} ${-h * 1.35} 0 ${-h * 1.3} Q ${w * 0.8} ${-h * 1.35} ${w * 0.7} ${-h * 0.2} Z`,
        coat.mark,
        line,
      );
    case 'ruff':
      return ruff(w * 1.45, 0, h * 0.12, coat.mark, line);
    case 'wool':
      return [-0.95, -0.6, -0.2, 0.2, 0.6, 0.95]
        .map((t) => ellipse(t * w, -h * (1.05 - t * t * 0.75), w * 0.36, w * 0.34, coat.light, line))
        .join('');
    case 'none':
      return '';
  }
}

/** A mane all round the head, with a wavy edge. */
function ruff(radius: number, x: number, y: number, colour: string, line: Attributes): string {
  const locks = Array.from({ length: 12 }, (_, i) => {
    return place(ellipse(0, -radius * 0.82, radius * 0.26, radius * 0.26, colour, line), { x, y, degrees: i * 30 });
  });
  return locks.join('') + ellipse(x, y, radius * 0.92, radius * 0.92, colour);
}

/** The same from the side; `r` is the radius of the skull. */
export function drawSideCrown({ coat, pen }: Brush, { crown }: Species, r: number): string {
  const line = { stroke: pen.colour, 'stroke-width': pen.width, 'stroke-linejoin': 'round' };
  switch (crown) {
    case 'horns':
      return path(
        trace`M ${-r * 0.2} ${-r * 0.8} Q ${-r * 0.1} ${-r * 1.4} ${r * 0.35} ${-r * 1.5} Q ${r * 0.2} ${-r * 1.1} ${r * 0.2} ${-r * 0.8} Z`,
        '#e6d9bd',
        line,
      );
    case 'mane':
      return path(
        trace`M ${r * 0.4} ${-r * 1.15} Q ${-r * 0.9} ${-r * 1.5} ${-r * 1.4} ${r * 0.2} L ${-r * 1.9} ${r * 2} L ${-r * 0.5} ${r * 1.2} Z`,
        coat.mark,
        line,
      );
    case 'ruff':
      return ruff(r * 1.3, -r * 0.35, r * 0.15, coat.mark, line);
    case 'wool':
      return [0.3, -0.2, -0.7, -1, -1.05]
        .map((x, i) => ellipse(x * r, (-1.05 + i * i * 0.09) * r, r * 0.38, r * 0.36, coat.light, line))
        .join('');
    case 'none':
      return '';
  }
}
