// Sheets: they hold what was copied to them, come from the pool and go back to it, and show what nobody wrote.
import { describe, expect, it } from 'vitest';
import { createBufferPool } from '../../src/kernels/buffers.js';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { accepts, type Kernel, passesOf } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { run } from '../../src/kernels/run.js';
import { readBindings, readConsts } from '../../src/kernels/shader.js';
import { BYTES_OF_ROW, largestSheet, partsOf, SHEET_ROW, sheetRows, TEXEL } from '../../src/kernels/sheets.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';

const gpu = useGpu({ debug: true });
const MiB = 2 ** 20;
const SMALL_SUBGROUPS = 'the variants that use sheets need subgroups of 8';

it('are read by shaders in rows as long as they are made', () => {
  expect(readConsts(shaderFromFile(TEXEL)).ROW).toBe(SHEET_ROW);
});

it('are bindings of their own kind', () => {
  const declared = `
    @group(0) @binding(0) var<uniform> dims: Dims;
    @group(0) @binding(2) var V: texture_storage_2d<rgba32float, write>;
    @group(0) @binding(1) var U: texture_storage_2d< rgba32float, read >;`;
  expect(readBindings(declared)).toEqual([
    { index: 0, name: 'dims', type: 'uniform' },
    { index: 1, name: 'U', type: 'read-sheet' },
    { index: 2, name: 'V', type: 'write-sheet' },
  ]);
});

it('are filled in whole rows, and what is left', () => {
  const whole = { offset: 0, origin: [0, 0], size: [SHEET_ROW, 2] };
  expect(partsOf({ bytes: 2 * BYTES_OF_ROW })).toEqual([whole]);
  expect(partsOf({ bytes: 2 * BYTES_OF_ROW + 48 })).toEqual([
    whole,
    { offset: 2 * BYTES_OF_ROW, origin: [0, 2], size: [3, 1] },
  ]);
  expect(partsOf({ bytes: 16 })).toEqual([{ offset: 0, origin: [0, 0], size: [1, 1] }]);
  expect(sheetRows(2 * BYTES_OF_ROW + 4)).toBe(3);
});

// Three of whole rows and a part of one, a part alone, and rows that end where a sheet's do.
it.for([3300, 7, 4096])('hold what was copied to them: %i rows of 20', async (M, { skip }) => {
  const K = 20;
  const d = { M, K, N: K, relu: 0 };
  skip(!accepts(matmulNN.variants.sheets!, d, gpu().capabilities), SMALL_SUBGROUPS);
  const random = seeded(3);
  const contents = {
    x: random.floats(M * K),
    w: new Float32Array(K * K),
    b: new Float32Array(K),
    y: new Float32Array(M * K),
  };
  for (let k = 0; k < K; k++) contents.w[k * K + k] = 1; // so that y is x
  const { pool } = gpu();
  const tensors = Object.fromEntries(
    Object.entries(contents).map(([name, values]) => {
      const block = pool.take(values.byteLength, name);
      gpu().write(block, values);
      return [name, block];
    }),
  ) as Record<keyof typeof contents, ReturnType<typeof pool.take>>;
  run(gpu(), matmulNN, d, tensors, 'sheets');
  expect(new Float32Array(await gpu().read(tensors.y))).toEqual(contents.x);
  for (const block of Object.values(tensors)) pool.give(block);
});

it('hold NaN where nobody wrote, in debug mode', async ({ skip }) => {
  const d = { N: 1, H: 8, W: 8, C: 4, K: 8, pad: 1, relu: 0 };
  const real = conv3x3Forward.variants.winograd4_sheets!;
  skip(!accepts(real, d, gpu().capabilities), SMALL_SUBGROUPS);
  const passes = passesOf(real).filter(({ shader }) => !/input/.test(shader));
  const kernel = { ...conv3x3Forward, variants: { untransformed: { ...real, passes } } } as Kernel;
  const { pool } = gpu();
  const tensors = Object.fromEntries(
    Object.entries(conv3x3Forward.elements(d)).map(([name, count]) => {
      const block = pool.take(4 * count, name);
      gpu().write(block, new Float32Array(count).fill(1));
      return [name, block];
    }),
  );
  run(gpu(), kernel, d, tensors, 'untransformed');
  const y = new Float32Array(await gpu().read(tensors.y!));
  expect(y.length).toBe(8 * 8 * 8);
  expect(y.filter((value) => !Number.isNaN(value))).toEqual(new Float32Array());
  for (const block of Object.values(tensors)) pool.give(block);
});

describe('in the pool', () => {
  it('are counted, and go to the next taker', () => {
    const pool = createBufferPool(gpu().device);
    const first = pool.takeSheet(BYTES_OF_ROW + 16, 'first');
    expect(pool.bytes()).toEqual({ live: 2 * BYTES_OF_ROW, free: 0, peak: 2 * BYTES_OF_ROW });
    pool.give(first);
    const block = pool.take(2 * BYTES_OF_ROW, 'a buffer of that size');
    const second = pool.takeSheet(2 * BYTES_OF_ROW, 'second');
    expect(second.texture).toBe(first.texture);
    expect(second.bytes).toBe(2 * BYTES_OF_ROW);
    expect(pool.bytes().live).toBe(4 * BYTES_OF_ROW);
    pool.give(second);
    expect(() => pool.give(second)).toThrow(/first.*given back twice/);
    pool.give(block);
    expect(pool.trim(0)).toBe(true);
    expect(pool.bytes().free).toBe(0);
  });

  it('of a larger size serve a large request', () => {
    const pool = createBufferPool(gpu().device);
    const large = pool.takeSheet(8 * MiB, 'large');
    pool.give(large);
    expect(pool.takeSheet(3 * MiB, 'smaller').texture).toBe(large.texture);
    expect(pool.takeSheet(3 * MiB, 'another').texture).not.toBe(large.texture);
  });

  it('take part in what memory there is', () => {
    const pool = createBufferPool(gpu().device, { memory: 4 * MiB });
    pool.takeSheet(3 * MiB, 'most of it');
    expect(() => pool.takeSheet(2 * MiB, 'too much')).toThrow(/No memory left for too much/);
    expect(() => pool.take(2 * MiB, 'too much as well')).toThrow(/No memory left for too much as well/);
  });
});

it('limit the dims of a variant', () => {
  const device = { ...gpu().capabilities, subgroupSize: 8 };
  const variant = matmulNN.variants.sheets!;
  const limits = {
    ...device.limits,
    maxStorageBufferBindingSize: 2 ** 20,
    maxTextureDimension2D: 8192,
  } as GPUSupportedLimits;
  const at = (M: number) => accepts(variant, { M, K: 16_384, N: 4, relu: 0 }, { ...device, limits });
  expect(largestSheet(limits)).toBe(512 * MiB);
  expect(at(8192)).toBe(true); // although no binding is that large
  expect(at(8193)).toBe(false);
  expect(largestSheet({ ...limits, maxTextureDimension2D: 2048 })).toBe(0);
});
