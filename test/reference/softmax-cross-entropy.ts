// Cross-entropy of softmax from logits, in float64.
import { softmaxForward } from './softmax.js';

interface Shape {
  readonly rows: number;
  readonly columns: number;
}

const ones = ({ columns }: Shape) => new Float64Array(columns).fill(1);

/** The loss of each row in nats, times the weight of its label; NaN where the label is no column. */
export function softmaxCrossEntropyForward(
  d: Shape,
  x: Float64Array,
  labels: Float64Array,
  weights: Float64Array = ones(d),
): Float64Array {
  return labels.map((label, r) => {
    if (label >= d.columns) return Number.NaN;
    const row = x.subarray(r * d.columns, (r + 1) * d.columns);
    const largest = Math.max(...row);
    const sum = row.reduce((total, v) => total + Math.exp(v - largest), 0);
    return weights[label]! * (Math.log(sum) + (largest - row[label]!));
  });
}

export function softmaxCrossEntropyBackward(
  d: Shape & { readonly scale: number },
  x: Float64Array,
  labels: Float64Array,
  weights: Float64Array = ones(d),
): Float64Array {
  return softmaxForward(d, x).map((p, i) => {
    const label = labels[Math.floor(i / d.columns)]!;
    return d.scale * weights[label]! * (p - (i % d.columns === label ? 1 : 0));
  });
}
