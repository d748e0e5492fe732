// What lies behind and before a figure: rooms, meadows, skies, sofas, patterns; and things that hide a part of it.

import { ACCENTS, FUR, jitter, mix } from './palette.js';
import type { Random } from './random.js';
import { ellipse, path, rectangle, stroke, trace } from './svg.js';

const BACKGROUNDS = [room, meadow, sky, sofa, wallpaper, plain, rug] as const;

/** A background that fills the picture. */
export function drawBackground(random: Random, width: number, height: number): string {
  return random.pick(BACKGROUNDS)(random, width, height);
}

/** A soft colour for large areas. */
function wall(random: Random): string {
  const colour = random.pick([...FUR, ...ACCENTS]);
  return jitter(random, mix(colour, random.pick(['#ffffff', '#ffffff', '#30343c']), random.uniform(0.25, 0.65)));
}

function accent(random: Random): string {
  return jitter(random, random.pick(ACCENTS));
}

function plain(random: Random, width: number, height: number): string {
  const glow = ellipse(
    width * random.uniform(0.2, 0.8),
    height * random.uniform(0.1, 0.6),
    width * 0.5,
    height * 0.45,
    '#ffffff',
    {
      opacity: 0.15,
    },
  );
  return rectangle(0, 0, width, height, wall(random)) + glow;
}

function room(random: Random, width: number, height: number): string {
  const horizon = height * random.uniform(0.6, 0.8);
  const floor = mix(random.pick(FUR), '#8a6a4a', 0.5);
  const x = width * random.uniform(0.05, 0.7);
  const y = height * random.uniform(0.05, 0.2);
  const size = random.uniform(45, 75);
  const frame = rectangle(x, y, size, size * 1.1, mix(accent(random), '#ffffff', 0.4), {
    stroke: '#f2ede2',
    'stroke-width': 5,
  });
  const cross = stroke(trace`M ${x + size / 2} ${y} v ${size * 1.1} M ${x} ${y + size * 0.55} h ${size}`, '#f2ede2', 3);
  let boards = '';
  for (let i = 1; i < 5; i++) boards += trace`M 0 ${horizon + (i * i * (height - horizon)) / 20} H ${width}`;
  return (
    rectangle(0, 0, width, height, wall(random)) +
    (random.chance(0.7) ? frame + (random.chance(0.6) ? cross : '') : '') +
    rectangle(0, horizon, width, height - horizon, floor) +
    stroke(boards, mix(floor, '#000000', 0.2), 1)
  );
}

function meadow(random: Random, width: number, height: number): string {
  const horizon = height * random.uniform(0.35, 0.6);
  const grass = jitter(random, random.pick(['#7fa857', '#5a8f4e', '#a3b45e', '#c5b267']));
  let blades = '';
  for (let i = 0; i < 22; i++) {
    blades += trace`M ${random.uniform(0, width)} ${random.uniform(horizon + 12, height)} l ${random.uniform(-3, 3)} ${random.uniform(-12, -5)}`;
  }
  return (
    sky(random, width, height) +
    path(
      trace`M 0 ${horizon} Q ${width * 0.3} ${horizon - random.uniform(-10, 30)} ${width * 0.6} ${horizon} T ${width} ${horizon} V ${height} H 0 Z`,
      grass,
    ) +
    stroke(blades, mix(grass, '#1e3a1a', 0.35), 1.8)
  );
}

function sky(random: Random, width: number, height: number): string {
  const colour = jitter(random, random.pick(['#a9d0ea', '#7fb4dd', '#cfe3ee', '#e9c6a6', '#3b4a6b']));
  const clouds = Array.from({ length: random.integer(1, 3) }, () => {
    const x = random.uniform(0, width);
    const y = random.uniform(0, height * 0.5);
    const size = random.uniform(14, 28);
    const puff = (dx: number, dy: number, share: number) =>
      ellipse(x + dx * size, y + dy * size, size * 1.2 * share, size * 0.75 * share, '#ffffff', { opacity: 0.75 });
    return puff(0, 0, 1) + puff(1, 0.15, 0.8) + puff(-1, 0.2, 0.7);
  });
  return rectangle(0, 0, width, height, colour) + clouds.join('');
}

