// Cross-entropy of softmax from logits, in float64.
import { softmaxForward } from './softmax.js';

interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/** The loss of each row in nats; NaN where the label is no column. */
export function softmaxCrossEntropyForward(d: Shape, x: Float64Array, labels: Float64Array): Float64Array {
  return labels.map((label, r) => {
    if (label >= d.columns) return Number.NaN;
    const row = x.subarray(r * d.columns, (r + 1) * d.columns);
    const largest = Math.max(...row);
    const sum = row.reduce((total, v) => total + Math.exp(v - largest), 0);
    return Math.log(sum) + (largest - row[label]!);
  });
}

export function softmaxCrossEntropyBackward(
  d: Shape & { readonly scale: number },
  x: Float64Array,
  labels: Float64Array,
): Float64Array {
  return softmaxForward(d, x).map((p, i) => {
    const label = labels[Math.floor(i / d.columns)]!;
    return d.scale * (p - (i % d.columns === label ? 1 : 0));
  });
}
