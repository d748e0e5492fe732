// Things that are no animals: house, car, tree, flower, boat, mushroom, cup.

import { markings } from './markings.js';
import { ACCENTS, type Brush, jitter, limb, mix, outlined } from './palette.js';
import { castShadow } from './scene.js';
import { ellipse, path, place, rectangle, stroke, trace } from './svg.js';

const GLASS = '#bcd9e6';

/** Fur colour or accent: things share both with the animals. */
function paint({ random, coat }: Brush): string {
  return random.chance(0.5) ? coat.base : jitter(random, random.pick(ACCENTS));
}

export function drawHouse(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const w = random.uniform(52, 76);
  const eaves = random.uniform(-22, 4);
  const front = trace`M ${-w} ${eaves} H ${w} V 85 H ${-w} Z`;
  const pane = (x: number) =>
    rectangle(x - 13, eaves + 22, 26, 26, GLASS, { stroke: '#f2ede2', 'stroke-width': 4 }) +
    stroke(trace`M ${x} ${eaves + 22} v 26 M ${x - 13} ${eaves + 35} h 26`, '#f2ede2', 2.5);
  const door = random.uniform(-w * 0.35, w * 0.35);
  return [
    castShadow(0, 86, w * 1.2),
    random.chance(0.7) ? rectangle(w * 0.4, eaves - 62, 18, 50, coat.mark, line) : '',
    path(front, paint(brush), line),
    markings(brush, front, { left: -w, top: eaves, right: w, bottom: 85 }),
    path(
      trace`M ${-w - 14} ${eaves} L ${random.uniform(-8, 8)} ${eaves - random.uniform(48, 78)} L ${w + 14} ${eaves} Z`,
      random.pick([coat.mark, '#a8493a', coat.shade]),
      line,
    ),
    pane(-w * 0.6) + pane(w * 0.6),
    rectangle(door - 13, 40, 26, 45, mix(coat.mark, '#5a3b28', 0.5), line),
    ellipse(door + 7, 64, 2.5, 2.5, '#f0d070'),
  ].join('');
}

export function drawCar(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const roof = random.uniform(-48, -28);
  const hull = trace`M -92 38 V 12 Q -90 -2 -68 -4 L -44 ${roof} H ${random.uniform(20, 40)} L 58 -4 Q 92 0 92 20 V 38 Z`;
  const wheel = (x: number) => ellipse(x, 40, 21, 21, '#2a2a2d', line) + ellipse(x, 40, 10, 10, '#c2c5c9');
  return [
    castShadow(0, 62, 92),
    path(hull, paint(brush), line),
    markings(brush, hull, { left: -90, top: 0, right: 90, bottom: 38 }),
    path(trace`M -58 -4 L -39 ${roof + 7} H -6 V -4 Z M 2 -4 V ${roof + 7} H 19 L 44 -4 Z`, GLASS, line),
    ellipse(88, 14, 5, 7, '#f3e3a0'),
    stroke('M -4 0 V 34 M 8 10 H 18', coat.detail, 2, { opacity: 0.6 }),
    wheel(-52) + wheel(52),
  ].join('');
}

export function drawTree(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const leaf = random.chance(0.6) ? jitter(random, random.pick(['#5a9367', '#7fa857', '#c98a3a'])) : coat.base;
  const trunk = castShadow(0, 90, 34) + path(trace`M -11 88 L -7 ${10} H 7 L 12 88 Z`, '#7a5538', line);
  if (random.chance(0.4)) {
    const tier = (y: number, w: number) => path(trace`M 0 ${y - 52} L ${w} ${y} H ${-w} Z`, leaf, line);
    return trunk + tier(58, 62) + tier(20, 50) + tier(-18, 37);
  }
  const puffs = Array.from({ length: 7 }, (_, i) =>
    ellipse(
      [-38, 38, -24, 24, 0, -30, 30][i]!,
      [-8, -8, -44, -44, -66, -24, -26][i]!,
      random.uniform(28, 36),
      random.uniform(26, 34),
      leaf,
      line,
    ),
  );
  const fruit = Array.from({ length: random.chance(0.5) ? 7 : 0 }, () =>
    ellipse(random.uniform(-50, 50), random.uniform(-75, 5), 6, 6, coat.mark),
  );
  return trunk + puffs.join('') + ellipse(0, -28, 38, 36, leaf) + fruit.join('');
}