function sofa(random: Random, width: number, height: number): string {
  const colour = random.chance(0.6) ? accent(random) : jitter(random, random.pick(FUR));
  const dark = mix(colour, '#000000', 0.2);
  const back = height * random.uniform(0.22, 0.4);
  const seat = height * random.uniform(0.66, 0.76);
  const cushions = random.integer(2, 3);
  const cushion = (i: number) =>
    rectangle((i * width) / cushions + 2, back + 6, width / cushions - 4, seat - back, mix(colour, '#ffffff', 0.1), {
      rx: 12,
      stroke: dark,
      'stroke-width': 2,
    });
  return (
    rectangle(0, 0, width, height, wall(random)) +
    rectangle(-10, back, width + 20, height, colour, { rx: 18 }) +
    Array.from({ length: cushions }, (_, i) => cushion(i)).join('') +
    rectangle(-10, seat, width + 20, height - seat + 10, dark, { rx: 10 }) +
    rectangle(-10, seat, width + 20, (height - seat) * 0.6, mix(colour, '#ffffff', 0.05), { rx: 10 })
  );
}

function wallpaper(random: Random, width: number, height: number): string {
  const ground = wall(random);
  const ink = mix(ground, random.chance(0.5) ? '#ffffff' : accent(random), random.uniform(0.25, 0.6));
  const step = random.uniform(18, 36);
  const kind = random.pick(['bars', 'slants', 'dots', 'checks']);
  let shapes = '';
  if (kind === 'dots') {
    for (let y = step / 2; y < height; y += step) {
      for (let x = step / 2; x < width; x += step) shapes += ellipse(x, y, step * 0.2, step * 0.2, ink);
    }
  } else {
    let data = '';
    for (let x = -height; x < width; x += step)
      data += kind === 'slants' ? trace`M ${x} 0 l ${height} ${height}` : trace`M ${x} 0 V ${height}`;
    if (kind === 'checks') for (let y = 0; y < height; y += step) data += trace`M 0 ${y} H ${width}`;
    shapes = stroke(data, ink, step * random.uniform(0.15, 0.4));
  }
  return rectangle(0, 0, width, height, ground) + shapes;
}

function rug(random: Random, width: number, height: number): string {
  const colour = accent(random);
  const [x, y] = [width * random.uniform(0.35, 0.65), height * random.uniform(0.72, 0.85)];
  const ring = (share: number, fill: string) => ellipse(x, y, width * 0.52 * share, height * 0.2 * share, fill);
  return plain(random, width, height) + ring(1, colour) + ring(0.82, mix(colour, '#ffffff', 0.4)) + ring(0.68, colour);
}

/** Something in front of the figure that hides a part of it, often nothing. */
export function drawForeground(random: Random, width: number, height: number): string {
  if (random.chance(0.6)) return '';
  return random.pick([tufts, leaves, box, ball])(random, width, height);
}

function tufts(random: Random, width: number, height: number): string {
  const grass = jitter(random, random.pick(['#6d9a4a', '#4f8246', '#b3a55a']));
  let data = '';
  for (let x = random.uniform(0, 10); x < width; x += random.uniform(5, 16)) {
    const top = height - random.uniform(14, 44);
    data += trace`M ${x - 4} ${height} Q ${x} ${top + 12} ${x + random.uniform(-8, 8)} ${top} Q ${x + 3} ${top + 14} ${x + 5} ${height} Z`;
  }
  return path(data, grass);
}

function leaves(random: Random, width: number, height: number): string {
  const green = jitter(random, random.pick(['#4c7f52', '#7a9a4e', '#2f5d50']));
  const mirrored = random.chance(0.5) ? -1 : 1;
  const corner = mirrored === 1 ? 0 : width;
  const leaf = (dx: number, dy: number) => {
    const [x, y] = [corner + mirrored * dx, height - dy];
    return path(
      trace`M ${corner} ${height} Q ${x - mirrored * 22} ${y + 6} ${x} ${y} Q ${x + mirrored * 4} ${y + 28} ${corner} ${height} Z`,
      green,
      { stroke: mix(green, '#000000', 0.25) },
    );
  };
  return leaf(26, random.uniform(70, 100)) + leaf(58, random.uniform(50, 80)) + leaf(82, random.uniform(20, 45));
}

function box(random: Random, width: number, height: number): string {
  const colour = accent(random);
  const size = random.uniform(36, 70);
  const x = random.chance(0.5) ? -8 : width - size + 8;
  return rectangle(x, height - size * 0.8, size, size, colour, {
    stroke: mix(colour, '#000000', 0.3),
    'stroke-width': 2,
  });
}

function ball(random: Random, width: number, height: number): string {
  const colour = accent(random);
  const radius = random.uniform(12, 22);
  const [x, y] = [width * random.uniform(0.1, 0.9), height - radius - random.uniform(2, 14)];
  return (
    ellipse(x, y, radius, radius, colour, { stroke: mix(colour, '#000000', 0.3), 'stroke-width': 1.5 }) +
    stroke(trace`M ${x - radius} ${y} q ${radius} ${radius * 0.7} ${radius * 2} 0`, mix(colour, '#ffffff', 0.6), 3)
  );
}
