// Four-legged animals in their poses: head, trunk, legs and tail put together inside a box of about 200 units.

import { drawFace } from './face.js';
import { markings } from './markings.js';
import { ACCENTS, type Brush, limb, outlined } from './palette.js';
import { drawProfile } from './profile.js';
import { castShadow } from './scene.js';
import type { Species } from './species.js';
import { ellipse, path, place, rectangle, stroke, trace } from './svg.js';
import { drawTail } from './tail.js';

const PAWED = [closeUp, closeUp, sittingFront, sittingSide, standing, standing, lying, peeking] as const;
const HOOFED = [closeUp, closeUp, standing, standing, standing, lying] as const;

/** The animal in a random pose, its middle near the origin. */
export function drawAnimal(brush: Brush, species: Species): string {
  return brush.random.pick(species.legs.hooves ? HOOFED : PAWED)(brush, species);
}

/** A head at a place: mostly a face, in side views often a profile. */
function head(brush: Brush, species: Species, x: number, y: number, scale: number, profile: number): string {
  const { random } = brush;
  const size = scale * species.head.scale;
  const degrees = random.uniform(-12, 12);
  const content = random.chance(profile)
    ? drawProfile(brush, species)
    : drawFace(brush, species, random.uniform(-1, 1));
  return place(content, { x, y, scale: size, degrees });
}

/** Wool is light, whatever the colour of head and legs. */
function trunkColour({ coat }: Brush, { crown }: Species): string {
  return crown === 'wool' ? coat.light : coat.base;
}

/** Head and shoulders, as large as the picture. */
function closeUp(brush: Brush, species: Species): string {
  const { random, coat } = brush;
  const chest = random.uniform(42, 62);
  const outline = trace`M ${-chest * 0.55} 20 C ${-chest} 50 ${-chest * 1.15} 80 ${-chest * 1.1} 130 V 300 H ${chest * 1.1} V 130 C ${chest * 1.15} 80 ${chest} 50 ${chest * 0.55} 20 Z`;
  const area = { left: -chest, top: 40, right: chest, bottom: 130 };
  const bib = random.chance(0.4) ? brush.clip(outline, ellipse(0, 85, chest * 0.5, 40, coat.light)) : '';
  return (
    path(outline, trunkColour(brush, species), outlined(brush)) +
    markings(brush, outline, area) +
    bib +
    collar(brush, 0, 44, chest * 0.62) +
    head(brush, species, random.uniform(-8, 8), -8, 1.28 / species.head.scale, 0.2)
  );
}

/** A head and two paws above an edge. */
function peeking(brush: Brush, species: Species): string {
  const { random, coat } = brush;
  const edge = rectangle(
    -250,
    48,
    500,
    250,
    random.pick([coat.mark, '#8a6f56', '#b9c4c9', '#6d7f6b']),
    outlined(brush),
  );
  const paw = (x: number) => ellipse(x, 50, 16, 13, coat.base, outlined(brush)) + toes(brush, x, 50, 13);
  const neck = limb(brush, trace`M 0 20 V 110`, 74, coat.base);
  const shift = random.uniform(-10, 10);
  return (
    neck + head(brush, species, shift, -2, 1.15 / species.head.scale, 0.1) + edge + paw(shift - 58) + paw(shift + 58)
  );
}

/** Now and then a collar, below the head. */
function collar({ random }: Brush, x: number, y: number, reach: number): string {
  if (random.chance(0.7)) return '';
  const band = stroke(trace`M ${x - reach} ${y} q ${reach} ${reach * 0.55} ${reach * 2} 0`, random.pick(ACCENTS), 8);
  return band + ellipse(x, y + reach * 0.28 + 7, 5, 5, '#f0cf5a');
}

function toes({ coat }: Brush, x: number, y: number, size: number): string {
  const toe = (dx: number) => trace`M ${x + dx * size} ${y + size * 0.1} v ${size * 0.6}`;
  return stroke(toe(-0.35) + toe(0.35), coat.detail, 1.4, { opacity: 0.7 });
}

/** A foot at the end of a leg: a paw, or a hoof. */
function foot(brush: Brush, { legs }: Species, x: number, y: number, colour: string): string {
  const size = legs.thickness;
  if (legs.hooves) return rectangle(x - size, y - size * 0.6, size * 2, size * 1.5, '#3a302b', { rx: 2 });
  return ellipse(x + size * 0.4, y, size * 1.45, size * 0.95, colour, outlined(brush));
}

function standing(brush: Brush, species: Species): string {
  const { random, coat } = brush;
  const { length: l, thickness: t, waist, neck } = species.body;
  const { length: reach, thickness } = species.legs;
  const belly = t * (0.95 - waist);
  const outline =
    trace`M ${-l} ${-t * 0.9} Q 0 ${-t * random.uniform(0.65, 1.05)} ${l * 0.8} ${-t} C ${l * 1.3} ${-t} ${l * 1.25} ${t} ${l * 0.8} ${t}` +
    trace`Q 0 ${belly} ${-l * 0.75} ${t * 0.9} C ${-l * 1.35} ${t} ${-l * 1.35} ${-t * 0.9} ${-l} ${-t * 0.9} Z`;
  const ground = t * 0.8 + reach;
  const step = random.uniform(-1, 1) * reach * 0.4;
  const sock = random.chance(0.3) ? coat.light : coat.base;
  const leg = (x: number, stride: number, colour: string, paw: string) =>
    limb(brush, trace`M ${x} ${t * 0.3} Q ${x - 2} ${ground * 0.6} ${x + stride} ${ground}`, thickness * 2, colour) +
    foot(brush, species, x + stride, ground, paw);
  const headX = l * 0.95 + neck * 0.55 + 4;
  const headY = -t - neck;
  const side = [
    castShadow(0, ground + thickness, l * 1.35),
    drawTail(brush, species, -l * 1.12, -t * 0.5),
    leg(-l * 0.7, -step, coat.shade, coat.shade) + leg(l * 0.72, step, coat.shade, coat.shade),
    limb(brush, trace`M ${l * 0.72} ${-t * 0.05} L ${headX - 6} ${headY + 6}`, t * 1.25, coat.base),
    leg(-l * 0.9, step, coat.base, sock) + leg(l * 0.85, -step, coat.base, sock),
    ellipse(-l * 0.88, t * 0.45, t * 0.62, t * 0.9, coat.base, outlined(brush)),
    path(outline, coat.base, outlined(brush)),
    markings(brush, outline, { left: -l * 1.2, top: -t, right: l * 1.1, bottom: t }),
    species.crown === 'wool' ? fleece(brush, l, t) : '',
    head(brush, species, headX, headY, 0.62, 0.6),
  ].join('');
  return place(side, { x: -8, y: (neck + t * 0.2 - reach) * 0.45, scale: 0.95 });
}

