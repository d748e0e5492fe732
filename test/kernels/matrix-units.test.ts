// Kernels on matrix units, on machines that have none: Dawn's null backend compiles them as they are, and with the matrices spread
// over plain variables they run here like any other kernel, against float64.

import { describe, expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { withoutMatrixUnits } from '../../scripts/exercise/without-matrix-units.js';
import { type ConvShape, elementsOf, outputSize, pooledElements } from '../../src/kernels/conv3x3-shape.js';
import type { Capabilities, Gpu } from '../../src/kernels/gpu.js';
import { halfConv3x3Forward, halfConv3x3ForwardPooled } from '../../src/kernels/half-conv3x3.js';
import { halfMatmulNN } from '../../src/kernels/half-matmul.js';
import { kernels } from '../../src/kernels/index.js';
import { accepts, chooseVariant, type Kernel, type Pass, passesOf, type Variant } from '../../src/kernels/kernel.js';
import { programText } from '../../src/kernels/program.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { useGpu } from '../gpu.js';
import { packHalves } from '../halves.js';
import { seeded } from '../random.js';
import { conv3x3Forward } from '../reference/conv3x3.js';
import { matmulNN } from '../reference/matmul.js';
import { maxPoolForward } from '../reference/max-pool.js';
import { evaluate } from './evaluate.js';
import { testKernel } from './harness.js';
import { emulatingMatrixUnits } from './matrix-emulation.js';

const EXTENSION = 'enable chromium_experimental_subgroup_matrix;';
const texts = new Map<string, Pass<string>>();
for (const kernel of kernels) {
  for (const pass of Object.values(kernel.variants).flatMap(passesOf)) {
    const text = programText({ shaderText: shaderFromFile }, pass);
    if (text.includes(EXTENSION)) texts.set(text, pass);
  }
}

describe('shaders with matrices', () => {
  it('compile without a message on a device that has the extension', async () => {
    Object.assign(globalThis, globals);
    const adapter = await create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']).requestAdapter();
    const device = await adapter!.requestDevice({
      requiredFeatures: ['chromium-experimental-subgroup-matrix', 'shader-f16', 'subgroups'] as GPUFeatureName[],
    });
    const messages: string[] = [];
    for (const [code, { shader }] of texts) {
      const { messages: found } = await device.createShaderModule({ label: shader, code }).getCompilationInfo();
      for (const { type, lineNum, message } of found) messages.push(`${shader}:${lineNum}: ${type}: ${message}`);
    }
    expect(messages).toEqual([]);
    expect(texts.size).toBeGreaterThan(2);
    device.destroy();
  });

  it('are divided into whole matrices and whole loads', () => {
    for (const { shader, consts } of texts.values()) {
      if (consts?.WM === undefined) continue; // what a subgroup makes is not to be chosen
      const { BM, BN, BK = consts!.BC!, WM, WN, INVOCATIONS, BUFFERS } = consts as Record<string, number>;
      const where = `${shader} ${JSON.stringify(consts)}`;
      for (const remainder of [BM! % WM!, BN! % WN!, WM! % 16, WN! % 16, BK! % 16]) expect(remainder, where).toBe(0);
      expect((BM! / WM!) * (BN! / WN!) * 32, where).toBe(INVOCATIONS);
      for (const words of [(BM! * BK!) / 8, (BK! * BN!) / 8]) expect(words % INVOCATIONS!, where).toBe(0);
      expect([1, 2], where).toContain(BUFFERS);
    }
  });

  it('are refused where the units have other shapes, or subgroups another size', () => {
    const unit = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };
    const device = { ...emulatingMatrixUnits(gpu()).capabilities, limits: { maxComputeWorkgroupStorageSize: 49_152 } };
    const takes = (change: object) =>
      accepts(halfMatmulNN.variants.matrix!, { M: 128, K: 32, N: 128, relu: 0 }, {
        ...device,
        ...change,
      } as typeof device & { limits: GPUSupportedLimits });
    expect(takes({})).toBe(true);
    expect(takes({ matrixUnits: [] })).toBe(false);
    expect(takes({ matrixUnits: [{ ...unit, N: 8 }] })).toBe(false);
    expect(takes({ matrixUnits: [{ ...unit, resultComponentType: 'f16' }] })).toBe(false);
    expect(takes({ subgroupSize: 8 })).toBe(false);
    expect(takes({ features: new Set() })).toBe(false);
    expect(takes({ limits: { maxComputeWorkgroupStorageSize: 32_768 } })).toBe(false);
  });
});

