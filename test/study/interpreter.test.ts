// Every variant of every kernel, interpreted, comes to what the GPU comes to; and what no device here runs, to what the naive variant does.
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/kernels/buffers.js';
import { kernels } from '../../src/kernels/index.js';
import { accepts, type Kernel, type Values } from '../../src/kernels/kernel.js';
import { run } from '../../src/kernels/run.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { interpret, studyRun } from '../../src/study/passes.js';
import { halfFromBits } from '../../src/study/wgsl/runtime.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { caseFor, contentsFor, everyDevice, holdsHalves, holdsIntegers } from './cases.js';

type Tensors = Record<string, Uint32Array<ArrayBuffer>>;

const gpu = useGpu();

function inputsFor(kernel: Kernel, d: Values<string>): Tensors {
  return Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, contentsFor(kernel, name, d)]));
}

/** Results of an interpreted run: the bindings that it may write. */
function interpreted(kernel: Kernel, variant: string, d: Values<string>, subgroupSize: number): Tensors {
  const tensors = inputsFor(kernel, d);
  for (const [name, access] of Object.entries(kernel.bindings)) if (access === 'write') tensors[name]!.fill(0x7fc00000);
  const buffers = Object.fromEntries(Object.entries(tensors).map(([name, { buffer }]) => [name, buffer]));
  interpret(studyRun(shaderFromFile, kernel, variant, d), buffers, subgroupSize);
  return tensors;
}

async function computed(kernel: Kernel, variant: string, d: Values<string>): Promise<Tensors> {
  const blocks: Record<string, Block> = {};
  const tensors = inputsFor(kernel, d);
  for (const [name, words] of Object.entries(tensors)) {
    blocks[name] = gpu().pool.take(words.byteLength, name);
    gpu().write(blocks[name], words);
  }
  run(gpu(), kernel, d, blocks, variant);
  for (const [name, block] of Object.entries(blocks)) {
    if (kernel.bindings[name] !== 'read') tensors[name] = new Uint32Array(await gpu().read(block));
    gpu().pool.give(block);
  }
  return tensors;
}

function numbers(kernel: Kernel, name: string, words: Uint32Array<ArrayBuffer>): number[] {
  if (holdsIntegers(kernel, name)) return Array.from(words);
  if (holdsHalves(kernel, name))
    return Array.from(words, (word) => [halfFromBits(word & 0xffff), halfFromBits(word >>> 16)]).flat();
  return Array.from(new Float32Array(words.buffer, words.byteOffset, words.length));
}

/** WGSL grants cos and sin an error of 2^-11, and SwiftShader takes it. */
const tolerance = ({ name }: Kernel): number => (name === 'random/normal' ? 1e-3 : 2e-5);

function expectSame(kernel: Kernel, variant: string, actual: Tensors, expected: Tensors): void {
  for (const [name, access] of Object.entries(kernel.bindings)) {
    if (access === 'read') continue;
    const [own, other] = [actual, expected].map((tensors) => numbers(kernel, name, tensors[name]!));
    const rms = Math.sqrt(other!.reduce((sum, v) => sum + v * v, 0) / other!.length);
    const part = holdsIntegers(kernel, name) ? 0 : holdsHalves(kernel, name) ? 2e-3 : tolerance(kernel);
    expectClose(own!, other!, { absolute: part * rms, relative: part }, `${name} of ${kernel.name}/${variant}`);
  }
}

describe.each(kernels.map((kernel) => ({ name: kernel.name, kernel })))('$name', ({ kernel }) => {
  it.each(Object.keys(kernel.variants))('%s', async (variant) => {
    const { capabilities } = gpu();
    const here = caseFor(kernel, variant, capabilities);
    if (here) {
      const subgroup = capabilities.subgroupSize || 32;
      expectSame(kernel, variant, interpreted(kernel, variant, here, subgroup), await computed(kernel, variant, here));
      return;
    }
    const d = caseFor(kernel, variant, everyDevice);
    expect(d, 'a case that the variant takes on some device').toBeDefined();
    const naive = Object.keys(kernel.variants)[0]!;
    expect(accepts(kernel.variants[naive]!, d!, everyDevice)).toBe(true);
    expectSame(kernel, variant, interpreted(kernel, variant, d!, 32), interpreted(kernel, naive, d!, 32));
  });
});
