// Optimizers: what a gradient does to its parameter. Defaults and formulas are Keras'.
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { ADAM, RMSPROP, SGD } from '../kernels/optimizer-steps.js';
import { createOptimizerWith, type Optimizer, type RateOptions } from './optimizer-state.js';

export type { Optimizer, OptimizerState, RateOptions } from './optimizer-state.js';

export interface AdamOptions extends RateOptions {
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
}

/** Adam (Kingma and Ba 2014), with the bias correction in the rate as Keras has it. Learning rate 0.001 by default. */
export function createAdam(gpu: Gpu, options: AdamOptions = {}): Optimizer {
  const { learningRate = 0.001, rateOf, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return createOptimizerWith(gpu, {
    ...{ name: 'adam', settings: { beta1, beta2, epsilon }, kernels: ADAM, learningRate, rateOf },
    slots: { m: 'm', v: 'v' },
    values: (own, t) => ({ rate: (own * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t), beta1, beta2, epsilon }),
  });
}

export interface SgdOptions extends RateOptions {
  readonly momentum?: number | undefined;
  readonly nesterov?: boolean | undefined;
}

/** Stochastic gradient descent with momentum. Learning rate 0.01 by default, no momentum. */
export function createSgd(gpu: Gpu, options: SgdOptions = {}): Optimizer {
  const { learningRate = 0.01, rateOf, momentum = 0, nesterov = false } = options;
  return createOptimizerWith(gpu, {
    ...{ name: 'sgd', settings: { momentum, nesterov }, kernels: SGD, learningRate, rateOf },
    slots: { velocity: 'v' },
    values: (rate) => ({ nesterov: Number(nesterov), rate, momentum }),
  });
}

export interface RmspropOptions extends RateOptions {
  readonly rho?: number | undefined;
  readonly epsilon?: number | undefined;
}

/** RMSprop (Tieleman and Hinton 2012). Learning rate 0.001 by default. */
export function createRmsprop(gpu: Gpu, options: RmspropOptions = {}): Optimizer {
  const { learningRate = 0.001, rateOf, rho = 0.9, epsilon = 1e-8 } = options;
  return createOptimizerWith(gpu, {
    ...{ name: 'rmsprop', settings: { rho, epsilon }, kernels: RMSPROP, learningRate, rateOf },
    slots: { average: 'a' },
    values: (rate) => ({ rate, rho, epsilon }),
  });
}

export const OPTIMIZERS = ['adam', 'sgd', 'rmsprop'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

/** An optimizer by name, with Keras' defaults for what is left out. */
export interface OptimizerOptions extends RateOptions {
  readonly name: OptimizerName;
  /** SGD's, from 0 to 1. */
  readonly momentum?: number | undefined;
  /** SGD's, together with a momentum. */
  readonly nesterov?: boolean | undefined;
}

/** @throws VggpuError 'usage' for an unknown name, a setting out of range, or one that the optimizer does not have */
export function checkOptimizer({ name, learningRate, momentum, nesterov }: OptimizerOptions): void {
  const refuse = (problem: string): never => {
    throw new VggpuError('usage', problem);
  };
  if (!OPTIMIZERS.includes(name)) refuse(`There is no optimizer '${name}'; there are ${OPTIMIZERS.join(', ')}.`);
  if (typeof learningRate === 'number' && !(learningRate > 0 && learningRate < Infinity))
    refuse(`The learning rate is ${learningRate}; expected a number above 0.`);
  if (name !== 'sgd' && (momentum !== undefined || nesterov))
    refuse(`${name} takes no momentum; leave it out, or choose sgd.`);
  if (momentum !== undefined && !(momentum >= 0 && momentum <= 1))
    refuse(`The momentum is ${momentum}; expected 0 to 1.`);
  if (nesterov && !momentum) refuse('Nesterov needs a momentum above 0, for example 0.9.');
}

/** @throws VggpuError 'usage' as `checkOptimizer` does */
export function createOptimizer(gpu: Gpu, options: OptimizerOptions): Optimizer {
  checkOptimizer(options);
  const { name, learningRate, rateOf, momentum, nesterov } = options;
  if (name === 'adam') return createAdam(gpu, { learningRate, rateOf });
  if (name === 'rmsprop') return createRmsprop(gpu, { learningRate, rateOf });
  return createSgd(gpu, { learningRate, rateOf, momentum, nesterov });
}
