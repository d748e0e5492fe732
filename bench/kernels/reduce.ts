// The sum of rows that is the gradient of a convolution's bias.
import type { Kernel } from '../../src/kernels/kernel.js';
import { sumRows } from '../../src/kernels/reduce.js';
import type { KernelCase } from '../kernel-case.js';

export function reduceCases(N: number): KernelCase[] {
  const [rows, columns] = [N * 224 * 224, 64];
  return [
    {
      ...{ kernel: sumRows as unknown as Kernel, dims: { rows, columns }, shape: `conv1_2 (${rows}, ${columns})` },
      ...{ importance: 40, output: 'y', tolerance: 1e-5 },
      spot: ({ x }, i) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += x![row * columns + i]!;
        return sum;
      },
      tensorflow: (tf, { x }) => {
        const input = tf.tensor2d(x!, [rows, columns]);
        return () => tf.sum(input, 0);
      },
    },
  ];
}
