// What a cat is and what a dog is, in numbers; all else about their pictures is the same.

import type { Random } from './random.js';
import type { Species } from './species.js';

const DARK = '#231d1c';
const PINK = '#c9736f';

/** A cat: wide short face, upright ears, triangular nose, whiskers, mostly a thin long tail. */
export function cat(random: Random): Species {
  return {
    head: { width: random.uniform(50, 57), height: random.uniform(42, 48), jaw: random.uniform(0.6, 0.8), scale: 1 },
    ears: {
      shape: random.chance(0.93) ? 'pointed' : 'folded',
      size: random.uniform(32, 48),
      marked: random.chance(0.3),
    },
    muzzle: {
      shape: 'puffs',
      width: random.uniform(15, 19),
      height: random.uniform(10, 13),
      length: random.uniform(7, 12),
    },
    nose: { shape: 'triangle', size: random.uniform(5.5, 7.5), colour: random.pick([PINK, PINK, '#d99a8e', DARK]) },
    eyes: { shape: 'slit', size: random.uniform(11, 14), spread: random.uniform(0.42, 0.5) },
    whiskers: random.chance(0.88),
    tongue: random.chance(0.04),
    crown: 'none',
    tail: { shape: random.chance(0.78) ? 'thin' : 'bushy' },
    body: {
      length: random.uniform(46, 57),
      thickness: random.uniform(22, 28),
      waist: random.uniform(0, 0.25),
      neck: random.uniform(6, 16),
    },
    legs: { length: random.uniform(30, 42), thickness: random.uniform(6.5, 9), hooves: false },
  };
}

/** A dog: narrower face, hanging, folded or upright ears, long muzzle, large nose, often the tongue out. */
export function dog(random: Random): Species {
  const upright = random.chance(0.2);
  return {
    head: { width: random.uniform(40, 49), height: random.uniform(44, 52), jaw: random.uniform(0.5, 0.75), scale: 1 },
    ears: {
      shape: upright ? 'pointed' : random.chance(0.7) ? 'floppy' : 'folded',
      size: upright ? random.uniform(28, 42) : random.uniform(42, 66),
      marked: random.chance(0.4),
    },
    muzzle: {
      shape: 'bulb',
      width: random.uniform(20, 27),
      height: random.uniform(18, 24),
      length: random.uniform(24, 46),
    },
    nose: { shape: 'oval', size: random.uniform(9, 12.5), colour: random.chance(0.85) ? DARK : '#6b4436' },
    eyes: {
      shape: random.chance(0.5) ? 'round' : 'bead',
      size: random.uniform(6.5, 9),
      spread: random.uniform(0.4, 0.5),
    },
    whiskers: random.chance(0.05),
    tongue: random.chance(0.5),
    crown: 'none',
    tail: { shape: random.pick(['sabre', 'sabre', 'sabre', 'curl', 'curl', 'bushy', 'stub', 'thin']) },
    body: {
      length: random.uniform(46, 66),
      thickness: random.uniform(23, 31),
      waist: random.uniform(0.1, 0.5),
      neck: random.uniform(12, 28),
    },
    legs: { length: random.uniform(24, 54), thickness: random.uniform(7, 10.5), hooves: false },
  };
}
