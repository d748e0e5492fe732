// Runs a kernel once on given inputs and reads its outputs back: for what a float64 reference does not cover, as NaN.
import type { Block } from '../../src/kernels/buffers.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { accepts, type Kernel, type Values } from '../../src/kernels/kernel.js';
import { run } from '../../src/kernels/run.js';

type Data = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** The variants of a kernel that take these dims on this device. */
export function variantsFor<D extends string, B extends string>(
  gpu: Gpu,
  kernel: Kernel<D, B>,
  d: Values<D>,
): string[] {
  return Object.keys(kernel.variants).filter((name) => accepts(kernel.variants[name]!, d, gpu.capabilities));
}

/** One run of one variant. Bindings not given start as NaN. The result holds the bindings that are not only read. */
export async function evaluate<D extends string, B extends string>(
  gpu: Gpu,
  kernel: Kernel<D, B>,
  d: Values<D>,
  inputs: Partial<Record<B, Data>>,
  variant: string,
): Promise<Record<B, Float32Array<ArrayBuffer>>> {
  const names = Object.keys(kernel.bindings) as B[];
  const sizes = kernel.elements(d);
  const blocks = {} as Record<B, Block>;
  for (const name of names) {
    blocks[name] = gpu.pool.take(4 * sizes[name], name);
    gpu.write(blocks[name], inputs[name] ?? new Float32Array(sizes[name]).fill(Number.NaN));
  }
  run(gpu, kernel, d, blocks, variant);
  const outputs = {} as Record<B, Float32Array<ArrayBuffer>>;
  for (const name of names) {
    if (kernel.bindings[name] !== 'read') outputs[name] = new Float32Array(await gpu.read(blocks[name]));
    gpu.pool.give(blocks[name]);
  }
  return outputs;
}
