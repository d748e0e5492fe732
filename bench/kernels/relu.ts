// ReLU and its gradient on what conv1_2 makes of a picture.
import type { Kernel } from '../../src/kernels/kernel.js';
import { reluBackward, reluForward } from '../../src/kernels/relu.js';
import type { KernelCase } from '../kernel-case.js';

export function reluCases(N: number): KernelCase[] {
  const count = N * 224 * 224 * 64;
  const common = { shape: `conv1_2 ${count}`, dims: { count }, importance: 40, tolerance: 1e-6 };
  return [
    {
      ...{ ...common, kernel: reluForward as unknown as Kernel, output: 'y' },
      spot: ({ x }, i) => Math.max(0, x![i]!),
      tensorflow: (tf, { x }) => {
        const input = tf.tensor1d(x!);
        return () => tf.relu(input);
      },
    },
    {
      ...{ ...common, kernel: reluBackward as unknown as Kernel, output: 'dx' },
      spot: ({ y, dy }, i) => (y![i]! > 0 ? dy![i]! : 0),
      tensorflow: (tf, { y, dy }) => {
        const tensors = { y: tf.tensor1d(y!), dy: tf.tensor1d(dy!) };
        return () => tf.tidy(() => tf.mul(tensors.dy, tf.step(tensors.y))); // as its gradient of relu has it
      },
    },
  ];
}
