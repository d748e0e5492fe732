// VGG16's first, third and last max-pool, and their gradients.
import { halfMaxPoolForward } from '../../src/kernels/half-max-pool.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import { maxPoolBackward, maxPoolForward } from '../../src/kernels/max-pool.js';
import type { KernelCase } from '../kernel-case.js';

/** Name, rows and columns before it, channels. */
const POOLS = [
  ['pool1', 224, 64],
  ['pool3', 56, 256],
  ['pool5', 14, 512],
] as const;

export function maxPoolCases(N: number): KernelCase[] {
  return POOLS.flatMap(([layer, size, C]): KernelCase[] => {
    const d = { N, H: size, W: size, C };
    const half = size / 2;
    const common = { shape: `${layer} ${N}x${size}x${size}x${C}`, dims: d, importance: 40, tolerance: 1e-6 };
    /** The elements of x in the window of output i, in row-major order. */
    const window = (i: number) => {
      const [c, q, p] = [i % C, Math.floor(i / C) % half, Math.floor(i / (C * half)) % half];
      const n = Math.floor(i / (C * half * half));
      return [0, 1].flatMap((r) => [0, 1].map((s) => ((n * size + 2 * p + r) * size + 2 * q + s) * C + c));
    };
    const largest = (x: Float32Array, i: number) => Math.max(...window(i).map((at) => x[at]!));
    const forward: KernelCase = {
      ...{ ...common, kernel: maxPoolForward as unknown as Kernel, output: 'y' },
      spot: ({ x }, i) => largest(x!, i),
      tensorflow: (tf, { x }) => {
        const input = tf.tensor4d(x!, [N, size, size, C]);
        return () => tf.maxPool(input, 2, 2, 'valid');
      },
    };
    return [
      forward,
      { ...forward, kernel: halfMaxPoolForward as unknown as Kernel, halves: ['x', 'y'] },
      {
        ...{ ...common, kernel: maxPoolBackward as unknown as Kernel, output: 'dx' },
        inputs: ({ x, y, dy }) => ({ x: x!, dy: dy!, y: y!.map((_, i) => largest(x!, i)) }),
        spot: ({ x, dy }, i) => {
          const [c, v, h] = [i % C, Math.floor(i / C) % size, Math.floor(i / (C * size)) % size];
          const n = Math.floor(i / (C * size * size));
          const output = ((n * half + Math.floor(h / 2)) * half + Math.floor(v / 2)) * C + c;
          const first = window(output).find((at) => x![at] === largest(x!, output));
          return first === i ? dy![output]! : 0;
        },
        tensorflow: (tf, { x, y, dy }) => {
          const tensors = {
            input: tf.tensor4d(x!, [N, size, size, C]),
            output: tf.tensor4d(y!, [N, half, half, C]),
            dy: tf.tensor4d(dy!, [N, half, half, C]),
          };
          const settings = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };
          return () => tf.engine().runKernel('MaxPoolGrad', tensors, settings) as ReturnType<typeof tf.tensor>;
        },
      },
    ];
  });
}
