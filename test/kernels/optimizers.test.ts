import { adam, rmsprop, sgd } from '../../src/kernels/optimizers.js';
import { useGpu } from '../gpu.js';
import type { RandomNumbers } from '../random.js';
import * as reference from '../reference/optimizers.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const counts = [1, 7, 64, 1028, 100_001];
const positive = ({ count }: { readonly count: number }, random: RandomNumbers) => random.floats(count).map(Math.abs);

// The kernel's 1 - beta starts from beta as a float32 holds it, and so does this one.
const single = <D extends Record<string, number>>(d: D): D =>
  Object.fromEntries(Object.entries(d).map(([name, value]) => [name, Math.fround(value)])) as D;

// Usual rates move a parameter by so little that float32 hides errors of the step: some cases have large ones.
testKernel(gpu, {
  kernel: adam,
  cases: [
    ...counts.map((count) => ({ count, rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 })),
    { count: 64, rate: 0.5, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
  ],
  inputs: { v: positive },
  reference: (d, tensors) => reference.adam(tensors, single(d)),
});

// From zero state and zero gradient nothing moves, and nothing divides by zero.
testKernel(gpu, {
  kernel: adam,
  cases: [{ count: 8, rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }],
  inputs: {
    g: (d) => new Float32Array(d.count),
    m: (d) => new Float32Array(d.count),
    v: (d) => new Float32Array(d.count),
  },
  reference: (_, { p, m, v }) => ({ p, m, v }),
  tolerance: () => ({ absolute: 0, relative: 0 }),
});

testKernel(gpu, {
  kernel: sgd,
  cases: counts.flatMap((count) =>
    [0, 1].flatMap((nesterov) => [0, 0.9].map((momentum) => ({ count, nesterov, rate: 0.3, momentum }))),
  ),
  reference: (d, tensors) => reference.sgd(tensors, single(d)),
});

testKernel(gpu, {
  kernel: rmsprop,
  cases: [
    ...counts.map((count) => ({ count, rate: 0.001, rho: 0.9, epsilon: 1e-7 })),
    { count: 64, rate: 0.5, rho: 0.5, epsilon: 1e-3 },
  ],
  inputs: { a: positive },
  reference: (d, tensors) => reference.rmsprop(tensors, single(d)),
});