function fleece(brush: Brush, l: number, t: number): string {
  const puffs = Array.from({ length: 12 }, (_, i) => {
    const x = ((i % 6) / 5 - 0.5) * 2.1 * l;
    return ellipse(x, (i < 6 ? -0.7 : 0.5) * t, l * 0.3, t * 0.55, brush.coat.light, outlined(brush));
  });
  return puffs.join('') + ellipse(0, 0, l, t * 0.85, brush.coat.light);
}

function sittingFront(brush: Brush, species: Species): string {
  const { random, coat } = brush;
  const wide = species.body.thickness * random.uniform(1.35, 1.65);
  const outline = trace`M ${-wide * 0.45} -40 C ${-wide * 0.75} -5 ${-wide * 1.15} 25 ${-wide * 1.05} 72 Q 0 98 ${wide * 1.05} 72 C ${wide * 1.15} 25 ${wide * 0.75} -5 ${wide * 0.45} -40 Z`;
  const { thickness } = species.legs;
  const sock = random.chance(0.4) ? coat.light : coat.base;
  const front = (x: number) =>
    limb(brush, trace`M ${x} 22 V 80`, thickness * 2, coat.base) + foot(brush, species, x - thickness * 0.4, 84, sock);
  const hind = (x: number) => ellipse(x, 80, thickness * 1.9, thickness * 1.15, sock, outlined(brush));
  return [
    castShadow(0, 88, wide * 1.3),
    drawTail(brush, species, -wide * 0.85, 62),
    path(outline, coat.base, outlined(brush)),
    markings(brush, outline, { left: -wide, top: -20, right: wide, bottom: 85 }),
    random.chance(0.5) ? ellipse(0, 10, wide * 0.42, 32, coat.light) : '',
    species.legs.hooves ? '' : hind(-wide * 0.85) + hind(wide * 0.85),
    front(-thickness * 1.2) + front(thickness * 1.2),
    collar(brush, 0, -14, wide * 0.5),
    head(brush, species, random.uniform(-5, 5), -46, 0.75, 0.08),
  ].join('');
}

function sittingSide(brush: Brush, species: Species): string {
  const { random, coat } = brush;
  const t = species.body.thickness;
  const { thickness } = species.legs;
  const outline = trace`M 12 -45 C -25 -25 ${-t * 2} 20 ${-t * 1.75} 78 Q -10 92 24 80 C 38 50 50 10 42 -35 Z`;
  const sock = random.chance(0.4) ? coat.light : coat.base;
  return [
    castShadow(-8, 86, t * 2.2),
    drawTail(brush, species, -t * 1.6, 70),
    limb(brush, 'M 34 10 V 78', thickness * 2, coat.shade) + foot(brush, species, 34, 82, coat.shade),
    path(outline, coat.base, outlined(brush)),
    markings(brush, outline, { left: -t * 1.8, top: -30, right: 42, bottom: 80 }),
    limb(brush, 'M 26 15 Q 24 50 27 80', thickness * 2, coat.base) + foot(brush, species, 27, 84, sock),
    ellipse(-14, 56, t * 1.05, t * 0.95, coat.base, outlined(brush)) + foot(brush, species, 2, 84, sock),
    collar(brush, 26, -22, 21),
    head(brush, species, 32, -52, 0.72, 0.6),
  ].join('');
}

function lying(brush: Brush, species: Species): string {
  const { random, coat } = brush;
  const t = species.body.thickness * 1.15;
  const { thickness } = species.legs;
  const outline = trace`M -88 52 C -100 ${52 - t * 1.6} -60 ${48 - t * 2.1} -10 ${46 - t * 1.8} C 30 ${42 - t * 1.9} 66 ${20 - t * 0.4} 62 54 Z`;
  const sock = random.chance(0.4) ? coat.light : coat.base;
  const paw = (y: number, end: number) =>
    limb(brush, trace`M 40 ${y} H ${end}`, thickness * 1.9, coat.base) + foot(brush, species, end, y, sock);
  return [
    castShadow(-4, 58, 100),
    drawTail(brush, species, -84, 38),
    paw(42, 80),
    path(outline, trunkColour(brush, species), outlined(brush)),
    markings(brush, outline, { left: -88, top: 50 - t * 2, right: 60, bottom: 55 }),
    ellipse(-56, 54 - t * 0.75, t * 1.05, t * 0.8, trunkColour(brush, species), outlined(brush)) +
      foot(brush, species, -40, 52, sock),
    paw(52, 86),
    head(brush, species, 50, 4 - t * 0.6, 0.68, 0.45),
  ].join('');
}
