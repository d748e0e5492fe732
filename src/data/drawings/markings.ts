// Coat patterns: stripes, patches, spots and two colours, clipped to the outline of a head or trunk.

import { type Brush, jitter } from './palette.js';
import { ellipse, path, round, stroke, trace } from './svg.js';

/** The box in which markings may lie, around an outline. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The markings of the brush's coat inside the outline `data`. */
export function markings(brush: Brush, data: string, area: Area): string {
  const draw = { solid: none, stripes, patches, spots, bicolour }[brush.coat.pattern];
  const content = draw(brush, area);
  return content === '' ? '' : brush.clip(data, content);
}

function none(): string {
  return '';
}

/** Tabby bars that come down from the back and bend. */
function stripes({ random, coat }: Brush, { left, top, right, bottom }: Area): string {
  const count = random.integer(4, 7);
  const step = (right - left) / count;
  const depth = random.uniform(0.45, 0.8) * (bottom - top);
  const data = Array.from({ length: count }, (_, i) => {
    const x = left + (i + 0.5) * step + random.uniform(-0.15, 0.15) * step;
    const reach = top + depth * random.uniform(0.7, 1.1);
    return trace`M ${x} ${top - 4} Q ${x + step * 0.45} ${top + depth * 0.5} ${x - step * 0.1} ${reach}`;
  });
  return stroke(data.join(''), coat.mark, step * random.uniform(0.28, 0.42));
}

/** Two or three large blobs. */
function patches({ random, coat }: Brush, { left, top, right, bottom }: Area): string {
  const size = Math.min(right - left, bottom - top);
  return Array.from({ length: random.integer(2, 3) }, () => {
    const x = random.uniform(left, right);
    const y = random.uniform(top, bottom);
    const turn = `rotate(${round(random.uniform(0, 180))} ${round(x)} ${round(y)})`;
    const colour = random.chance(0.8) ? coat.mark : jitter(random, coat.mark);
    return ellipse(x, y, size * random.uniform(0.3, 0.5), size * random.uniform(0.2, 0.35), colour, {
      transform: turn,
    });
  }).join('');
}

function spots({ random, coat }: Brush, { left, top, right, bottom }: Area): string {
  const size = Math.min(right - left, bottom - top);
  const columns = random.integer(3, 5);
  return Array.from({ length: columns * 3 }, (_, i) => {
    const x = left + (((i % columns) + random.uniform(0.2, 0.8)) / columns) * (right - left);
    const y = top + ((Math.floor(i / columns) + random.uniform(0.2, 0.8)) / 3) * (bottom - top);
    const radius = size * random.uniform(0.05, 0.1);
    return ellipse(x, y, radius, radius * 0.85, coat.mark);
  }).join('');
}

/** The lower part in the light colour, with a wavy border. */
function bicolour({ random, coat }: Brush, { left, top, right, bottom }: Area): string {
  const border = top + (bottom - top) * random.uniform(0.5, 0.7);
  const wave = (bottom - top) * random.uniform(-0.25, 0.25);
  const middle = (left + right) / 2;
  const far = right + bottom - top; // beyond the outline: only the clipped part shows
  const data = trace`M ${left - 5} ${border} Q ${(left + middle) / 2} ${border + wave} ${middle} ${border} T ${right + 5} ${border} H ${far} V ${bottom + 200} H ${left - 5} Z`;
  return path(data, coat.light);
}
