// Four-legged animals of wood and savanna, for pretraining: ears of all shapes, whiskers, puffed and pointed muzzles.

import type { Random } from './random.js';
import type { Species } from './species.js';

const DARK = '#231d1c';
const PINK = '#c9736f';

export function bear(random: Random): Species {
  return {
    head: {
      width: random.uniform(48, 55),
      height: random.uniform(44, 50),
      jaw: 0.75,
      scale: random.uniform(0.8, 0.95),
    },
    ears: { shape: 'round', size: random.uniform(15, 21), marked: random.chance(0.3) },
    muzzle: {
      shape: 'bulb',
      width: random.uniform(20, 26),
      height: random.uniform(16, 20),
      length: random.uniform(18, 28),
    },
    nose: { shape: 'oval', size: random.uniform(9, 12), colour: DARK },
    eyes: { shape: 'bead', size: random.uniform(5, 7), spread: 0.4 },
    whiskers: false,
    tongue: random.chance(0.1),
    crown: 'none',
    tail: { shape: 'stub' },
    body: { length: random.uniform(62, 74), thickness: random.uniform(38, 46), waist: 0, neck: random.uniform(0, 8) },
    legs: { length: random.uniform(24, 34), thickness: random.uniform(12, 16), hooves: false },
  };
}

export function fox(random: Random): Species {
  return {
    head: {
      width: random.uniform(48, 55),
      height: random.uniform(42, 48),
      jaw: random.uniform(0.08, 0.2),
      scale: 0.95,
    },
    ears: { shape: 'pointed', size: random.uniform(42, 54), marked: random.chance(0.4) },
    muzzle: { shape: 'mask', width: 12, height: 13, length: random.uniform(38, 50) },
    nose: { shape: 'oval', size: random.uniform(6, 8), colour: DARK },
    eyes: { shape: 'slit', size: random.uniform(7, 9), spread: 0.42 },
    whiskers: false,
    tongue: false,
    crown: 'none',
    tail: { shape: 'bushy' },
    body: {
      length: random.uniform(56, 66),
      thickness: random.uniform(20, 25),
      waist: 0.2,
      neck: random.uniform(8, 18),
    },
    legs: { length: random.uniform(32, 42), thickness: random.uniform(5.5, 7), hooves: false },
  };
}

export function lion(random: Random): Species {
  return {
    head: {
      width: random.uniform(45, 51),
      height: random.uniform(44, 50),
      jaw: 0.75,
      scale: random.uniform(0.85, 0.95),
    },
    ears: { shape: 'round', size: random.uniform(12, 16), marked: random.chance(0.2) },
    muzzle: {
      shape: random.pick(['puffs', 'bulb']),
      width: random.uniform(19, 23),
      height: random.uniform(14, 18),
      length: random.uniform(14, 22),
    },
    nose: { shape: 'triangle', size: random.uniform(8, 10), colour: DARK },
    eyes: { shape: random.pick(['slit', 'round']), size: random.uniform(7, 10), spread: 0.42 },
    whiskers: random.chance(0.6),
    tongue: random.chance(0.1),
    crown: 'ruff',
    tail: { shape: 'tuft' },
    body: {
      length: random.uniform(56, 66),
      thickness: random.uniform(27, 33),
      waist: random.uniform(0.1, 0.3),
      neck: random.uniform(8, 18),
    },
    legs: { length: random.uniform(32, 42), thickness: random.uniform(9, 11), hooves: false },
  };
}

export function mouse(random: Random): Species {
  return {
    head: {
      width: random.uniform(38, 45),
      height: random.uniform(38, 44),
      jaw: 0.35,
      scale: random.uniform(0.9, 1.05),
    },
    ears: { shape: 'round', size: random.uniform(27, 36), marked: random.chance(0.2) },
    muzzle: { shape: 'puffs', width: random.uniform(9, 12), height: 8, length: random.uniform(22, 30) },
    nose: { shape: 'oval', size: 6, colour: random.pick([PINK, DARK]) },
    eyes: { shape: 'bead', size: random.uniform(6, 9), spread: 0.48 },
    whiskers: random.chance(0.9),
    tongue: false,
    crown: 'none',
    tail: { shape: 'thin', colour: '#d9a39b' },
    body: { length: random.uniform(44, 54), thickness: random.uniform(27, 34), waist: 0, neck: random.uniform(-4, 4) },
    legs: { length: random.uniform(10, 18), thickness: random.uniform(5, 7), hooves: false },
  };
}

export function rabbit(random: Random): Species {
  return {
    head: {
      width: random.uniform(40, 47),
      height: random.uniform(42, 48),
      jaw: 0.65,
      scale: random.uniform(0.85, 0.95),
    },
    ears: { shape: random.chance(0.75) ? 'long' : 'floppy', size: random.uniform(46, 62), marked: random.chance(0.3) },
    muzzle: { shape: 'puffs', width: random.uniform(13, 16), height: 11, length: random.uniform(8, 13) },
    nose: { shape: 'triangle', size: 5.5, colour: random.pick([PINK, DARK]) },
    eyes: { shape: random.pick(['round', 'bead']), size: random.uniform(8, 11), spread: 0.58 },
    whiskers: random.chance(0.7),
    tongue: false,
    crown: 'none',
    tail: { shape: 'stub', colour: '#f3ece0' },
    body: { length: random.uniform(44, 54), thickness: random.uniform(29, 36), waist: 0, neck: random.uniform(0, 8) },
    legs: { length: random.uniform(16, 26), thickness: random.uniform(8, 10), hooves: false },
  };
}

export function squirrel(random: Random): Species {
  return {
    head: {
      width: random.uniform(43, 49),
      height: random.uniform(41, 46),
      jaw: 0.6,
      scale: random.uniform(0.85, 0.95),
    },
    ears: { shape: 'round', size: random.uniform(12, 16), marked: random.chance(0.3) },
    muzzle: { shape: 'puffs', width: random.uniform(12, 15), height: 11, length: random.uniform(12, 18) },
    nose: { shape: 'triangle', size: 5.5, colour: random.pick([PINK, DARK]) },
    eyes: { shape: 'bead', size: random.uniform(8, 11), spread: 0.52 },
    whiskers: random.chance(0.6),
    tongue: false,
    crown: 'none',
    tail: { shape: 'plume' },
    body: { length: random.uniform(42, 50), thickness: random.uniform(24, 30), waist: 0, neck: random.uniform(2, 10) },
    legs: { length: random.uniform(14, 22), thickness: random.uniform(6, 8), hooves: false },
  };
}
