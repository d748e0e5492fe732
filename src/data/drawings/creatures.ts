// Animals that do not walk on four tall legs: bird, owl, fish, turtle, butterfly.

import { drawEyeball } from './features.js';
import { markings } from './markings.js';
import { ACCENTS, type Brush, limb, mix, outlined } from './palette.js';
import { castShadow } from './scene.js';
import { ellipse, path, place, stroke, trace } from './svg.js';

const BEAK = '#e0a030';

export function drawBird(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const r = random.uniform(26, 32);
  const legs = stroke('M -8 48 V 82 M 14 48 V 82 M -16 84 H 2 M 6 84 H 24', '#a8763a', 4);
  const trunk = 'M -52 10 C -40 -35 30 -40 52 -8 C 66 40 10 62 -18 52 C -40 46 -52 30 -52 10 Z';
  const wing = trace`M 22 0 C ${-10 - 20 * random.uniform(0, 1)} -22 -40 0 ${-62} ${random.uniform(-40, 44)} C -20 44 16 36 22 0 Z`;
  const tail = trace`M -42 8 L ${-100} ${random.uniform(-30, 30)} L -88 44 L -38 36 Z`;
  const beak = path(
    trace`M ${40 + r * 0.85} -46 L ${40 + r + random.uniform(16, 30)} -36 L ${40 + r * 0.8} -28 Z`,
    BEAK,
    line,
  );
  return [
    castShadow(0, 86, 50),
    path(tail, coat.mark, line),
    legs,
    path(trunk, coat.base, line),
    markings(brush, trunk, { left: -50, top: -30, right: 50, bottom: 55 }),
    random.chance(0.5) ? brush.clip(trunk, ellipse(38, 34, 34, 30, coat.light)) : '',
    path(wing, random.chance(0.5) ? coat.mark : coat.shade, line),
    beak,
    ellipse(38, -38, r, r * 0.95, coat.base, line),
    drawEyeball({ shape: 'round', size: 6, colour: coat.eye, line: 1.5 }, 48, -44, 1, 1),
  ].join('');
}

export function drawOwl(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const wide = random.uniform(46, 56);
  const outline = trace`M ${-wide * 0.85} -75 Q 0 -50 ${wide * 0.85} -75 C ${wide * 1.1} -30 ${wide * 1.2} 85 0 90 C ${-wide * 1.2} 85 ${-wide * 1.1} -30 ${-wide * 0.85} -75 Z`;
  const size = random.uniform(11, 14);
  const look = random.uniform(-3, 3);
  const eye = (side: number) =>
    ellipse(side * wide * 0.4, -38, wide * 0.4, wide * 0.4, coat.light, line) +
    drawEyeball(
      { shape: 'round', size, colour: random.pick(['#e7b93f', coat.eye]), line: 2 },
      side * wide * 0.38,
      -38,
      side,
      look,
    );
  const wing = (side: number) =>
    path(
      trace`M ${side * wide * 0.85} -12 Q ${side * wide * 1.35} 35 ${side * wide * 0.75} 82 Q ${side * wide * 0.6} 30 ${side * wide * 0.85} -12 Z`,
      coat.shade,
      line,
    );
  let feathers = '';
  for (const [x, y] of [
    [-20, 14],
    [0, 14],
    [20, 14],
    [-12, 32],
    [12, 32],
    [0, 50],
  ] as const) {
    feathers += trace`M ${x - 8} ${y} q 8 10 16 0`;
  }
  return [
    castShadow(0, 94, 48),
    path(outline, coat.base, line),
    markings(brush, outline, { left: -wide, top: -10, right: wide, bottom: 85 }),
    ellipse(0, 36, wide * 0.6, 42, coat.light),
    stroke(feathers, coat.mark, 3),
    wing(-1) + wing(1),
    eye(-1) + eye(1),
    path('M -8 -30 L 8 -30 L 0 -10 Z', BEAK, line),
    stroke('M -26 88 v 8 M -18 88 v 8 M -10 88 v 8 M 26 88 v 8 M 18 88 v 8 M 10 88 v 8', BEAK, 5),
  ].join('');
}

