// What every kernel stands on: specialised text, grids, the pool, the order of the queue, and errors that name their cause.
import { describe, expect, it, vi } from 'vitest';
import { accumulate } from '../../src/kernels/accumulate.js';
import { type Block, createBufferPool, sizeClass } from '../../src/kernels/buffers.js';
import { insertColumns } from '../../src/kernels/columns.js';
import { createGpu, type Gpu } from '../../src/kernels/gpu.js';
import { flat } from '../../src/kernels/grid.js';
import { chooseVariant, cost, defineKernel, type Pass, type Variant } from '../../src/kernels/kernel.js';
import { reluForward } from '../../src/kernels/relu.js';
import { run } from '../../src/kernels/run.js';
import { readBindings, readConsts, specialise } from '../../src/kernels/shader.js';
import { openDevice } from '../../src/node/open-device.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { useGpu } from '../gpu.js';

function blockOf(gpu: Gpu, values: readonly number[]): Block {
  const block = gpu.pool.take(values.length * 4, 'values');
  gpu.write(block, Float32Array.from(values));
  return block;
}

const floats = async (gpu: Gpu, block: Block) => [...new Float32Array(await gpu.read(block))];

describe('shader text', () => {
  const text = [
    'const BM = 64u; // BM = 64u',
    'const SCALE: f32 = -1.5f;',
    'const NAMES = BM + 1u;',
    'fn f() -> u32 { const BM2 = 64u; let BM = 64u; return BM; }',
  ].join('\n');

  it('specialises named consts and nothing else', () => {
    expect(specialise('a.wgsl', text, { BM: 32, SCALE: 2 })).toBe(
      text.replace('const BM = 64u', 'const BM = 32u').replace('const SCALE: f32 = -1.5f', 'const SCALE: f32 = 2f'),
    );
    expect(specialise('a.wgsl', text, {})).toBe(text);
    expect(readConsts(text)).toEqual({ BM: 64, SCALE: -1.5 });
  });

  it('refuses a const that is not there, and says which are', () => {
    expect(() => specialise('a.wgsl', text, { BM: 1, BN: 2, BM2: 3 })).toThrow(
      'shaders/a.wgsl has no const named BN, BM2; it has BM, SCALE.',
    );
  });

  it('reads bindings by their numbers', () => {
    const declared = `@group(0) @binding(2) var<storage, read_write> y: array<f32>;
      @group(0) @binding(1) var<storage> x: array<f32>;
      @group(0) @binding(0) var<uniform> dims: Dims;`;
    expect(readBindings(declared)).toEqual([
      { index: 0, name: 'dims', type: 'uniform' },
      { index: 1, name: 'x', type: 'read-only-storage' },
      { index: 2, name: 'y', type: 'storage' },
    ]);
  });
});

describe('grids', () => {
  const gpu = useGpu();

  it('fold into y past 65,535 groups', () => {
    expect(flat(1, 64)).toEqual([1, 1]);
    expect(flat(65_535 * 64, 64)).toEqual([65_535, 1]);
    expect(flat(65_535 * 64 + 1, 64)).toEqual([32_768, 2]);
  });

  it('reach every element past the fold', async () => {
    const count = 65_535 * 64 + 129;
    const values = Float32Array.from({ length: count }, (_, i) => (i % 1021) - 510);
    const [x, y] = [gpu().pool.take(count * 4, 'x'), gpu().pool.take(count * 4, 'y')];
    gpu().write(x, values);
    run(gpu(), reluForward, { count }, { x, y }, 'naive');
    const result = new Float32Array(await gpu().read(y));
    expect(result.findIndex((v, i) => v !== Math.max(0, values[i]!))).toBe(-1);
    gpu().pool.give(x);
    gpu().pool.give(y);
  });

  it('of no groups: the pass is not even compiled', async () => {
    const { naive } = reluForward.variants;
    const idle: Pass<'count'> = { shader: 'test/idle/1_naive.wgsl', grid: ({ count }) => [count - 2] };
    const two = defineKernel({
      ...reluForward,
      variants: { two: { idea: 'the second sometimes', passes: [naive as Pass<'count'>, idle] } },
    });
    const text = '@compute @workgroup_size(1) fn main() { nonsense }';
    const own: Gpu = { ...gpu(), shaderText: (path) => (path === idle.shader ? text : shaderFromFile(path)) };
    const [x, y] = [blockOf(own, [-1, 2, 3]), blockOf(own, [7, 7, 7])];
    run(own, two, { count: 2 }, { x, y });
    expect(await floats(own, y)).toEqual([0, 2, 7]);
    run(own, two, { count: 3 }, { x, y });
    await expect(own.read(y)).rejects.toThrow('test/idle/1_naive.wgsl');
  });
});

