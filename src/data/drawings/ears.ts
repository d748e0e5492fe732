// Ears in all their shapes, on a head seen from the front and on one seen from the side.

import { type Brush, mix } from './palette.js';
import type { Species } from './species.js';
import { ellipse, path, round, trace } from './svg.js';

const PINK = '#e2a49b';

/** The left (-1) or right (1) ear of a head seen from the front. */
export function drawFrontEar({ random, coat, pen }: Brush, species: Species, side: -1 | 1, turn: number): string {
  const { width, height: h } = species.head;
  const { shape, marked } = species.ears;
  const w = width * side;
  const size = species.ears.size * (1 - 0.22 * Math.max(0, side * turn)); // the ear that turns away looks smaller
  const fill = marked ? coat.mark : coat.base;
  const inner = mix(fill, PINK, 0.65);
  const line = { stroke: pen.colour, 'stroke-width': pen.width, 'stroke-linejoin': 'round' };
  const lean = random.uniform(0.68, 0.95);
  switch (shape) {
    case 'pointed': {
      const [tipX, tipY] = [w * lean, -h * 0.75 - size];
      const outer = trace`M ${w * 0.12} ${-h * 0.88} Q ${w * 0.42} ${tipY + size * 0.35} ${tipX} ${tipY} Q ${w * 1.06} ${-h * 0.8} ${w * 0.97} ${-h * 0.15} Z`;
      const hollow = trace`M ${w * 0.38} ${-h * 0.85} Q ${w * 0.52} ${tipY + size * 0.5} ${tipX * 0.98} ${tipY + size * 0.25} Q ${w * 0.95} ${-h * 0.75} ${w * 0.86} ${-h * 0.42} Z`;
      return path(outer, fill, line) + path(hollow, inner);
    }
    case 'round':
      return (
        ellipse(w * 0.78, -h * 0.78, size, size, fill, line) +
        ellipse(w * 0.78, -h * 0.76, size * 0.6, size * 0.6, inner)
      );
    case 'long': {
      const rotate = { transform: `rotate(${round(side * (lean - 0.6) * 60)} ${round(w * 0.4)} ${round(-h * 0.7)})` };
      const y = -h * 0.7 - size * 0.9;
      return (
        ellipse(w * 0.4, y, size * 0.27, size, fill, { ...line, ...rotate }) +
        ellipse(w * 0.4, y, size * 0.14, size * 0.78, inner, rotate)
      );
    }
    case 'floppy': {
      const drop = -h * 0.35 + size;
      const data = trace`M ${w * 0.42} ${-h * 0.92} C ${w * 0.95} ${-h * 1.08} ${w * 1.2} ${-h * 0.5} ${w * (0.55 + lean)} ${drop - size * 0.25} C ${w * 1.45} ${drop + 6} ${w * 0.95} ${drop + 8} ${w * 0.9} ${drop - size * 0.3} C ${w * 0.85} ${-h * 0.3} ${w * 0.75} ${-h * 0.5} ${w * 0.42} ${-h * 0.92} Z`;
      return path(data, marked ? coat.mark : coat.shade, line);
    }
    case 'folded': {
      const peak = -h * 0.8 - size * 0.45;
      const back = trace`M ${w * 0.2} ${-h * 0.9} L ${w * 0.62} ${peak} L ${w * 0.95} ${-h * 0.35} Z`;
      const flap = trace`M ${w * 0.34} ${peak + size * 0.22} Q ${w * 0.66} ${peak - size * 0.2} ${w * 0.88} ${peak + size * 0.12} Q ${w * 1.15} ${peak + size * 0.5} ${w * (0.3 + lean)} ${peak + size * 0.95} Q ${w * 0.7} ${peak + size * 0.6} ${w * 0.34} ${peak + size * 0.22} Z`;
      return path(back, fill, line) + path(flap, marked ? coat.mark : coat.shade, line);
    }
    case 'sideways': {
      const rotate = `rotate(${round(side * 18)} ${round(w)} ${round(-h * 0.45)})`;
      const y = -h * 0.45;
      return (
        ellipse(w + side * size * 0.7, y, size, size * 0.45, fill, { ...line, transform: rotate }) +
        ellipse(w + side * size * 0.75, y, size * 0.65, size * 0.24, inner, { transform: rotate })
      );
    }
  }
}

