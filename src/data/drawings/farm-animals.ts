// Four-legged animals of the farm, for pretraining: faces with snouts and horns, ears that stand out or hang.

import type { Random } from './random.js';
import type { Species } from './species.js';

const DARK = '#231d1c';

export function cow(random: Random): Species {
  return {
    head: { width: random.uniform(38, 44), height: random.uniform(50, 56), jaw: 0.6, scale: random.uniform(0.8, 0.9) },
    ears: { shape: 'sideways', size: random.uniform(22, 28), marked: random.chance(0.5) },
    muzzle: {
      shape: 'broad',
      width: random.uniform(30, 36),
      height: random.uniform(20, 25),
      length: random.uniform(34, 44),
    },
    nose: { shape: 'nostrils', size: random.uniform(9, 12), colour: '#5d3a38' },
    eyes: { shape: random.pick(['round', 'bead']), size: random.uniform(6, 8), spread: 0.62 },
    whiskers: false,
    tongue: false,
    crown: 'horns',
    tail: { shape: 'tuft' },
    body: { length: random.uniform(68, 78), thickness: random.uniform(36, 42), waist: 0, neck: random.uniform(2, 14) },
    legs: { length: random.uniform(34, 44), thickness: random.uniform(9, 12), hooves: true },
  };
}

export function goat(random: Random): Species {
  return {
    head: { width: random.uniform(35, 41), height: random.uniform(48, 54), jaw: 0.3, scale: random.uniform(0.8, 0.9) },
    ears: { shape: random.pick(['floppy', 'sideways']), size: random.uniform(32, 48), marked: random.chance(0.4) },
    muzzle: {
      shape: 'bulb',
      width: random.uniform(17, 21),
      height: random.uniform(17, 21),
      length: random.uniform(34, 44),
    },
    nose: { shape: 'triangle', size: random.uniform(6, 8), colour: DARK },
    eyes: { shape: 'round', size: random.uniform(7, 9), spread: 0.55 },
    whiskers: false,
    tongue: random.chance(0.15),
    crown: 'horns',
    tail: { shape: 'stub' },
    body: { length: random.uniform(50, 62), thickness: random.uniform(26, 32), waist: 0, neck: random.uniform(14, 26) },
    legs: { length: random.uniform(36, 46), thickness: random.uniform(6, 8), hooves: true },
  };
}

export function horse(random: Random): Species {
  return {
    head: {
      width: random.uniform(32, 37),
      height: random.uniform(46, 52),
      jaw: 0.4,
      scale: random.uniform(0.72, 0.82),
    },
    ears: { shape: 'pointed', size: random.uniform(18, 26), marked: false },
    muzzle: {
      shape: 'broad',
      width: random.uniform(22, 26),
      height: random.uniform(24, 28),
      length: random.uniform(58, 72),
    },
    nose: { shape: 'nostrils', size: random.uniform(7, 9), colour: DARK },
    eyes: { shape: 'bead', size: random.uniform(6, 8), spread: 0.72 },
    whiskers: false,
    tongue: false,
    crown: 'mane',
    tail: { shape: 'tuft' },
    body: {
      length: random.uniform(60, 70),
      thickness: random.uniform(26, 31),
      waist: 0.2,
      neck: random.uniform(34, 46),
    },
    legs: { length: random.uniform(56, 68), thickness: random.uniform(6, 8), hooves: true },
  };
}

export function pig(random: Random): Species {
  return {
    head: {
      width: random.uniform(46, 53),
      height: random.uniform(44, 50),
      jaw: 0.75,
      scale: random.uniform(0.85, 0.95),
    },
    ears: {
      shape: random.pick(['folded', 'sideways', 'pointed']),
      size: random.uniform(24, 32),
      marked: random.chance(0.2),
    },
    muzzle: {
      shape: 'snout',
      width: random.uniform(20, 25),
      height: random.uniform(15, 19),
      length: random.uniform(16, 26),
    },
    nose: { shape: 'nostrils', size: random.uniform(7, 9), colour: '#7d3f45' },
    eyes: { shape: 'bead', size: random.uniform(5, 7), spread: 0.48 },
    whiskers: false,
    tongue: false,
    crown: 'none',
    tail: { shape: 'curl' },
    body: {
      length: random.uniform(64, 74),
      thickness: random.uniform(38, 45),
      waist: -0.1,
      neck: random.uniform(-8, 0),
    },
    legs: { length: random.uniform(16, 24), thickness: random.uniform(8, 11), hooves: true },
  };
}

export function sheep(random: Random): Species {
  return {
    head: { width: random.uniform(34, 40), height: random.uniform(46, 52), jaw: 0.5, scale: random.uniform(0.8, 0.9) },
    ears: { shape: 'sideways', size: random.uniform(20, 27), marked: false },
    muzzle: { shape: 'bare', width: 18, height: 20, length: random.uniform(28, 36) },
    nose: { shape: 'triangle', size: random.uniform(7, 9), colour: DARK },
    eyes: { shape: 'round', size: random.uniform(7, 9), spread: 0.55 },
    whiskers: false,
    tongue: false,
    crown: 'wool',
    tail: { shape: 'stub' },
    body: { length: random.uniform(56, 64), thickness: random.uniform(34, 40), waist: 0, neck: random.uniform(2, 12) },
    legs: { length: random.uniform(24, 32), thickness: random.uniform(6, 8), hooves: true },
  };
}