// What the workgroups of software can hold: one buffer instead of two, windows of 128 pixels by 64 channels. Those whose tile is not to be
// chosen, and that they cannot hold, run in the study's interpreter (test/study).
const SMALLER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  matrix: { BUFFERS: 1 },
  matrixWindows: { BM: 128, BN: 64, INVOCATIONS: 128 },
  matrixSplit: {},
};

/** The op with its variants on matrix units alone, and of those the ones that can be made small enough. */
function onlyMatrices<D extends string, B extends string>(kernel: Kernel<D, B>): Kernel<D, B> {
  const limits = { maxComputeWorkgroupStorageSize: 49_152, maxStorageBufferBindingSize: 2 ** 27 } as GPUSupportedLimits;
  const variants: Record<string, Variant<D>> = {};
  for (const [name, smaller] of Object.entries(SMALLER)) {
    const variant = kernel.variants[name];
    if (!variant) continue;
    const accepts: Variant<D>['accepts'] = (d, device) => variant.accepts!(d, { ...device, limits });
    if ('passes' in variant) {
      variants[name] = { ...variant, accepts };
      continue;
    }
    const grid: Pass<D>['grid'] = (d, c) => {
      const [columns, ...rest] = variant.grid(d, c);
      return name === 'matrixWindows' ? [2 * columns, ...rest] : [columns, ...rest]; // half as wide
    };
    variants[name] = { ...variant, grid, consts: { ...variant.consts, ...smaller }, accepts };
  }
  return { ...kernel, variants };
}

const gpu = useGpu();

describe('variants on matrix units', () => {
  const unit = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };
  const device: Capabilities = {
    kind: 'gpu',
    limits: { maxComputeWorkgroupStorageSize: 49_152, maxStorageBufferBindingSize: 2 ** 31 } as GPUSupportedLimits,
    features: new Set(['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']),
    subgroupSize: 32,
    matrixUnits: [unit],
  };

  it.each([
    [224, 3, 64, 'matrixFirst', 'naive'],
    [224, 64, 64, 'matrixHighWindows', 'matrixHighWindows'],
    [112, 64, 128, 'matrixWideWindows', 'matrixWindows'],
    [112, 128, 128, 'matrixWideWindows', 'matrixWindows'],
    [56, 256, 256, 'matrixWideWindows', 'matrixWindows'],
    [28, 512, 512, 'matrixWideWindows', 'matrixWindows'],
    [14, 512, 512, 'matrixWideWindows', 'matrixWindows'],
    [14, 512, 192, 'matrixWindows', 'matrixWindows'],
    [4, 512, 512, 'matrix', 'naive'], // windows would be empty for the most part
  ])('convolve pictures of %i pixels, %i to %i channels: %s, with a pool %s', (size, C, K, alone, pooled) => {
    for (const N of [1, 64]) {
      const d = { N, H: size, W: size, C, K, pad: 1, relu: 1 };
      expect(chooseVariant(halfConv3x3Forward, d, device)).toBe(alone);
      expect(chooseVariant(halfConv3x3ForwardPooled, d, device)).toBe(pooled);
    }
  });

  it('multiply rows to the same bits in every batch of up to 64', async () => {
    const [K, N] = [1088, 256];
    const random = seeded(4);
    const x = random.floats(64 * K);
    const shared = { w: packHalves(random.floats(K * N)), b: random.floats(N) };
    let expected: number[] | undefined;
    for (const M of [64, 5, 1]) {
      const d = { M, K, N, relu: 0 };
      expect(chooseVariant(halfMatmulNN, d, device)).toBe('matrixSplit');
      const inputs = { x: packHalves(x.subarray(0, M * K)), ...shared };
      const { y } = await evaluate(emulated(), halfMatmulNN, d, inputs, 'matrixSplit');
      const bits = [...new Uint32Array(y.buffer)];
      expected ??= bits;
      expect(bits, `batch ${M}`).toEqual(expected.slice(0, bits.length));
    }
    expect(chooseVariant(halfMatmulNN, { M: 65, K, N, relu: 0 }, device)).toBe('matrixDeep');
  });
});

