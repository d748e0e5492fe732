// Whole Keras models as a Sequential: architecture and weights from one file, or from two.
import type { DescribeOptions } from '../vgg16/describe.js';
import { openModel } from '../vgg16/describe.js';
import { fillNetwork } from '../vgg16/load.js';
import { Sequential, type SequentialOptions } from './sequential.js';

export interface LoadModelOptions
  extends Pick<SequentialOptions, 'adapter' | 'say' | 'engine' | 'seed'>,
    Omit<DescribeOptions, 'whole'> {
  /** Told how many bytes of weights are on the GPU. */
  readonly onLoad?: ((done: number, total: number) => void) | undefined;
}

/**
 * Loads a model that Keras 1, 2 or 3 saved whole (.h5, .keras), that `saveModel` saved, or, with `architecture`, weights whose
 * architecture lies beside them. Sequential models and Functional chains of the layers that this project has.
 * @throws VggpuError 'weights' naming the layer that is not supported and its place, or what is damaged; 'usage', 'device', 'memory'
 */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Sequential> {
  const { adapter, say, engine, seed, onLoad, ...describe } = options;
  const { file, description } = await openModel(path, { ...describe, whole: true, onProgress: onLoad });
  try {
    const { spec, layers, order, classes, named, notes } = description;
    for (const note of notes) (say ?? console.error)(note);
    const model = new Sequential({
      ...{ adapter, say, engine, seed, layers, resize: spec.preprocessing.resize },
      classes: named ? classes.map(({ name }) => name) : [],
    });
    try {
      await fillNetwork(await model.network(), file, order);
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  } finally {
    await file.close();
  }
}
