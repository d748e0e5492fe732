// What kernels are measured on: tensors on the device whose every element the host can tell without reading them back.
//
// A table of random numbers is repeated over each tensor. Its length is prime (for halves twice a prime), so no two rows or pictures of a
// tensor hold the same numbers.
import { fromFloat16, toFloat16 } from '../data/shards/float16.js';
import { VggpuError } from '../errors.js';
import type { Block } from '../kernels/buffers.js';
import type { Gpu } from '../kernels/gpu.js';
import { maxPoolForward } from '../kernels/max-pool.js';
import { run } from '../kernels/run.js';
import type { Need } from './needs.js';

/** A tensor as the host knows it: its element at an index. */
export type ElementOf = (index: number) => number;

export interface Material {
  readonly blocks: Readonly<Record<string, Block>>;
  /** Elements of the bindings that are read. Halves count each. */
  readonly elements: Readonly<Record<string, ElementOf>>;
  /** Puts what a run changed back to what it was, and fills what a run shall fill with a number that it never comes to. */
  reset(): void;
  free(): void;
}

/** What a profile calls the time that measuring takes. */
export const TUNING = 'tuning';

const WORDS = 65_521;

/** What outputs hold before a run. */
export const UNTOUCHED = -3.0625e30;

/** Sums of squares: a root is drawn of them. */
const NEVER_NEGATIVE = ['v', 'v0', 'v1', 'v2', 'a', 'a0', 'a1', 'a2', 'a3', 'm2'];

/** Whether a binding holds halves, two to a word: all of a kernel on float16 but its bias, and one side of a cast. */
export function holdsHalves({ name }: Need['kernel'], binding: string): boolean {
  if (name === 'cast/to_f16') return binding === 'y';
  if (name === 'cast/to_f32') return binding === 'x';
  return name.endsWith('_f16') && binding !== 'b';
}

/** @throws VggpuError 'memory' where the device has no room for them */
export function createMaterial(gpu: Gpu, need: Need): Material {
  const { kernel, dims } = need;
  const sizes = kernel.elements(dims);
  const blocks: Record<string, Block> = {};
  const elements: Record<string, ElementOf> = {};
  const changed: { block: Block; table: Uint32Array<ArrayBuffer> }[] = [];
  const free = () => {
    for (const block of Object.values(blocks)) gpu.pool.give(block);
  };
  try {
    for (const [i, [name, access]] of Object.entries(kernel.bindings).entries()) {
      const block = gpu.pool.take(4 * sizes[name]!, `${name} of ${kernel.name}`);
      blocks[name] = block;
      const table = access === 'write' ? untouched() : tableOf(need, name, i);
      if (access === 'write' || access === 'update') changed.push({ block, table });
      if (access === 'read') {
        elements[name] = reader(table, holdsHalves(kernel, name));
        fill(gpu, block, table);
      }
    }
    if (kernel.name === 'max_pool/backward')
      run(gpu, maxPoolForward, pooled(dims), { x: blocks.x!, y: blocks.y! }, 'naive');
  } catch (error) {
    free();
    throw error;
  }
  return {
    ...{ blocks, elements, free },
    reset() {
      for (const { block, table } of changed) fill(gpu, block, table);
    },
  };
}

function pooled({ N, H, W, C }: Need['dims']) {
  if (N === undefined || H === undefined || W === undefined || C === undefined)
    throw new VggpuError('kernel', 'max_pool/backward has the dims N, H, W and C.');
  return { N, H, W, C };
}

function untouched(): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Float32Array.of(UNTOUCHED).buffer);
}

/** The words that a binding is filled with, over and over. */
function tableOf({ kernel, dims }: Need, binding: string, seed: number): Uint32Array<ArrayBuffer> {
  const random = numbers(seed + 1);
  if (binding === 'labels') {
    const { columns = 1 } = dims;
    return Uint32Array.from({ length: WORDS }, () => Math.floor(random() * columns));
  }
  if (holdsHalves(kernel, binding)) {
    return new Uint32Array(toFloat16(Float32Array.from({ length: 2 * WORDS }, () => 2 * random() - 1)).buffer);
  }
  const least = NEVER_NEGATIVE.includes(binding) ? 0 : -1;
  return new Uint32Array(Float32Array.from({ length: WORDS }, () => least + (1 - least) * random()).buffer);
}

function reader({ buffer }: Uint32Array<ArrayBuffer>, halves: boolean): ElementOf {
  const values = halves ? new Float32Array(2 * WORDS) : new Float32Array(buffer);
  if (halves) fromFloat16(new Uint16Array(buffer), values);
  return (index) => values[index % values.length]!;
}

/** Fills a block with a table, again and again. */
function fill(gpu: Gpu, block: Block, table: Uint32Array<ArrayBuffer>): void {
  const whole = table.length === 1 ? new Uint32Array(Math.min(WORDS, block.bytes / 4)).fill(table[0]!) : table;
  const once = Math.min(whole.byteLength, block.bytes);
  const source = gpu.pool.take(once, 'numbers to measure with');
  gpu.write(source, whole.subarray(0, once / 4));
  for (let at = 0; at < block.bytes; at += once) gpu.copy(source, 0, block, at, Math.min(once, block.bytes - at));
  gpu.pool.give(source);
}

/** Uniform in [0, 1), the same for the same seed. Source: Steele, Lea and Flood 2014 (SplitMix), the 32-bit variant. */
function numbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 8) / 2 ** 24;
  };
}
