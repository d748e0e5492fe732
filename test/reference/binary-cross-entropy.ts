// Cross-entropy of one sigmoid unit from its logit, in float64, as Keras' binary_crossentropy defines it.
import { sigmoidForward } from './sigmoid.js';

/** -log p where the label is 1, -log(1 - p) where it is 0, in nats. */
export function binaryCrossEntropyForward(x: Float64Array, labels: Float64Array): Float64Array {
  return sigmoidForward(x).map((p, i) => -Math.log(labels[i] === 1 ? p : 1 - p));
}

export function binaryCrossEntropyBackward(x: Float64Array, labels: Float64Array, scale: number): Float64Array {
  return sigmoidForward(x).map((p, i) => scale * (p - labels[i]!));
}
