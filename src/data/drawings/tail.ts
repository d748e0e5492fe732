// Tails: thin, bushy, sabre-shaped, curled, a stub, with a tuft, a plume.

import { type Brush, limb, outlined } from './palette.js';
import type { Species } from './species.js';
import { ellipse, path, trace } from './svg.js';

/** A tail that starts at a point of the rump and goes left. */
export function drawTail(brush: Brush, { tail, body }: Species, x: number, y: number): string {
  const { random, coat } = brush;
  const colour = tail.colour ?? (random.chance(0.3) ? coat.mark : coat.base);
  const up = random.uniform(0.5, 1);
  switch (tail.shape) {
    case 'thin': {
      const bend = random.pick([-1, 1]) * random.uniform(12, 26);
      return limb(
        brush,
        trace`M ${x + 8} ${y} C ${x - 34} ${y + 6} ${x - 30 - bend} ${y - 60 * up} ${x - 24 + bend} ${y - 72 * up}`,
        8,
        colour,
      );
    }
    case 'sabre':
      return path(
        trace`M ${x + 8} ${y + 8} Q ${x - 24} ${y + 4} ${x - 34} ${y - 52 * up} Q ${x - 8} ${y - 22} ${x + 14} ${y - 8} Z`,
        colour,
        outlined(brush),
      );
    case 'bushy': {
      const data = trace`M ${x + 8} ${y + 6} C ${x - 30} ${y + 30} ${x - 58} ${y + 4} ${x - 52} ${y - 45 * up} C ${x - 36} ${y - 30 * up} ${x - 30} ${y - 16} ${x + 10} ${y - 8} Z`;
      const tip = random.chance(0.4) ? brush.clip(data, ellipse(x - 52, y - 40 * up, 18, 24, coat.light)) : '';
      return path(data, colour, outlined(brush)) + tip;
    }
    case 'curl': {
      const width = Math.max(6, body.thickness * 0.3);
      return limb(
        brush,
        trace`M ${x + 6} ${y} C ${x - 30} ${y - 4} ${x - 26} ${y - 44} ${x - 4} ${y - 38} C ${x + 10} ${y - 32} ${x - 2} ${y - 16} ${x - 10} ${y - 24}`,
        width,
        colour,
      );
    }
    case 'stub':
      return ellipse(x - 4, y - 2, 13, 12, colour, outlined(brush));
    case 'plume':
      return path(
        trace`M ${x + 8} ${y + 8} C ${x - 40} ${y + 24} ${x - 62} ${y - 40} ${x - 44} ${y - 92 * up} C ${x - 34} ${y - 122 * up} ${x + 4} ${y - 116 * up} ${x - 4} ${y - 88 * up} C ${x - 20} ${y - 66 * up} ${x - 8} ${y - 30} ${x + 12} ${y - 8} Z`,
        colour,
        outlined(brush),
      );
    case 'tuft':
      return (
        limb(brush, trace`M ${x + 8} ${y} Q ${x - 20} ${y} ${x - 18} ${y + 44}`, 6, colour) +
        ellipse(x - 18, y + 50, 9, 18, coat.mark, outlined(brush))
      );
  }
}