describe('the pool', () => {
  const gpu = useGpu({ limits: { maxStorageBufferBindingSize: 2 ** 20 } });
  const debugged = useGpu({ debug: true });

  it('rounds sizes up by at most 1/32, to multiples of 4', () => {
    for (let bytes = 1; bytes < 2 ** 33; bytes = Math.ceil(bytes * 1.13)) {
      const size = sizeClass(bytes);
      expect(size % 4).toBe(0);
      expect(size).toBeGreaterThanOrEqual(bytes);
      expect(size).toBeLessThanOrEqual(Math.max(256, Math.ceil(bytes / 4) * 4 * (1 + 1 / 32)));
      expect(sizeClass(size)).toBe(size);
    }
  });

  it('hands a freed buffer to the next taker of its size, and counts', () => {
    const pool = createBufferPool(gpu().device);
    const first = pool.take(1000, 'first');
    expect(pool.bytes()).toEqual({ live: 1008, free: 0, peak: 1008 }); // 1,008: the next size of a buffer
    pool.give(first);
    expect(pool.bytes()).toEqual({ live: 0, free: 1008, peak: 1008 });
    const second = pool.take(998, 'second');
    expect(second.buffer).toBe(first.buffer);
    expect(second.bytes).toBe(1000);
    expect(pool.take(1000, 'third').buffer).not.toBe(first.buffer);
    expect(pool.bytes()).toEqual({ live: 2016, free: 0, peak: 2016 });
  });

  it('refuses a block given back twice', () => {
    const pool = createBufferPool(gpu().device);
    const block = pool.take(4, 'once');
    pool.give(block);
    expect(() => pool.give(block)).toThrow(/once.*given back twice/);
    expect(pool.bytes().live).toBe(0);
  });

  it('trims the longest unused first', () => {
    const pool = createBufferPool(gpu().device);
    const blocks = [1, 2, 3].map((i) => pool.take(i * 1024, `block ${i}`));
    for (const block of [blocks[1]!, blocks[0]!, blocks[2]!]) pool.give(block);
    pool.trim(4 * 1024);
    expect(pool.bytes().free).toBe(4 * 1024);
    expect(pool.take(2048, 'again').buffer).not.toBe(blocks[1]!.buffer);
    expect(pool.take(1024, 'again').buffer).toBe(blocks[0]!.buffer);
    pool.trim(0);
    expect(pool.bytes().free).toBe(0);
  });

  it('serves a large request by the smallest free buffer of up to four times its size', () => {
    const made: number[] = [];
    const device = {
      limits: { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 },
      createBuffer: ({ size }: { size: number }) => {
        made.push(size);
        return { size, destroy() {} };
      },
    } as unknown as GPUDevice;
    const pool = createBufferPool(device);
    const MiB = 2 ** 20;
    const blocks = [40, 8, 5].map((size) => pool.take(size * MiB, `${size} MiB`));
    for (const block of blocks) pool.give(block);
    expect(pool.take(3 * MiB, 'three').buffer).toBe(blocks[2]!.buffer);
    expect(pool.take(3 * MiB, 'three more').buffer).toBe(blocks[1]!.buffer);
    expect(pool.bytes()).toMatchObject({ live: 13 * MiB, free: 40 * MiB });
    pool.take(3 * MiB, '40 MiB are too many for three');
    pool.take(MiB / 2, 'half a MiB has a buffer of its own');
    expect(made.map((size) => size / MiB)).toEqual([40, 8, 5, 3, 0.5]);
  });

  it('spares what was in use a few submits ago', () => {
    const pool = createBufferPool(gpu().device);
    pool.give(pool.take(4096, 'old'));
    for (let i = 0; i < 3; i++) pool.submitted();
    const young = pool.take(8192, 'young');
    pool.give(young);
    expect(pool.trim(0, 3)).toBe(true);
    expect(pool.bytes().free).toBe(8192);
    expect(pool.trim(0, 3)).toBe(false);
    for (let i = 0; i < 3; i++) pool.submitted();
    expect(pool.trim(0, 3)).toBe(true);
    expect(pool.bytes().free).toBe(0);
  });

  it('says what asked for more than one binding holds', () => {
    expect(() => gpu().pool.take(2 ** 20 + 4, 'kernel of fc1')).toThrowError(
      expect.objectContaining({ code: 'memory', message: expect.stringMatching(/^kernel of fc1 needs 1048580 bytes/) }),
    );
    gpu().pool.give(gpu().pool.take(2 ** 20, 'the largest'));
  });

  it('fills buffers with NaN in debug mode, reused ones too', async () => {
    const first = blockOf(debugged(), [1, 2, 3]);
    expect(await floats(debugged(), first)).toEqual([1, 2, 3]);
    debugged().pool.give(first);
    const second = debugged().pool.take(12, 'second');
    expect(second.buffer).toBe(first.buffer);
    expect(await floats(debugged(), second)).toEqual([NaN, NaN, NaN]);
    debugged().pool.give(second);
  });
});

