// Runs an op for a test of ONNX's: every variant that takes the shape, held against each other; the first one's result.
import type { Gpu } from '../../src/kernels/gpu.js';
import type { Kernel, Values } from '../../src/kernels/kernel.js';
import { expectClose } from '../compare.js';
import { evaluate, variantsFor } from '../kernels/evaluate.js';

type Data = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export interface Compute {
  <D extends string, B extends string>(
    kernel: Kernel<D, B>,
    d: Values<D>,
    inputs: Partial<Record<B, Data>>,
  ): Promise<Record<B, Float32Array<ArrayBuffer>>>;
  /** Names of the ops that ran. */
  readonly used: Set<string>;
}

/** How closely variants agree with each other and with ONNX's outputs: float32, sums of at most a few thousand terms. */
export const TOLERANCE = { absolute: 2e-6, relative: 1e-5 };

export function createCompute(gpu: Gpu): Compute {
  const used = new Set<string>();
  const compute = async <D extends string, B extends string>(
    kernel: Kernel<D, B>,
    d: Values<D>,
    inputs: Partial<Record<B, Data>>,
  ) => {
    used.add(kernel.name);
    const [first, ...others] = variantsFor(gpu, kernel, d);
    const result = await evaluate(gpu, kernel, d, inputs, first!);
    for (const variant of others) {
      const other = await evaluate(gpu, kernel, d, inputs, variant);
      for (const name of Object.keys(result) as B[]) {
        expectClose(other[name], result[name], TOLERANCE, `${name} of ${kernel.name}/${variant}`);
      }
    }
    return result;
  };
  return Object.assign(compute, { used });
}