/** An ear on top of the skull; `ahead` moves it towards the muzzle (the far ear). */
export function drawSideEar({ coat, pen }: Brush, species: Species, r: number, ahead: number): string {
  const { shape, size, marked } = species.ears;
  const fill = marked ? coat.mark : ahead > 0 ? coat.shade : coat.base;
  const inner = mix(fill, PINK, 0.6);
  const line = { stroke: pen.colour, 'stroke-width': pen.width, 'stroke-linejoin': 'round' };
  const x = ahead - r * 0.3;
  switch (shape) {
    case 'pointed': {
      const tip = -r * 0.75 - size;
      const outer = trace`M ${x - r * 0.5} ${-r * 0.5} Q ${x - r * 0.45} ${tip + size * 0.4} ${x - r * 0.1} ${tip} Q ${x + r * 0.3} ${tip + size * 0.5} ${x + r * 0.4} ${-r * 0.75} Z`;
      const hollow = trace`M ${x - r * 0.1} ${-r * 0.85} L ${x - r * 0.08} ${tip + size * 0.3} L ${x + r * 0.25} ${-r * 0.85} Z`;
      return path(outer, fill, line) + path(hollow, inner);
    }
    case 'round':
      return ellipse(x, -r * 0.85, size * 0.9, size, fill, line) + ellipse(x, -r * 0.85, size * 0.5, size * 0.6, inner);
    case 'long': {
      const rotate = { transform: `rotate(-22 ${round(x)} ${round(-r * 0.7)})` };
      return (
        ellipse(x, -r * 0.7 - size * 0.85, size * 0.27, size, fill, { ...line, ...rotate }) +
        ellipse(x + 3, -r * 0.7 - size * 0.85, size * 0.12, size * 0.75, inner, rotate)
      );
    }
    case 'floppy': {
      const drop = -r * 0.4 + size;
      const data = trace`M ${-r * 0.15} ${-r * 0.85} C ${-r * 0.75} ${-r * 0.95} ${-r * 1.05} ${-r * 0.2} ${-r * 0.85} ${drop - size * 0.2} C ${-r * 0.75} ${drop + 12} ${-r * 0.3} ${drop + 10} ${-r * 0.22} ${drop - size * 0.3} C ${-r * 0.15} ${-r * 0.2} ${r * 0.1} ${-r * 0.5} ${-r * 0.15} ${-r * 0.85} Z`;
      return path(data, marked ? coat.mark : coat.shade, line);
    }
    case 'folded': {
      const peak = -r * 0.85 - size * 0.45;
      const data = trace`M ${-r * 0.65} ${-r * 0.65} L ${-r * 0.25} ${peak} Q ${r * 0.15} ${peak - 2} ${r * 0.35} ${peak + size * 0.75} Q ${r * 0.05} ${peak + size * 0.7} ${-r * 0.05} ${-r * 0.6} Z`;
      return path(data, marked ? coat.mark : coat.shade, line);
    }
    case 'sideways':
      return (
        ellipse(-r * 0.55, -r * 0.45, size * 0.9, size * 0.45, fill, {
          ...line,
          transform: `rotate(20 ${round(-r * 0.55)} ${round(-r * 0.45)})`,
        }) +
        ellipse(-r * 0.6, -r * 0.45, size * 0.55, size * 0.22, inner, {
          transform: `rotate(20 ${round(-r * 0.55)} ${round(-r * 0.45)})`,
        })
      );
  }
}