export function drawFish(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const deep = random.uniform(32, 52);
  const trunk = trace`M 82 0 C 50 ${-deep * 1.25} -20 ${-deep * 1.1} -58 -6 V 6 C -20 ${deep * 1.1} 50 ${deep * 1.25} 82 0 Z`;
  const fork = random.uniform(26, 46);
  const gill = stroke(trace`M 42 ${-deep * 0.6} Q 30 0 42 ${deep * 0.6}`, coat.shade, 3);
  return [
    path(trace`M -50 0 L -95 ${-fork} Q -78 0 -95 ${fork} Z`, coat.mark, line),
    path(trace`M 30 ${-deep * 0.75} Q 0 ${-deep * 1.7} -30 ${-deep * 1.1} L -28 ${-deep * 0.5} Z`, coat.mark, line),
    path(trace`M 10 ${deep * 0.7} L -16 ${deep * 1.4} L -18 ${deep * 0.6} Z`, coat.mark, line),
    path(trunk, coat.base, line),
    markings(brush, trunk, { left: -50, top: -deep, right: 40, bottom: deep }),
    gill,
    path(trace`M 22 4 Q -6 ${10 + deep * 0.1} -4 ${deep * 0.45} Q 14 ${deep * 0.4} 22 4 Z`, coat.shade, line),
    drawEyeball(
      { shape: 'round', size: random.uniform(6.5, 10), colour: '#f4efe6', line: 2 },
      58,
      -deep * 0.18,
      1,
      1.5,
    ),
    stroke(trace`M 80 4 q -8 6 -14 3`, coat.detail, 2.5),
  ].join('');
}

export function drawTurtle(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const tall = random.uniform(48, 66);
  const shell = trace`M -66 30 C -66 ${30 - tall * 1.5} 52 ${30 - tall * 1.5} 54 30 Z`;
  const skin = random.chance(0.5) ? coat.light : mix(coat.mark, '#ffffff', 0.25);
  const leg = (x: number) => limb(brush, trace`M ${x} 26 L ${x + random.uniform(-6, 6)} 52`, 20, skin);
  const plates = trace`M -6 ${30 - tall * 1.1} L -26 ${30 - tall * 0.55} L -16 30 M -6 ${30 - tall * 1.1} L 16 ${30 - tall * 0.55} L 6 30 M -26 ${30 - tall * 0.55} H 16 M -26 ${30 - tall * 0.55} L -58 ${30 - tall * 0.3} M 16 ${30 - tall * 0.55} L 46 ${30 - tall * 0.3}`;
  const lift = random.uniform(-22, 4);
  return [
    castShadow(0, 64, 80),
    path('M -60 26 L -86 38 L -56 38 Z', skin, line),
    leg(-44) + leg(36),
    limb(brush, trace`M 46 24 L 72 ${10 + lift}`, 20, skin),
    ellipse(80, 6 + lift, 21, 17, skin, line),
    path(shell, coat.base, line),
    markings(brush, shell, { left: -60, top: 30 - tall, right: 50, bottom: 30 }),
    stroke(plates, coat.shade, 3.5),
    limb(brush, 'M -64 30 H 52', 9, coat.shade),
    leg(-24) + leg(20),
    drawEyeball({ shape: 'bead', size: 4.5, colour: coat.eye, line: 1 }, 86, 2 + lift, 1, 0),
    stroke(trace`M 98 ${10 + lift} q -8 6 -14 2`, '#2b2320', 2),
  ].join('');
}

export function drawButterfly(brush: Brush): string {
  const { random, coat } = brush;
  const line = outlined(brush);
  const upper = random.uniform(70, 90);
  const lower = random.uniform(48, 66);
  const colour = random.chance(0.5) ? random.pick(ACCENTS) : coat.base;
  const fore = trace`M 4 -8 C 20 ${-upper} ${upper} ${-upper} ${upper} -48 C ${upper} -10 30 4 4 4 Z`;
  const hind = trace`M 4 4 C 40 0 ${lower * 1.2} 16 ${lower} 48 C ${lower * 0.7} 84 14 60 4 16 Z`;
  const [eyeX, eyeY, size] = [upper * 0.68, -44, random.uniform(9, 15)];
  const dots =
    ellipse(eyeX, eyeY, size, size, coat.mark) +
    ellipse(eyeX, eyeY, size * 0.5, size * 0.5, coat.light) +
    ellipse(lower * 0.65, 42, size * 0.8, size * 0.8, coat.mark);
  const half =
    path(hind, mix(colour, coat.mark, 0.35), line) +
    path(fore, colour, line) +
    markings(brush, fore, { left: 4, top: -70, right: upper, bottom: 4 }) +
    dots;
  return [
    place(half, {}),
    place(half, { mirrored: true }),
    stroke('M 2 -34 Q 10 -62 24 -70 M -2 -34 Q -10 -62 -24 -70', '#2b2320', 2.5),
    ellipse(0, 6, 7, 44, mix(coat.shade, '#000000', 0.35), line),
    ellipse(0, -38, 8.5, 8.5, mix(coat.shade, '#000000', 0.35), line),
  ].join('');
}
