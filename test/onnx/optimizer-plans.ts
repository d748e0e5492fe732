// ONNX's optimizers. R is the rate, T the number of updates before, then parameters, gradients and state, group by group.
import { adam as adamStep, sgd } from '../../src/kernels/optimizers.js';
import type { OnnxCase } from './cases.js';
import type { Compute } from './compute.js';
import { attribute, type Planner } from './plan.js';
import { plusScaled } from './scaled.js';
import type { Tensor } from './tensors.js';

/** Inputs behind R and T, `kinds` of them for each parameter, as one list a parameter. */
function groups(test: OnnxCase, kinds: number): Tensor[][] {
  const rest = test.inputs.slice(2);
  const count = rest.length / kinds;
  return Array.from({ length: count }, (_, i) => Array.from({ length: kinds }, (_, kind) => rest[kind * count + i]!));
}

/** The gradient of loss + norm |x|^2 / 2. */
function regularised(compute: Compute, test: OnnxCase, x: Tensor, g: Tensor): Promise<Tensor> {
  return plusScaled(compute, g, x, attribute(test, 'norm_coefficient', 0));
}

/** One list of outputs for each parameter, as ONNX orders them: kind by kind. */
function byKind(results: readonly (readonly Tensor[])[]): Tensor[] {
  return results[0]!.flatMap((_, kind) => results.map((result) => result[kind]!));
}

export const adam: Planner = (test) => async (compute) => {
  const [R, T] = test.inputs.slice(0, 2).map(({ values }) => values[0]!) as [number, number];
  const [beta1, beta2] = [attribute(test, 'alpha', 0.9), attribute(test, 'beta', 0.999)];
  const rate = T > 0 ? (R * Math.sqrt(1 - beta2 ** T)) / (1 - beta1 ** T) : R;
  const results: Tensor[][] = [];
  for (const [x, g, v, h] of groups(test, 4) as [Tensor, Tensor, Tensor, Tensor][]) {
    const count = x.values.length;
    const d = { count, rate, beta1, beta2, epsilon: attribute(test, 'epsilon', 0) };
    const gradient = (await regularised(compute, test, x, g)).values;
    const made = await compute(adamStep, d, { g: gradient, p: x.values, m: v.values, v: h.values });
    results.push([made.p, made.m, made.v].map((values) => ({ shape: x.shape, values })));
  }
  return byKind(results);
};

/** Keras' velocity is ONNX's times minus the rate. ONNX scales the gradient by beta after the first update. */
export const momentum: Planner = (test) => async (compute) => {
  const [R, T] = test.inputs.slice(0, 2).map(({ values }) => values[0]!) as [number, number];
  const share = T > 0 ? attribute(test, 'beta', 1) : 1;
  const nesterov = Number(attribute(test, 'mode', 'standard') === 'nesterov');
  const results: Tensor[][] = [];
  for (const [x, g, v] of groups(test, 3) as [Tensor, Tensor, Tensor][]) {
    const { shape } = x;
    const d = { count: x.values.length, nesterov, rate: R * share, momentum: attribute(test, 'alpha', 0) };
    const gradient = (await regularised(compute, test, x, g)).values;
    const made = await compute(sgd, d, { g: gradient, p: x.values, v: v.values.map((value) => -R * value) });
    results.push([
      { shape, values: made.p },
      { shape, values: made.v.map((value) => -value / R) },
    ]);
  }
  return byKind(results);
};
