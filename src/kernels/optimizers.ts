// One step of an optimizer, in place, by Keras' formulas.
import { flat } from './grid.js';
import { defineKernel, type Variant } from './kernel.js';

/** The two variants that every step has: all are element by element. */
function steps<D extends string>(folder: string): { naive: Variant<D | 'count'>; vec4: Variant<D | 'count'> } {
  return {
    naive: {
      idea: 'one parameter an invocation',
      shader: `${folder}/1_naive.wgsl`,
      grid: (d, c) => flat(d.count, c.WORKGROUP!),
    },
    vec4: {
      idea: 'four parameters an invocation, 16-byte loads and stores',
      shader: `${folder}/2_vec4.wgsl`,
      grid: (d, c) => flat(d.count / 4, c.WORKGROUP!),
      accepts: (d) => d.count % 4 === 0,
    },
  };
}

/**
 * Adam: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, p -= rate m / (sqrt(v) + epsilon), where the caller
 * gives rate = lr sqrt(1 - beta2^t) / (1 - beta1^t) for step t = 1, 2, ... (Kingma and Ba 2015, end of section 2.)
 */
export const adam = defineKernel({
  name: 'adam/step',
  dims: ['count'],
  scalars: ['rate', 'beta1', 'beta2', 'epsilon'],
  bindings: { g: 'read', p: 'update', m: 'update', v: 'update' },
  elements: (d) => ({ g: d.count, p: d.count, m: d.count, v: d.count }),
  flops: (d) => 14 * d.count,
  choice: { classes: ['count'] },
  variants: steps<'rate' | 'beta1' | 'beta2' | 'epsilon'>('adam/step'),
});

/** Gradient descent: v = momentum v - rate g, then p += v, or with nesterov = 1 p += momentum v - rate g. */
export const sgd = defineKernel({
  name: 'sgd/step',
  dims: ['count', 'nesterov'],
  scalars: ['rate', 'momentum'],
  bindings: { g: 'read', p: 'update', v: 'update' },
  elements: (d) => ({ g: d.count, p: d.count, v: d.count }),
  flops: (d) => (d.nesterov ? 6 : 4) * d.count,
  choice: { classes: ['count'] },
  variants: steps<'nesterov' | 'rate' | 'momentum'>('sgd/step'),
});

/** RMSprop: a = rho a + (1 - rho) g^2, p -= rate g / (sqrt(a) + epsilon). */
export const rmsprop = defineKernel({
  name: 'rmsprop/step',
  dims: ['count'],
  scalars: ['rate', 'rho', 'epsilon'],
  bindings: { g: 'read', p: 'update', a: 'update' },
  elements: (d) => ({ g: d.count, p: d.count, a: d.count }),
  flops: (d) => 10 * d.count,
  choice: { classes: ['count'] },
  variants: steps<'rate' | 'rho' | 'epsilon'>('rmsprop/step'),
});
