// Optimizers: what a gradient does to its parameter. Defaults and formulas are Keras'.
import { createTensor, elementsOf, freeTensor, type Tensor } from '../autograd/tensor.js';
import type { Gpu } from '../kernels/gpu.js';
import { adam, rmsprop, sgd } from '../kernels/optimizers.js';
import { run } from '../kernels/run.js';

export interface Optimizer {
  /** Changes each parameter by its gradient, in place. Parameters without a gradient stay as they are. */
  step(parameters: readonly Tensor[]): void;
  /** Gives the memory of its running averages back. */
  free(): void;
}

/** Running averages by parameter: zeros at first. */
function createSlots(gpu: Gpu, purpose: string) {
  const slots = new Map<Tensor, Tensor>();
  return {
    of(parameter: Tensor): Tensor {
      let slot = slots.get(parameter);
      if (!slot) {
        slot = createTensor(gpu, parameter.shape, purpose);
        gpu.clear(slot);
        slots.set(parameter, slot);
      }
      return slot;
    },
    free(): void {
      for (const slot of slots.values()) freeTensor(gpu, slot);
      slots.clear();
    },
  };
}

export interface AdamOptions {
  /** Default 0.001; a function gives it for each step, from 1. */
  readonly learningRate?: number | ((step: number) => number);
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Adam (Kingma and Ba 2014), with the bias correction in the rate as Keras has it. */
export function createAdam(gpu: Gpu, options: AdamOptions = {}): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const m = createSlots(gpu, "Adam's mean of");
  const v = createSlots(gpu, "Adam's variance of");
  let t = 0;
  return {
    step(parameters) {
      t++;
      const own = typeof learningRate === 'number' ? learningRate : learningRate(t);
      const rate = (own * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
      for (const p of parameters) {
        if (!p.grad) continue;
        const values = { count: elementsOf(p.shape), rate, beta1, beta2, epsilon };
        run(gpu, adam, values, { g: p.grad, p, m: m.of(p), v: v.of(p) });
      }
    },
    free() {
      m.free();
      v.free();
    },
  };
}

export interface SgdOptions {
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Stochastic gradient descent with momentum. */
export function createSgd(gpu: Gpu, options: SgdOptions = {}): Optimizer {
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
  const velocity = createSlots(gpu, "SGD's velocity of");
  return {
    step(parameters) {
      for (const p of parameters) {
        if (!p.grad) continue;
        const values = { count: elementsOf(p.shape), nesterov: Number(nesterov), rate: learningRate, momentum };
        run(gpu, sgd, values, { g: p.grad, p, v: velocity.of(p) });
      }
    },
    free: velocity.free,
  };
}

export interface RmspropOptions {
  readonly learningRate?: number;
  readonly rho?: number;
  readonly epsilon?: number;
}

/** RMSprop (Tieleman and Hinton 2012). */
export function createRmsprop(gpu: Gpu, options: RmspropOptions = {}): Optimizer {
  const { learningRate = 0.001, rho = 0.9, epsilon = 1e-8 } = options;
  const average = createSlots(gpu, "RMSprop's average of");
  return {
    step(parameters) {
      for (const p of parameters) {
        if (!p.grad) continue;
        const values = { count: elementsOf(p.shape), rate: learningRate, rho, epsilon };
        run(gpu, rmsprop, values, { g: p.grad, p, a: average.of(p) });
      }
    },
    free: average.free,
  };
}
