// The drawings' public face: what to draw, how to render it, how to write a set.

export { CATS_AND_DOGS, type DrawnClass, drawCat, drawDog, PRETRAINING_CLASSES } from './classes.js';
export { type DrawnSet, type DrawSetOptions, drawPicture, drawSet } from './draw-set.js';
export { createRandom, type Random } from './random.js';
export { type RenderOptions, renderJpeg } from './render.js';
