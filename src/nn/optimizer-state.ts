// What every optimizer has: steps counted, a learning rate for each parameter, running averages, and their way into a
// checkpoint and back.
import { createTensor, elementsOf, freeTensor, type Shape, type Tensor } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { type StepKernels, type Stepped, stepTogether } from '../kernels/optimizer-steps.js';

/** All that an optimizer remembers, as it is now. */
export interface OptimizerState {
  /** Steps done. */
  readonly step: number;
  /** Running averages, in the order in which their parameters first came. */
  readonly slots: readonly {
    /** Adam's 'm' and 'v', SGD's 'velocity', RMSprop's 'average'. */
    readonly name: string;
    readonly parameter: Tensor;
    /** Of the parameter's shape. The optimizer's own: it changes with the next step. */
    readonly tensor: Tensor;
  }[];
}

export interface Optimizer {
  /** Changes each parameter by its gradient, in place. Parameters without a gradient stay as they are. */
  step(parameters: readonly Tensor[]): void;
  /** What it remembers, for a checkpoint. */
  state(): OptimizerState;
  /**
   * Forgets what it remembers and stands behind `step` steps, with averages of 0 for these parameters. Who goes on from a
   * checkpoint then fills the tensors of `state()`: training continues bit for bit, on another network's parameters too.
   * @throws VggpuError 'training' where `step` is no whole number from 0
   */
  begin(parameters: readonly Tensor[], step: number): void;
  /** Its name and settings, for logs and checkpoints; without the learning rate where that is a function. */
  describe(): Readonly<Record<string, string | number | boolean>>;
  /** Gives the memory of its running averages back. */
  free(): void;
}

/** How fast an optimizer goes. */
export interface RateOptions {
  /** A function gives it for each step, from 1. */
  readonly learningRate?: number | ((step: number) => number) | undefined;
  /** What the learning rate is multiplied with for a parameter, asked at every step; default 1. */
  readonly rateOf?: ((parameter: Tensor) => number) | undefined;
}

/** What differs from optimizer to optimizer. */
interface Rule<Slot extends string> {
  readonly name: string;
  readonly settings: Readonly<Record<string, number | boolean>>;
  /** Its running averages, and which binding of the kernels takes each. */
  readonly slots: Readonly<Record<Slot, string>>;
  readonly learningRate: number | ((step: number) => number);
  readonly rateOf: RateOptions['rateOf'];
  readonly kernels: StepKernels;
  /** What the kernels are run with for parameters of this rate at a step, numbered from 1. */
  readonly values: (rate: number, step: number) => Readonly<Record<string, number>>;
}

export function createOptimizerWith<const Slot extends string>(gpu: Gpu, rule: Rule<Slot>): Optimizer {
  const { name, settings, learningRate, rateOf = () => 1 } = rule;
  const slotNames = Object.keys(rule.slots) as Slot[];
  const owned = new Map<Tensor, Record<Slot, Tensor>>();
  let steps = 0;

  function zeros(shape: Shape, purpose: string): Tensor {
    const tensor = createTensor(gpu, shape, purpose);
    gpu.clear(tensor);
    return tensor;
  }

  /** A parameter's running averages: zeros at first. */
  function slotsOf(parameter: Tensor): Record<Slot, Tensor> {
    const slots = owned.get(parameter) ?? ({} as Record<Slot, Tensor>);
    owned.set(parameter, slots);
    for (const slot of slotNames) slots[slot] ??= zeros(parameter.shape, `${name}'s ${slot} of`);
    return slots;
  }

  function free(): void {
    for (const slots of owned.values()) for (const tensor of Object.values<Tensor>(slots)) freeTensor(gpu, tensor);
    owned.clear();
  }

  return {
    step(parameters) {
      steps++;
      const rate = typeof learningRate === 'number' ? learningRate : learningRate(steps);
      const byRate = new Map<number, Stepped[]>();
      for (const p of parameters) {
        if (!p.grad) continue;
        const slots = slotsOf(p);
        const bound = slotNames.map((slot) => [rule.slots[slot], slots[slot]]);
        const own = rate * rateOf(p);
        const same = byRate.get(own) ?? [];
        same.push({ count: elementsOf(p.shape), blocks: { g: p.grad, p, ...Object.fromEntries(bound) } });
        byRate.set(own, same);
      }
      for (const [own, tensors] of byRate) stepTogether(gpu, rule.kernels, rule.values(own, steps), tensors);
    },
    state: () => ({
      step: steps,
      slots: [...owned].flatMap(([parameter, slots]) =>
        slotNames.map((slot) => ({ name: slot, parameter, tensor: slots[slot] })),
      ),
    }),
    begin(parameters, step) {
      if (!Number.isInteger(step) || step < 0) {
        throw new VggpuError('training', `${name} cannot go on behind step ${step}; expected a whole number from 0.`);
      }
      free();
      for (const parameter of parameters) slotsOf(parameter);
      steps = step;
    },
    describe: () => ({ name, ...(typeof learningRate === 'number' ? { learningRate } : {}), ...settings }),
    free,
  };
}
