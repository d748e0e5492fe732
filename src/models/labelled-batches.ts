// Folders of pictures as a model's training takes them: pictures and the index of each one's class.
import type { LabelledBatch } from '../nn/epochs.js';
import type { Batches } from '../vgg16/batches.js';

/** Decoded pictures with their classes and names. */
export interface Labelled extends LabelledBatch {
  readonly fileNames: readonly string[];
}

/** One epoch's batches. */
export async function* labelledBatches(batches: Batches): AsyncGenerator<Labelled, void, undefined> {
  for await (const { images, labels, fileNames } of batches) {
    yield { x: images, labels: Uint32Array.from(labels, (row) => row.indexOf(1)), fileNames };
  }
}
