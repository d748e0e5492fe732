// One variant tried on a case: its result against the naive variant's, then its time.
import { cost, createTensor, freeTensor, type Gpu, type Kernel, run } from '../../../src/engine.js';
import { accepts, variantNamed } from '../../../src/kernels/kernel.js';
import type { KernelCase, Operands } from './cases.js';
import { type Comparison, compare } from './comparison.js';
import { type Timing, timeRuns } from './timing.js';

/** What a trial came to. */
export interface Trial extends Timing {
  readonly comparison: Comparison;
  /** Of the formula, in 10^9 a second. */
  readonly gigaflops: number;
  /** If every operand moves once, in 10^9 bytes a second. */
  readonly gigabytes: number;
}

/** Values of an output that no kernel makes. */
const POISON = Number.NaN;

/** The binding that a kernel's result is in. */
export function outputOf({ bindings }: Kernel): string {
  return Object.keys(bindings).find((name) => bindings[name] !== 'read')!;
}

/** The variants that take a case on this device, from naive to fast. */
export function variantsFor({ kernel, dims }: KernelCase, gpu: Gpu): string[] {
  return Object.keys(kernel.variants).filter((name) => accepts(variantNamed(kernel, name), dims, gpu.capabilities));
}

/** What a variant is tried on. */
export interface Setting {
  readonly gpu: Gpu;
  readonly kernel: Kernel;
  readonly dims: KernelCase['dims'];
  readonly operands: Operands;
}

/** Runs a variant once on an output full of NaN. @returns all values of the output */
export async function resultOf(
  { gpu, kernel, dims, operands }: Setting,
  variant: string,
): Promise<Float32Array<ArrayBuffer>> {
  const name = outputOf(kernel);
  const count = kernel.elements(dims)[name]!;
  const output = createTensor(gpu, [count], `'${name}' of ${kernel.name}/${variant}`);
  try {
    if (kernel.bindings[name] === 'update') gpu.copy(operands.blocks[name]!, 0, output, 0, 4 * count);
    else gpu.write(output, new Float32Array(count).fill(POISON));
    run(gpu, kernel, dims, { ...operands.blocks, [name]: output }, variant);
    return new Float32Array(await gpu.read(output, 0, 4 * count));
  } finally {
    freeTensor(gpu, output);
  }
}

/** The naive variant's result, which every other is held against. */
export function referenceOf(setting: Setting): Promise<Float32Array<ArrayBuffer>> {
  return resultOf(setting, Object.keys(setting.kernel.variants)[0]!);
}

/** @throws VggpuError where the device refuses the variant */
export async function tryVariant(setting: Setting, variant: string, reference: Float32Array): Promise<Trial> {
  const { gpu, kernel, dims, operands } = setting;
  const comparison = compare(await resultOf(setting, variant), reference);
  const timing = await timeRuns(gpu, () => run(gpu, kernel, dims, operands.blocks, variant));
  const { flops, bytes } = cost(kernel, dims);
  const perSecond = 1 / (timing.milliseconds * 1e6);
  return { ...timing, comparison, gigaflops: flops * perSecond, gigabytes: bytes * perSecond };
}
