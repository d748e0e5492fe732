// Runs every variant of a kernel that accepts a case, on poisoned and guarded buffers, against a float64 reference.
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/kernels/buffers.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { accepts, type Kernel, type Values } from '../../src/kernels/kernel.js';
import { run } from '../../src/kernels/run.js';
import { expectClose, type Tolerance } from '../compare.js';
import { packHalves, unpackHalves } from '../halves.js';
import { type RandomNumbers, seeded } from '../random.js';

type Data = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export interface KernelTest<D extends string, B extends string> {
  readonly kernel: Kernel<D, B>;
  readonly cases: readonly Values<D>[];
  /** What a binding holds before the run, where uniform floats in [-1, 1) do not serve. */
  readonly inputs?: Partial<Record<B, (d: Values<D>, random: RandomNumbers) => Data>>;
  /** Expected contents after the run, for each binding that is written or updated. Read bindings come as float64. */
  readonly reference: (d: Values<D>, inputs: Record<B, Float64Array>) => Partial<Record<B, ArrayLike<number>>>;
  readonly tolerance?: (d: Values<D>) => Tolerance;
  /** Bindings that hold unsigned integers, compared exactly. */
  readonly integers?: readonly NoInfer<B>[];
  /** Bindings that hold float16, two to a word, and how many. Inputs are floats that get rounded; the reference sees them rounded. */
  readonly halves?: Partial<Record<NoInfer<B>, (d: Values<D>) => number>>;
}

const GUARD = 256; // bytes before and after each tensor
const SENTINEL = 0x5ca1ab1e;

/** Declares a test for each case and variant. */
export function testKernel<D extends string, B extends string>(gpu: () => Gpu, test: KernelTest<D, B>): void {
  const { kernel } = test;
  describe(kernel.name, () => {
    for (const [i, d] of test.cases.entries()) {
      it(JSON.stringify(d), async () => {
        const random = seeded(i + 1);
        const sizes = kernel.elements(d);
        const names = Object.keys(kernel.bindings) as B[];
        const inputs = {} as Record<B, Data>;
        const wide = {} as Record<B, Float64Array>;
        for (const name of names) {
          if (kernel.bindings[name] === 'write') continue;
          const halves = test.halves?.[name]?.(d);
          const given = test.inputs?.[name]?.(d, random) ?? random.floats(halves ?? sizes[name]);
          inputs[name] = halves === undefined ? given : packHalves(Float32Array.from(given));
          wide[name] = Float64Array.from(halves === undefined ? given : unpackHalves(inputs[name].buffer, halves));
        }
        const expected = test.reference(d, wide);
        const tolerance = test.tolerance?.(d) ?? { absolute: 1e-6, relative: 1e-6 };
        const taking = Object.keys(kernel.variants).filter((v) => accepts(kernel.variants[v]!, d, gpu().capabilities));
        expect(taking.length, 'variants that take the case').toBeGreaterThan(0);
        for (const variant of taking) {
          const blocks = {} as Record<B, Block>;
          for (const name of names) blocks[name] = guarded(gpu(), sizes[name], inputs[name]);
          run(gpu(), kernel, d, blocks, variant);
          for (const name of names) {
            const what = `${name} of ${kernel.name}/${variant}`;
            const data = await unguard(gpu(), blocks[name], what);
            if (kernel.bindings[name] === 'read') {
              expect(sameWords(data, inputs[name].buffer), `${what} is only read`).toBe(true);
            } else if (test.integers?.includes(name)) {
              expect([...new Uint32Array(data)], what).toEqual([...Array.from(expected[name]!)]);
            } else if (test.halves?.[name]) {
              expectClose(unpackHalves(data, test.halves[name](d)), expected[name]!, tolerance, what);
            } else {
              expectClose(new Float32Array(data), expected[name]!, tolerance, what);
            }
          }
          for (const name of names) blocks[name].buffer.destroy();
        }
      });
    }
  });
}

function sameWords(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [left, right] = [new Uint32Array(a), new Uint32Array(b)];
  return left.length === right.length && left.every((word, i) => word === right[i]);
}

/** A buffer of its own with NaN or the given data in it, and a guard behind. */
function guarded(gpu: Gpu, elements: number, data?: Data): Block {
  const bytes = elements * 4;
  const buffer = gpu.device.createBuffer({ label: 'guarded', size: bytes + GUARD, usage: 0x80 | 0x04 | 0x08 });
  const contents = new Uint32Array((bytes + GUARD) / 4).fill(SENTINEL);
  if (data) contents.set(new Uint32Array(data.buffer, data.byteOffset, data.length));
  else new Float32Array(contents.buffer, 0, elements).fill(Number.NaN);
  gpu.device.queue.writeBuffer(buffer, 0, contents);
  return { buffer, bytes };
}

async function unguard(gpu: Gpu, block: Block, what: string): Promise<ArrayBuffer> {
  const data = await gpu.read({ buffer: block.buffer, bytes: block.bytes + GUARD });
  const guard = new Uint32Array(data, block.bytes);
  expect(
    guard.every((word) => word === SENTINEL),
    `nothing written behind ${what}`,
  ).toBe(true);
  return data.slice(0, block.bytes);
}
