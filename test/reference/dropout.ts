// Dropout in float64; the backward is the same map of dy.
import { type Dropout, keeps } from './random.js';

export function dropout(d: Dropout, x: Float64Array): Float64Array {
  return x.map((v, i) => (keeps(d, d.first + i) ? v / (1 - d.rate) : 0));
}
