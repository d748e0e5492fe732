// s times a tensor, by the engine's own arithmetic: a gradient step from zero with rate -s.
import { sgd } from '../../src/kernels/optimizers.js';
import type { Compute } from './compute.js';
import type { Tensor } from './tensors.js';

/** start + s t. */
export async function plusScaled(compute: Compute, start: Tensor, t: Tensor, s: number): Promise<Tensor> {
  const v = new Float32Array(t.values.length);
  const d = { count: t.values.length, nesterov: 0, rate: -s, momentum: 0 };
  const { p } = await compute(sgd, d, { g: t.values, p: start.values, v });
  return { shape: t.shape, values: p };
}

/** s t; t itself where s is 1. */
export async function scaled(compute: Compute, t: Tensor, s: number): Promise<Tensor> {
  if (s === 1) return t;
  return plusScaled(compute, { shape: t.shape, values: new Float32Array(t.values.length) }, t, s);
}
