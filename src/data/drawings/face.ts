// The head of a four-legged animal seen from the front, turned a little left or right.

import { drawFrontEar } from './ears.js';
import { drawEyeball, drawFrontCrown, drawNose } from './features.js';
import { markings } from './markings.js';
import { type Brush, mix } from './palette.js';
import type { Species } from './species.js';
import { ellipse, path, stroke, trace } from './svg.js';

const PINK = '#e2a49b';

/** A head around the origin; `turn` from -1 (looking left) to 1 (looking right). */
export function drawFace(brush: Brush, species: Species, turn: number): string {
  const { coat, pen } = brush;
  const { width: w, height: h, jaw } = species.head;
  const outline =
    trace`M 0 ${-h} C ${w * 0.7} ${-h} ${w} ${-h * 0.5} ${w} ${h * 0.15} C ${w} ${h * 0.65} ${w * jaw} ${h} 0 ${h}` +
    trace`C ${-w * jaw} ${h} ${-w} ${h * 0.65} ${-w} ${h * 0.15} C ${-w} ${-h * 0.5} ${-w * 0.7} ${-h} 0 ${-h} Z`;
  const line = { stroke: pen.colour, 'stroke-width': pen.width };
  const hanging = species.ears.shape === 'floppy' || species.ears.shape === 'folded';
  const ears = drawFrontEar(brush, species, -1, turn) + drawFrontEar(brush, species, 1, turn);
  const skull =
    path(outline, coat.base, line) + markings(brush, outline, { left: -w, top: -h, right: w, bottom: h * 0.6 });
  return [
    species.crown === 'none' ? '' : drawFrontCrown(brush, species),
    hanging ? '' : ears,
    skull,
    hanging ? ears : '',
    drawMuzzle(brush, species, turn),
    drawEye(brush, species, -1, turn),
    drawEye(brush, species, 1, turn),
  ].join('');
}

function drawMuzzle({ random, coat, pen }: Brush, species: Species, turn: number): string {
  const { width: w, height: h } = species.head;
  const { shape, width, height, length } = species.muzzle;
  const x = turn * (w * 0.2 + length * 0.45);
  const y = h * 0.42 + length * 0.12;
  const line = { stroke: pen.colour, 'stroke-width': pen.width * 0.6 };
  const nose = drawNose(species, x, y - height * 0.6);
  const onLight = shape !== 'puffs' && shape !== 'bare';
  const mouth = (data: string) => stroke(data, onLight ? '#2b2320' : coat.detail, 2.2);
  const whiskers = species.whiskers ? drawWhiskers(coat.detail, x, y, width) : '';
  const tongue = species.tongue
    ? path(
        trace`M ${x - 7} ${y + height * 0.5} V ${y + height + 6} Q ${x} ${y + height + 18} ${x + 7} ${y + height + 6} V ${y + height * 0.5} Z`,
        '#d9636b',
      )
    : '';
  switch (shape) {
    case 'puffs': {
      const puff = (side: number) => ellipse(x + side * width * 0.5, y, width * 0.58, height, coat.light);
      const smile = trace`M ${x - width * 0.7} ${y + height * 0.25} Q ${x - width * 0.3} ${y + height * 0.95} ${x} ${y + height * 0.1} Q ${x + width * 0.3} ${y + height * 0.95} ${x + width * 0.7} ${y + height * 0.25} M ${x} ${y + height * 0.1} V ${y - height * 0.5}`;
      return (
        ellipse(x, y + height * 0.75, width * 0.45, height * 0.6, coat.light) +
        puff(-1) +
        puff(1) +
        whiskers +
        mouth(smile) +
        nose
      );
    }
    case 'bulb': {
      const eyeX = turn * w * 0.2;
      const bridge = trace`M ${eyeX - width * 0.34} ${-h * 0.35} Q ${eyeX} ${-h * 0.75} ${eyeX + width * 0.34} ${-h * 0.35} L ${x + width * 0.8} ${y} H ${x - width * 0.8} Z`;
      const smile = trace`M ${x - width * 0.75} ${y + height * 0.35} Q ${x - width * 0.35} ${y + height * 0.85} ${x} ${y + height * 0.4} Q ${x + width * 0.35} ${y + height * 0.85} ${x + width * 0.75} ${y + height * 0.35} M ${x} ${y + height * 0.4} V ${y - height * 0.4}`;
      const blaze = random.chance(0.7) ? path(bridge, coat.light) : '';
      return blaze + tongue + ellipse(x, y, width, height, coat.light, line) + whiskers + mouth(smile) + nose;
    }
    case 'snout':
      return (
        ellipse(x, y - height * 0.2, width, height, mix(coat.base, PINK, 0.6), line) +
        nose +
        mouth(
          trace`M ${x - width * 0.6} ${y + height * 1.05} Q ${x} ${y + height * 1.5} ${x + width * 0.6} ${y + height * 1.05}`,
        )
      );
    case 'broad':
      return (
        ellipse(x, y + height * 0.1, width, height, mix(coat.light, PINK, 0.5), line) +
        nose +
        mouth(
          trace`M ${x - width * 0.5} ${y + height * 0.45} Q ${x} ${y + height * 0.75} ${x + width * 0.5} ${y + height * 0.45}`,
        )
      );
    case 'mask': {
      const cheek = (side: number) =>
        trace`M ${x} ${y - height * 0.4} Q ${side * w * 0.35} ${h * 0.3} ${side * w * 0.9} ${h * 0.2} Q ${side * w * 0.75} ${h * 0.8} ${x} ${h * 0.99} Z`;
      const smile = trace`M ${x - width} ${y + height * 0.5} Q ${x} ${y + height} ${x + width} ${y + height * 0.5}`;
      return path(cheek(-1) + cheek(1), coat.light) + mouth(smile) + nose;
    }
    case 'bare':
      return nose + mouth(trace`M ${x - width * 0.5} ${y + height * 0.3} q ${width * 0.5} ${height * 0.4} ${width} 0`);
  }
}

function drawWhiskers(colour: string, x: number, y: number, width: number): string {
  let data = '';
  for (const side of [-1, 1]) {
    for (const slope of [-9, 1, 11]) {
      data += trace`M ${x + side * width * 0.7} ${y + slope * 0.3} q ${side * 24} ${slope * 0.4 - 3} ${side * 44} ${slope}`;
    }
  }
  return stroke(data, colour, 1.3, { opacity: 0.85 });
}

function drawEye({ coat, pen }: Brush, species: Species, side: -1 | 1, turn: number): string {
  const { width: w, height: h } = species.head;
  const { shape, size, spread } = species.eyes;
  const x = turn * w * 0.2 + side * w * spread * (1 - 0.18 * Math.max(0, side * turn));
  return drawEyeball({ shape, size, colour: coat.eye, line: pen.width }, x, -h * 0.1, side, turn * size * 0.2);
}
