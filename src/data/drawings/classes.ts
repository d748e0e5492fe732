// The classes that can be drawn: cats and dogs for the demo, others to pretrain a small network on.

import { drawAnimal } from './body.js';
import { cat, dog } from './cat-and-dog.js';
import { drawBird, drawButterfly, drawFish, drawOwl, drawTurtle } from './creatures.js';
import { cow, goat, horse, pig, sheep } from './farm-animals.js';
import { drawBoat, drawCar, drawCup, drawFlower, drawHouse, drawMushroom, drawTree } from './objects.js';
import type { Random } from './random.js';
import { drawScene, type Figure } from './scene.js';
import type { Species } from './species.js';
import { bear, fox, lion, mouse, rabbit, squirrel } from './wild-animals.js';

/** A class by name, and how one picture of it is drawn, as SVG text. */
export interface DrawnClass {
  readonly name: string;
  readonly draw: (random: Random) => string;
}

function mammal(name: string, species: (random: Random) => Species, natural?: readonly string[]): DrawnClass {
  return {
    name,
    draw: (random) => {
      const traits = species(random);
      return drawScene(random, (brush) => drawAnimal(brush, traits), natural);
    },
  };
}

function figure(name: string, draw: Figure, natural?: readonly string[]): DrawnClass {
  return { name, draw: (random) => drawScene(random, draw, natural) };
}

const CAT = mammal('cat', cat);
const DOG = mammal('dog', dog);

/** The two classes of the demo; colours, coats, poses, backgrounds and sizes are the same for both. */
export const CATS_AND_DOGS: readonly DrawnClass[] = [CAT, DOG];

export const drawCat = CAT.draw;
export const drawDog = DOG.draw;

/** Classes in the same style, without cats and dogs. */
export const PRETRAINING_CLASSES: readonly DrawnClass[] = [
  mammal('bear', bear, ['#573a2a', '#f4efe6', '#2e2a2b']),
  figure('bird', drawBird, ['#3f7cac', '#c8453b', '#e7b93f']),
  figure('boat', drawBoat),
  figure('butterfly', drawButterfly),
  figure('car', drawCar),
  mammal('cow', cow, ['#f4efe6', '#8a5a34', '#2e2a2b']),
  figure('cup', drawCup),
  figure('fish', drawFish, ['#d98a3d', '#3f7cac', '#48a9a6']),
  figure('flower', drawFlower),
  mammal('fox', fox, ['#c4602a', '#d98a3d']),
  mammal('goat', goat, ['#f4efe6', '#8a5a34', '#8d8f94']),
  mammal('horse', horse, ['#8a5a34', '#573a2a']),
  figure('house', drawHouse),
  mammal('lion', lion, ['#d9a24e', '#c9a877']),
  mammal('mouse', mouse, ['#8d8f94', '#c2c5c9']),
  figure('mushroom', drawMushroom, ['#c8453b']),
  figure('owl', drawOwl, ['#8a5a34', '#c9a877']),
  mammal('pig', pig, ['#e8aaa0', '#e58f7b']),
  mammal('rabbit', rabbit, ['#f4efe6', '#c9a877']),
  mammal('sheep', sheep, ['#2e2a2b', '#e8d3ac']),
  mammal('squirrel', squirrel, ['#a9502c', '#8d8f94']),
  figure('tree', drawTree),
  figure('turtle', drawTurtle, ['#5a9367', '#7a8f4e']),
];
