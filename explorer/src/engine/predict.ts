// Logits into the most probable classes.

/** A class with its share of the probability. */
export interface Likely {
  readonly index: number;
  readonly probability: number;
}

/** Softmax, the most probable first. */
export function likeliest(logits: Float32Array): Likely[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers
    .map((power, index) => ({ index, probability: power / sum }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index);
}