let emulating: Gpu | undefined; // one for all cases: it keeps the pipelines
function emulated(): Gpu {
  emulating ??= emulatingMatrixUnits(gpu());
  return emulating;
}

// Halves carry 11 bits; the sums are floats. WGSL lets a device round to either neighbouring half.
const stored = (terms: number) => ({ absolute: 2 ** -14 + 1e-6 * Math.sqrt(terms), relative: 2 ** -10 + 1e-5 });

testKernel(emulated, {
  kernel: onlyMatrices(halfMatmulNN),
  cases: [
    { M: 1, K: 32, N: 8, relu: 0 }, // one row and a single word of columns
    { M: 64, K: 64, N: 64, relu: 1 },
    { M: 65, K: 96, N: 72, relu: 0 }, // both edges inside a tile, three steps
    { M: 130, K: 32, N: 136, relu: 1 }, // two tiles either way
    { M: 1, K: 64, N: 128, relu: 0 }, // one row of a split that has one block
    { M: 64, K: 1088, N: 256, relu: 1 }, // all rows of one that has two, the second of a single step
  ],
  halves: { x: ({ M, K }) => M * K, w: ({ K, N }) => K * N, y: ({ M, N }) => M * N },
  reference: (d, { x, w, b }) => ({ y: matmulNN(d, d.relu === 1, x, w, b) }),
  tolerance: ({ K }) => stored(K),
});

const convolutions = [
  { N: 1, H: 1, W: 1, C: 32, K: 8, pad: 1, relu: 0 }, // 8 of 9 taps are padding
  { N: 1, H: 3, W: 3, C: 32, K: 16, pad: 0, relu: 1 },
  { N: 2, H: 5, W: 7, C: 64, K: 64, pad: 1, relu: 1 }, // a tile across pictures
  { N: 1, H: 9, W: 10, C: 96, K: 72, pad: 0, relu: 0 },
  { N: 1, H: 11, W: 13, C: 32, K: 136, pad: 1, relu: 1 }, // several tiles either way, cut on both sides
  { N: 2, H: 17, W: 18, C: 16, K: 8, pad: 1, relu: 0 }, // several windows either way
];
const halves = { x: (d: ConvShape) => elementsOf(d).x, w: (d: ConvShape) => elementsOf(d).w };

testKernel(emulated, {
  kernel: onlyMatrices(halfConv3x3Forward),
  cases: convolutions,
  halves: { ...halves, y: (d) => elementsOf(d).y },
  reference: (d, { x, w, b }) => ({ y: conv3x3Forward(d, x, w, b) }),
  tolerance: (d) => stored(9 * d.C),
});

testKernel(emulated, {
  kernel: onlyMatrices(halfConv3x3ForwardPooled),
  cases: convolutions.filter((d) => Math.min(d.H, d.W) >= 4),
  halves: { ...halves, y: pooledElements },
  reference: (d, { x, w, b }) => {
    const { P, Q } = outputSize(d);
    return { y: maxPoolForward({ N: d.N, H: P, W: Q, C: d.K }, conv3x3Forward(d, x, w, b)) };
  },
  tolerance: (d) => stored(9 * d.C),
});

describe('the emulation', () => {
  it('refuses what it does not know', () => {
    expect(() => withoutMatrixUnits(`${EXTENSION}\nlet a = subgroupMatrixScalarAdd(b, 1);`)).toThrow(/does not know/);
    expect(withoutMatrixUnits('fn main() {}')).toBe('fn main() {}');
  });
});