describe('the queue', () => {
  const gpu = useGpu();

  it('gives each of thousands of dispatches its own dims', async () => {
    const total = 2500; // the ring of uniforms has 1,024 slots
    const y = gpu().pool.take(total * 4, 'y');
    gpu().clear(y);
    const x = blockOf(gpu(), [7]);
    const before = { ...gpu().counts };
    for (let first = 0; first < total; first++) {
      run(gpu(), insertColumns, { rows: 1, width: 1, total, first }, { x, y });
    }
    expect((await floats(gpu(), y)).findIndex((v) => v !== 7)).toBe(-1);
    expect(gpu().counts.dispatches - before.dispatches).toBe(total);
    expect(gpu().counts.submits - before.submits).toBeLessThan(total / 100);
  });

  it('keeps the order of writes, dispatches, copies and clears', async () => {
    const x = blockOf(gpu(), [1, 10]);
    const y = blockOf(gpu(), [0, 0]);
    run(gpu(), accumulate, { count: 2 }, { x, y }); // y = 1, 10
    gpu().write(x, Float32Array.of(2), 4); // x = 1, 2
    run(gpu(), accumulate, { count: 2 }, { x, y }); // y = 2, 12
    gpu().copy(y, 4, x, 0, 4); // x = 12, 2
    run(gpu(), accumulate, { count: 2 }, { x, y }); // y = 14, 14
    gpu().clear(x);
    run(gpu(), accumulate, { count: 2 }, { x, y });
    expect(await floats(gpu(), y)).toEqual([14, 14]);
    expect(new Float32Array(await gpu().read(y, 4, 4))).toEqual(Float32Array.of(14));
  });

  it('lets a buffer be given back and taken again while commands wait', async () => {
    const y = blockOf(gpu(), [0]);
    for (let i = 1; i <= 5; i++) {
      const x = blockOf(gpu(), [i]);
      run(gpu(), accumulate, { count: 1 }, { x, y });
      gpu().pool.give(x);
    }
    expect(await floats(gpu(), y)).toEqual([15]);
  });

  it('answers reads that overlap', async () => {
    const blocks = [1, 2, 3].map((i) => blockOf(gpu(), [i, i]));
    expect(await Promise.all(blocks.map((block) => floats(gpu(), block)))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });
});

describe('uploads through mapped buffers, as to a GPU', () => {
  const gpu = useGpu({ kind: 'gpu' });

  it('keep the order of writes and dispatches, with more on the way than there are buffers for', async () => {
    const count = 10 * 2 ** 20 + 4; // 40 MiB, of which a buffer holds 1, and all together 128
    const [x, y] = [gpu().pool.take(4 * count, 'x'), gpu().pool.take(4 * count, 'y')];
    gpu().clear(y);
    const values = Float32Array.from({ length: count }, (_, i) => i % 1021);
    for (let round = 0; round < 6; round++) {
      gpu().write(x, values);
      run(gpu(), accumulate, { count }, { x, y });
      gpu().write(x, Float32Array.of(round, -round), 8); // by the queue
      gpu().write(x, values.subarray(5, 50_005), 4 * (count - 50_000));
      run(gpu(), accumulate, { count }, { x, y });
    }
    const sums = new Float32Array(await gpu().read(y));
    const small = [15, -15]; // of the rounds
    const expected = (i: number) => {
      const own = i % 1021;
      const second = i >= count - 50_000 ? (i - count + 50_005) % 1021 : own;
      return i === 2 || i === 3 ? 6 * own + small[i - 2]! : 6 * (own + second);
    };
    expect(sums.findIndex((sum, i) => sum !== expected(i))).toBe(-1);
    gpu().pool.give(x);
    gpu().pool.give(y);
  });

  it('take buffers again once the device is done with them', async () => {
    const x = gpu().pool.take(2 ** 20, 'x');
    const written = vi.spyOn(gpu().device.queue, 'writeBuffer');
    for (let round = 0; round < 150; round++) {
      gpu().write(x, new Float32Array(2 ** 18).fill(round));
      expect(new Float32Array(await gpu().read(x, 2 ** 20 - 4))).toEqual(Float32Array.of(round));
    }
    expect(written.mock.calls.length).toBe(0); // calls with their bytes would take a minute to print
    written.mockRestore();
    gpu().pool.give(x);
  });
});

describe('calls that cannot be', () => {
  const gpu = useGpu();

  it('a tensor that is too small', () => {
    const [x, y] = [blockOf(gpu(), [1, 2, 3, 4]), blockOf(gpu(), [0, 0, 0])];
    expect(() => run(gpu(), reluForward, { count: 4 }, { x, y })).toThrowError(
      expect.objectContaining({
        code: 'kernel',
        message: `relu/forward at {"count":4} needs 4 elements in 'y'; the tensor given has 3.`,
      }),
    );
  });

  it('a variant that is not there, or that takes other dims', () => {
    const [x, y] = [blockOf(gpu(), [1]), blockOf(gpu(), [0])];
    expect(() => run(gpu(), reluForward, { count: 1 }, { x, y }, 'fast')).toThrow(
      "relu/forward has no variant 'fast'; it has naive, vec4.",
    );
    expect(chooseVariant(reluForward, { count: 1 }, gpu().capabilities)).toBe('naive');
    expect(chooseVariant(reluForward, { count: 8 }, gpu().capabilities)).toBe('vec4');
    const vec4Only = defineKernel({ ...reluForward, variants: { vec4: reluForward.variants.vec4! } });
    expect(() => chooseVariant(vec4Only, { count: 1 }, gpu().capabilities)).toThrow(
      'No variant of relu/forward takes {"count":1}',
    );
  });

  it('a grid that is too large', () => {
    const wide = defineKernel({
      ...reluForward,
      variants: {
        naive: { ...reluForward.variants.naive!, idea: 'too wide', grid: () => [65_536] } as Variant<'count'>,
      },
    });
    const [x, y] = [blockOf(gpu(), [1]), blockOf(gpu(), [0])];
    expect(() => run(gpu(), wide, { count: 1 }, { x, y })).toThrow('needs a grid of 65536 x 1 x 1; at most 65535');
  });

  it('costs count an updated tensor twice', () => {
    expect(cost(accumulate, { count: 10 })).toEqual({ flops: 10, bytes: 120 });
  });
});

describe('errors of the device', () => {
  const gpu = useGpu();
  const broken = defineKernel({
    name: 'test/broken',
    dims: ['count'],
    bindings: { y: 'write' },
    elements: (d) => ({ y: d.count }),
    flops: () => 0,
    variants: { naive: { idea: 'does not compile', shader: 'test/broken/1_naive.wgsl', grid: () => [1] } },
  });
  const text = `
    @group(0) @binding(0) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(1) fn main() { y[0] = nonsense; }`;

  it('fail the call that caused them, with the kernel named, and no later one', async () => {
    const own: Gpu = { ...gpu(), shaderText: () => text };
    const y = own.pool.take(4, 'y');
    run(own, broken, { count: 1 }, { y });
    await expect(own.read(y)).rejects.toMatchObject({
      code: 'device',
      message: expect.stringMatching(/test\/broken[\s\S]*nonsense|nonsense[\s\S]*test\/broken/),
    });
    own.write(y, Float32Array.of(3));
    expect(await floats(own, y)).toEqual([3]);
    await own.finish();
  });
});

it.each(['cpu', 'gpu'] as const)('a lost device fails every call from then on, clearly (%s)', async (kind) => {
  const { device, close } = await openDevice({ say: () => {} });
  const gpu = createGpu(device, { kind, shaderText: shaderFromFile });
  const [x, y] = [blockOf(gpu, [1]), blockOf(gpu, [1])];
  const large = gpu.pool.take(2 ** 20, 'large');
  gpu.write(large, new Float32Array(2 ** 18));
  await gpu.finish();
  device.destroy();
  for (let i = 0; i < 40; i++) gpu.write(large, new Float32Array(2 ** 18));
  run(gpu, accumulate, { count: 1 }, { x, y });
  const lost = { code: 'device', message: expect.stringMatching(/device was lost/) };
  await expect(gpu.read(y)).rejects.toMatchObject(lost);
  await expect(gpu.finish()).rejects.toMatchObject(lost);
  await expect(gpu.read(y)).rejects.toMatchObject(lost);
  gpu.close();
  await close();
});
