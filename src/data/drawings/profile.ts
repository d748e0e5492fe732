// The head of a four-legged animal seen from the side, looking right.

import { drawSideEar } from './ears.js';
import { drawEyeball, drawNose, drawSideCrown } from './features.js';
import { markings } from './markings.js';
import { type Brush, mix } from './palette.js';
import type { Species } from './species.js';
import { ellipse, path, place, stroke, trace } from './svg.js';

/** A head whose skull lies around the origin and whose muzzle points right. */
export function drawProfile(brush: Brush, species: Species): string {
  const { coat, pen } = brush;
  const r = (species.head.width + species.head.height) * 0.48;
  const short = species.muzzle.shape === 'puffs';
  const depth = species.muzzle.height * (short ? 0.95 : 0.7);
  const length = species.muzzle.length;
  const tip = r * (short ? 0.78 : 0.85) + length;
  const drop = r * (short ? 0.42 : 0.35) + length * 0.08;
  const outline =
    trace`M ${-r * 0.1} ${-r} C ${r * 0.5} ${-r} ${r * 0.85} ${-r * 0.6} ${r * 0.92} ${drop - depth * 1.25}` +
    trace`Q ${r * 0.85 + length * 0.5} ${drop - depth * 1.05} ${tip} ${drop - depth} Q ${tip + depth * 0.8} ${drop} ${tip} ${drop + depth}` +
    trace`Q ${r * 0.7 + length * 0.4} ${drop + depth * 1.3} ${r * 0.5} ${r * 0.85} Q 0 ${r * 1.1} ${-r * 0.6} ${r * 0.8}` +
    trace`C ${-r * 1.2} ${r * 0.35} ${-r * 1.1} ${-r} ${-r * 0.1} ${-r} Z`;
  const line = { stroke: pen.colour, 'stroke-width': pen.width };
  const area = { left: -r, top: -r, right: r * 0.6, bottom: r * 0.5 };
  const pale = short
    ? ellipse(tip - depth * 0.5, drop + depth * 0.15, depth * 1.15, depth * 1.05, coat.light)
    : ellipse(tip - depth * 0.2, drop + depth * 0.35, length * 0.6 + depth, depth * 1.15, coat.light);
  const light = brush.clip(outline, pale);
  const mouthY = drop + depth * 0.4;
  const mouth = stroke(
    trace`M ${tip + depth * 0.3} ${mouthY} Q ${tip - length * 0.3} ${mouthY + depth * 0.5} ${tip - length * 0.6 - depth * 0.6} ${mouthY - depth * 0.1}`,
    '#2b2320',
    2.2,
  );
  const tongue = species.tongue
    ? path(
        trace`M ${tip - 4} ${mouthY} Q ${tip} ${mouthY + 26} ${tip - 10} ${mouthY + 26} Q ${tip - 18} ${mouthY + 20} ${tip - 16} ${mouthY + 3} Z`,
        '#d9636b',
      )
    : '';
  const hanging =
    species.ears.shape === 'floppy' || species.ears.shape === 'folded' || species.ears.shape === 'sideways';
  const eyeSize = species.eyes.size * (species.eyes.shape === 'slit' ? 0.78 : 1); // an almond seen from the side is shorter
  const nearEar = drawSideEar(brush, species, r, 0);
  return [
    drawSideCrown(brush, species, r),
    hanging ? '' : drawSideEar(brush, species, r, r * 0.5),
    hanging || species.ears.shape === 'long' ? '' : nearEar,
    tongue,
    path(outline, coat.base, line),
    markings(brush, outline, area),
    light,
    hanging || species.ears.shape === 'long' ? nearEar : '',
    mouth,
    species.whiskers ? drawWhiskers(coat.detail, tip, drop, depth) : '',
    drawTip(brush, species, tip + depth * (short ? 0.08 : 0.25), drop, depth),
    drawEyeball(
      { ...species.eyes, size: eyeSize, colour: coat.eye, line: pen.width },
      r * 0.45,
      -r * 0.12,
      1,
      eyeSize * 0.2,
    ),
  ].join('');
}

function drawTip({ coat, pen }: Brush, species: Species, x: number, y: number, depth: number): string {
  const { shape, size, colour } = species.nose;
  if (shape !== 'nostrils') {
    const nose = drawNose(species, 0, 0);
    return place(nose, { x, y: y - depth * 0.55, scale: shape === 'triangle' ? 0.75 : 1 });
  }
  const disc = species.muzzle.shape === 'snout';
  const line = { stroke: pen.colour, 'stroke-width': pen.width };
  return (
    (disc ? ellipse(x, y, depth * 0.55, depth * 1.3, mix(coat.base, '#e2a49b', 0.6), line) : '') +
    ellipse(disc ? x + 1 : x - size, y - (disc ? 2 : depth * 0.3), size * 0.35, size * 0.6, colour)
  );
}

function drawWhiskers(colour: string, x: number, y: number, depth: number): string {
  const hair = (slope: number) => trace`M ${x - depth * 0.3} ${y + slope * 0.3} q -14 ${slope * 0.4} -34 ${slope}`;
  return stroke(hair(-6) + hair(5) + hair(16), colour, 1.3, { opacity: 0.85 });
}
