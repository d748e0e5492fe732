// The names of ImageNet's classes, by the index of the network's output.

import { IMAGENET_CLASSES } from './classes.js';

/** A class of ImageNet. */
export interface ImagenetClass {
  /** WordNet's id, such as n02123045. */
  wnid: string;
  /** The name as Keras prints it, such as tabby. Two pairs of classes share a name (crane, maillot). */
  name: string;
}

let parsed: readonly ImagenetClass[] | undefined;

/** @returns the 1,000 classes, in the order of VGG16's outputs */
export function imagenetClasses(): readonly ImagenetClass[] {
  parsed ??= IMAGENET_CLASSES.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return { wnid: line.slice(0, space), name: line.slice(space + 1) };
  });
  return parsed;
}