export function drawFlower(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const petals = random.integer(5, 9);
  const colour = paint(brush);
  const [length, breadth] = [random.uniform(28, 40), random.uniform(11, 20)];
  const ring = Array.from({ length: petals }, (_, i) =>
    place(ellipse(0, -length, breadth, length * 0.75, colour, line), { y: -32, degrees: (360 * i) / petals }),
  );
  const leaf = (side: number) =>
    path(trace`M 0 70 Q ${side * 20} 30 ${side * 52} 40 Q ${side * 30} 76 0 70 Z`, '#6f9d55', line);
  return [
    castShadow(0, 92, 26),
    limb(brush, trace`M ${random.uniform(-10, 10)} 92 Q ${random.uniform(-14, 14)} 30 0 -30`, 7, '#5f8f4a'),
    leaf(-1) + leaf(1),
    ring.join(''),
    ellipse(0, -32, random.uniform(14, 22), random.uniform(14, 22), random.pick(['#e7b93f', coat.mark]), line),
  ].join('');
}

export function drawBoat(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const hull = 'M -85 34 H 88 L 62 72 H -58 Z';
  const sail = trace`M 4 22 V -88 Q ${random.uniform(40, 80)} -30 70 22 Z`;
  const wave = (y: number) =>
    stroke(trace`M -110 ${y} q 14 -12 28 0 t 28 0 t 28 0 t 28 0 t 28 0 t 28 0 t 28 0 t 28 0`, '#4f86a8', 7);
  return [
    stroke('M 0 34 V -92', '#6b4a30', 5),
    path(sail, coat.light, line),
    markings(brush, sail, { left: 0, top: -80, right: 70, bottom: 22 }),
    random.chance(0.7) ? path('M -6 22 V -68 L -58 22 Z', random.chance(0.5) ? coat.mark : coat.light, line) : '',
    path(hull, paint(brush), line),
    stroke('M -76 44 H 80', coat.mark, 5),
    wave(72) + wave(84),
  ].join('');
}

export function drawMushroom(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const w = random.uniform(58, 82);
  const top = random.uniform(-80, -55);
  const cap = trace`M ${-w} 8 C ${-w} ${top * 1.1} ${w} ${top * 1.1} ${w} 8 Q 0 26 ${-w} 8 Z`;
  const stem = random.uniform(15, 26);
  const dots = [
    [-0.45, -0.1],
    [0.1, -0.5],
    [0.5, -0.1],
    [-0.15, -0.15],
    [0.2, -0.05],
  ]
    .map(([x, y]) => ellipse(x! * w, -y! * top, random.uniform(6, 11), random.uniform(5, 8), '#f6efe2'))
    .join('');
  return [
    castShadow(0, 88, 48),
    path(
      trace`M ${-stem} 8 Q ${-stem * 0.8} 50 ${-stem * 1.3} 84 Q 0 94 ${stem * 1.3} 84 Q ${stem * 0.8} 50 ${stem} 8 Z`,
      coat.light,
      line,
    ),
    path(cap, paint(brush), line),
    random.chance(0.6) ? brush.clip(cap, dots) : markings(brush, cap, { left: -w, top, right: w, bottom: 15 }),
    random.chance(0.5) ? stroke(trace`M ${-stem} 34 q ${stem} 12 ${stem * 2} 0`, coat.shade, 4) : '',
  ].join('');
}

export function drawCup(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const [upper, lower, top] = [random.uniform(46, 58), random.uniform(30, 50), random.uniform(-48, -20)];
  const side = trace`M ${-upper} ${top} L ${-lower} 62 Q 0 78 ${lower} 62 L ${upper} ${top} Z`;
  const handle = trace`M ${upper * 0.95} ${top + 18} C ${upper + 44} ${top + 10} ${upper + 36} 44 ${lower * 1.02} 44`;
  const steam = stroke(
    trace`M -14 ${top - 14} q -10 -14 0 -24 t 0 -20 M 14 ${top - 14} q -10 -14 0 -24 t 0 -20`,
    '#ffffff',
    5,
    { opacity: 0.7 },
  );
  const colour = paint(brush);
  return [
    castShadow(0, 76, 64),
    random.chance(0.5) ? ellipse(0, 70, 82, 14, coat.light, line) : '',
    limb(brush, handle, 11, colour),
    path(side, colour, line),
    markings(brush, side, { left: -upper, top: top + 10, right: upper, bottom: 65 }),
    ellipse(0, top, upper, 13, mix(colour, '#ffffff', 0.3), line),
    ellipse(0, top + 2, upper * 0.85, 9, '#4a2e1f'),
    random.chance(0.5) ? steam : '',
  ].join('');
}
