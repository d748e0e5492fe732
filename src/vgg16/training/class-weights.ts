// What a picture of each class counts in the training loss.
import { VggpuError } from '../../errors.js';
import type { Batches } from '../batches.js';

/** 'balanced': classes with fewer pictures count more; or a factor for each class by name, 1 where not given. */
export type ClassWeights = 'balanced' | Readonly<Record<string, number>>;

/**
 * @returns (classes). Balanced weights are pictures / (classes * pictures of the class), as scikit-learn has them (King and
 *   Zeng 2001), so that they average to 1 over the pictures
 * @throws VggpuError 'usage' for a class that is not there, or a factor that is no number above 0
 */
export function classWeightsOf(weights: ClassWeights, { classes, folder }: Batches): Float32Array<ArrayBuffer> {
  if (weights === 'balanced') {
    const counts = classes.map((_, label) => folder.files.filter((file) => file.label === label).length);
    return Float32Array.from(counts, (count) => folder.files.length / (classes.length * Math.max(1, count)));
  }
  for (const [name, factor] of Object.entries(weights)) {
    if (!classes.includes(name)) {
      throw new VggpuError('usage', `No class is called ${name}; the classes are ${classes.join(', ')}.`);
    }
    if (!(Number.isFinite(factor) && factor > 0)) {
      throw new VggpuError('usage', `The weight of class ${name} must be a number above 0, not ${factor}.`);
    }
  }
  return Float32Array.from(classes, (name) => weights[name] ?? 1);
}
