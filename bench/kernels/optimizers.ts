// One step of each optimizer on the kernel of conv5_1, from its first step's state.
import type { Kernel } from '../../src/kernels/kernel.js';
import { adam, rmsprop, sgd } from '../../src/kernels/optimizers.js';
import type { Inputs, KernelCase } from '../kernel-case.js';
import type { TensorFlow } from '../peers/tensorflow.js';

const COUNT = 3 * 3 * 512 * 512;
const [RATE, BETA1, BETA2, EPSILON] = [1e-3, 0.9, 0.999, 1e-8];
const [MOMENTUM, RHO] = [0.9, 0.9];

/** The state that an optimizer keeps is zero before its first step. */
const zeroed =
  (...names: readonly string[]) =>
  (inputs: Inputs): Inputs => ({
    ...inputs,
    ...Object.fromEntries(names.map((name) => [name, new Float32Array(COUNT)])),
  });

type Optimizer = ReturnType<TensorFlow['train']['adam']>;

/** Steps of TensorFlow.js' optimizer; the result is the parameters. */
const steps =
  (create: (tf: TensorFlow) => Pick<Optimizer, 'applyGradients' | 'dispose'>) =>
  (tf: TensorFlow, { p, g }: Inputs) => {
    const [parameter, gradient] = [tf.variable(tf.tensor1d(p!)), tf.tensor1d(g!)];
    const optimizer = create(tf);
    const step = () => {
      optimizer.applyGradients([{ name: parameter.name, tensor: gradient }]);
      return parameter.clone();
    };
    const dispose = () => {
      optimizer.dispose();
      parameter.dispose();
    };
    return Object.assign(step, { dispose });
  };

export function optimizerCases(): KernelCase[] {
  const common = { shape: `conv5_1 ${COUNT}`, importance: 40, output: 'p', tolerance: 1e-5 };
  const rate = (RATE * Math.sqrt(1 - BETA2)) / (1 - BETA1);
  return [
    {
      ...{ ...common, kernel: adam as unknown as Kernel },
      dims: { count: COUNT, rate, beta1: BETA1, beta2: BETA2, epsilon: EPSILON },
      inputs: zeroed('m', 'v'),
      spot: ({ p, g }, i) => p![i]! - (rate * (1 - BETA1) * g![i]!) / (Math.sqrt((1 - BETA2) * g![i]! ** 2) + EPSILON),
      tensorflow: steps((tf) => tf.train.adam(RATE, BETA1, BETA2, EPSILON)),
    },
    {
      ...{ ...common, kernel: sgd as unknown as Kernel },
      dims: { count: COUNT, nesterov: 0, rate: RATE, momentum: MOMENTUM },
      inputs: zeroed('v'),
      spot: ({ p, g }, i) => p![i]! - RATE * g![i]!,
      tensorflow: steps((tf) => tf.train.momentum(RATE, MOMENTUM)),
    },
    {
      ...{ ...common, kernel: rmsprop as unknown as Kernel },
      dims: { count: COUNT, rate: RATE, rho: RHO, epsilon: EPSILON },
      inputs: zeroed('a'),
      spot: ({ p, g }, i) => p![i]! - (RATE * g![i]!) / (Math.sqrt((1 - RHO) * g![i]! ** 2) + EPSILON),
      tensorflow: steps((tf) => tf.train.rmsprop(RATE, RHO, 0, EPSILON)),
    },
  ];
}
