// The profiler: one record a dispatch, in order, with its times, labels and counts; and nothing at all while it is off.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { accumulate } from '../../src/kernels/accumulate.js';
import type { Block } from '../../src/kernels/buffers.js';
import { insertColumns } from '../../src/kernels/columns.js';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { createGpu, type Gpu } from '../../src/kernels/gpu.js';
import { cost, passesOf } from '../../src/kernels/kernel.js';
import { reluForward } from '../../src/kernels/relu.js';
import { run } from '../../src/kernels/run.js';
import { type OpenedDevice, openDevice } from '../../src/node/open-device.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { useGpu } from '../gpu.js';

const taken: [Gpu, Block][] = [];

function blockOf(gpu: Gpu, values: ArrayLike<number>): Block {
  const block = gpu.pool.take(values.length * 4, 'values');
  gpu.write(block, Float32Array.from(values));
  taken.push([gpu, block]);
  return block;
}

afterEach(() => {
  for (const [gpu, block] of taken.splice(0)) gpu.pool.give(block);
});

const floats = async (gpu: Gpu, block: Block) => [...new Float32Array(await gpu.read(block))];

/** Two kernels of one dispatch each in two phases, then a read. */
async function twoPhases(gpu: Gpu): Promise<number[]> {
  const [x, y] = [blockOf(gpu, [-1, 2, 3, -4]), blockOf(gpu, [0, 0, 0, 0])];
  gpu.profiler.phase('forward', () => run(gpu, reluForward, { count: 4 }, { x, y }, 'naive'));
  gpu.profiler.phase('backward', () => {
    gpu.profiler.phase('update', () => run(gpu, accumulate, { count: 4 }, { x, y }, 'vec4'));
    run(gpu, accumulate, { count: 3 }, { x, y }, 'naive');
  });
  run(gpu, accumulate, { count: 2 }, { x, y }, 'naive');
  return floats(gpu, y);
}

const expected = [
  { kernel: 'relu/forward', variant: 'naive', pass: 'relu/forward/1_naive.wgsl', phase: 'forward', dims: { count: 4 } },
  {
    kernel: 'accumulate/add',
    variant: 'vec4',
    pass: 'accumulate/add/2_vec4.wgsl',
    phase: 'update',
    dims: { count: 4 },
  },
  { kernel: 'accumulate/add', variant: 'naive', phase: 'backward', dims: { count: 3 } },
  { kernel: 'accumulate/add', variant: 'naive', phase: 'other', dims: { count: 2 } },
];

describe('with timestamp queries', () => {
  const gpu = useGpu();

  it('records each dispatch once, in order, with its times, phase, dims and costs', async () => {
    gpu().profiler.start();
    const result = await twoPhases(gpu());
    const profile = await gpu().profiler.stop();
    expect(result).toEqual([-3, 8, 9, -4]);
    expect(profile.records).toMatchObject(expected);
    expect(profile.records.map(({ run }) => run - profile.records[0]!.run)).toEqual([0, 1, 2, 3]);
    expect(profile.records[0]).toMatchObject({ ...cost(reluForward, { count: 4 }), workgroups: [1, 1, 1] });
    expect(profile.counts).toEqual({ dispatches: 4, submits: 1 });
    expect(profile.bytes).toEqual({ uploaded: 32, read: 16 });

    expect(gpu().profiler.timed).toBe(true);
    const { accuracyNs } = profile.clock!;
    expect(accuracyNs).toBeGreaterThan(0);
    expect(accuracyNs).toBeLessThan(1e9);
    let before = profile.startNs - accuracyNs;
    for (const { startNs, endNs } of profile.records) {
      expect(startNs).toBeGreaterThanOrEqual(before);
      expect(endNs).toBeGreaterThanOrEqual(startNs!);
      before = startNs!;
    }
    expect(profile.endNs + accuracyNs).toBeGreaterThanOrEqual(profile.records.at(-1)!.endNs!);
    expect(profile.records.some(({ startNs, endNs }) => endNs! > startNs!)).toBe(true);
  });

  it('gives a longer dispatch more time', async () => {
    const many = 2 ** 20;
    const [x, y] = [blockOf(gpu(), new Float32Array(many)), blockOf(gpu(), new Float32Array(many))];
    run(gpu(), reluForward, { count: many }, { x, y }, 'naive'); // compiled and warm
    await gpu().finish();
    gpu().profiler.start();
    for (let i = 0; i < 5; i++) {
      run(gpu(), reluForward, { count: 1 }, { x, y }, 'naive');
      run(gpu(), reluForward, { count: many }, { x, y }, 'naive');
    }
    const { records } = await gpu().profiler.stop();
    const shortest = (count: number) =>
      Math.min(...records.filter(({ dims }) => dims.count === count).map(({ startNs, endNs }) => endNs! - startNs!));
    expect(shortest(many)).toBeGreaterThan(shortest(1));
  });

  it('records the passes of one run with its costs once', async () => {
    const dims = { N: 1, H: 8, W: 8, C: 16, K: 16, pad: 1, relu: 0 };
    const variant = conv3x3Forward.variants.winograd4!;
    const sizes = conv3x3Forward.elements(dims);
    const blocks = {
      x: blockOf(gpu(), new Float32Array(sizes.x).fill(1)),
      w: blockOf(gpu(), new Float32Array(sizes.w).fill(1)),
      b: blockOf(gpu(), new Float32Array(sizes.b)),
      y: blockOf(gpu(), new Float32Array(sizes.y)),
    };
    gpu().profiler.start();
    for (let i = 0; i < 2; i++) run(gpu(), conv3x3Forward, dims, blocks, 'winograd4');
    const { records } = await gpu().profiler.stop();
    const passes = passesOf(variant).map(({ shader }) => shader);
    expect(passes.length).toBeGreaterThan(1);
    expect(records.map(({ pass }) => pass)).toEqual([...passes, ...passes]);
    expect(new Set(records.map(({ run }) => run)).size).toBe(2);
    const { flops, bytes } = cost(conv3x3Forward, dims);
    expect(records.reduce((sum, record) => sum + record.flops, 0)).toBe(2 * flops);
    expect(records.reduce((sum, record) => sum + record.bytes, 0)).toBe(2 * bytes);
  });

  it('times more dispatches than a query set holds, again and again', async () => {
    const total = 700;
    const [x, y] = [blockOf(gpu(), [7]), blockOf(gpu(), new Float32Array(total))];
    gpu().profiler.start();
    for (let round = 0; round < 3; round++) {
      gpu().clear(y);
      for (let first = 0; first < total; first++) {
        run(gpu(), insertColumns, { rows: 1, width: 1, total, first }, { x, y });
      }
      if (round === 1) await gpu().read(x); // sheets read here are used again
    }
    const { records, counts } = await gpu().profiler.stop();
    expect(records.map(({ dims }) => dims.first)).toEqual(Array.from({ length: 3 * total }, (_, i) => i % total));
    expect(records.every(({ startNs, endNs }) => endNs! >= startNs!)).toBe(true);
    const starts = records.map(({ startNs }) => startNs!);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(counts.dispatches).toBe(3 * total);
    expect(counts.submits).toBe(new Set(records.map(({ submit }) => submit)).size);
    expect((await floats(gpu(), y)).every((v) => v === 7)).toBe(true);
  });

  it('divides a run into periods, and starts afresh', async () => {
    const [x, y] = [blockOf(gpu(), [1]), blockOf(gpu(), [0])];
    const add = (times: number) => {
      for (let i = 0; i < times; i++) run(gpu(), accumulate, { count: 1 }, { x, y });
    };
    gpu().profiler.start();
    add(3);
    const first = await gpu().profiler.take();
    add(2);
    const second = await gpu().profiler.take();
    add(1);
    gpu().profiler.start();
    add(4);
    const third = await gpu().profiler.stop();
    expect([first, second, third].map(({ records }) => records.length)).toEqual([3, 2, 4]);
    expect(second.startNs).toBeGreaterThanOrEqual(first.endNs);
    expect(second.records[0]!.startNs! + second.clock!.accuracyNs).toBeGreaterThanOrEqual(second.startNs);
    expect(await floats(gpu(), y)).toEqual([10]);
  });

  it('records what the host did, nested, failing and waiting', async () => {
    const { profiler } = gpu();
    profiler.start();
    await twoPhases(gpu());
    const value = await profiler.span('decode wait', () => Promise.resolve(3));
    expect(() =>
      profiler.span('outer', () => {
        profiler.span('inner', () => 1, 12);
        throw new Error('no');
      }),
    ).toThrow('no');
    await expect(profiler.span('late', () => Promise.reject(new Error('later')))).rejects.toThrow('later');
    profiler.addSpan({ name: 'decode', thread: 'decode', startNs: 1, endNs: 2, bytes: 4 });
    await gpu().finish();
    const { spans } = await profiler.stop();
    expect(spans.map(({ name }) => name).filter((name) => name !== 'compile')).toEqual([
      ...['upload', 'upload', 'submit', 'read-back', 'decode wait', 'inner', 'outer', 'late', 'decode'],
      ...['wait for the GPU', 'wait for the GPU'], // once here, and once to stop
    ]);
    expect(value).toBe(3);
    expect(spans.every(({ startNs, endNs }) => endNs >= startNs)).toBe(true);
    expect(spans.find(({ name }) => name === 'inner')).toMatchObject({ thread: 'loop', bytes: 12 });
    expect(spans.find(({ name }) => name === 'read-back')).toMatchObject({ bytes: 16 });
  });

  it('leaves results, their order and later work alone when switched on and off in the midst', async () => {
    const [x, y] = [blockOf(gpu(), [2]), blockOf(gpu(), [1])];
    run(gpu(), accumulate, { count: 1 }, { x, y }); // 3
    gpu().profiler.start();
    gpu().copy(y, 0, x, 0, 4);
    run(gpu(), accumulate, { count: 1 }, { x, y }); // 6
    const stopped = gpu().profiler.stop();
    run(gpu(), accumulate, { count: 1 }, { x, y }); // 9
    expect((await stopped).records.length).toBe(1);
    run(gpu(), accumulate, { count: 1 }, { x, y }); // 12
    expect(await floats(gpu(), y)).toEqual([12]);
  });

  it('counts what steps of training dispatch and submit, apart from what runs between them', async () => {
    const [x, y] = [blockOf(gpu(), [1]), blockOf(gpu(), [0])];
    const adds = async (times: number) => {
      for (let i = 0; i < times; i++) run(gpu(), accumulate, { count: 1 }, { x, y });
      return floats(gpu(), y);
    };
    await gpu().profiler.step(() => adds(1)); // while it is off
    gpu().profiler.start();
    expect(await gpu().profiler.step(() => adds(3))).toEqual([4]);
    await adds(4);
    await gpu().profiler.step(async () => {
      await adds(1);
      return adds(1);
    });
    const { counts, steps } = await gpu().profiler.stop();
    expect(steps).toEqual({ count: 2, dispatches: 5, submits: 3 });
    expect(counts).toEqual({ dispatches: 9, submits: 4 });
  });

  it('does nothing while it is off', async () => {
    const encoder = vi.spyOn(Object.getPrototypeOf(gpu().device.createCommandEncoder()), 'beginComputePass');
    const querySets = vi.spyOn(Object.getPrototypeOf(gpu().device), 'createQuerySet');
    try {
      const [x, y] = [blockOf(gpu(), [1]), blockOf(gpu(), [0])];
      for (let i = 0; i < 5; i++) run(gpu(), accumulate, { count: 1 }, { x, y });
      gpu().profiler.span('upload', () => 1);
      gpu().profiler.addSpan({ name: 'decode', thread: 'decode', startNs: 1, endNs: 2, bytes: 4 });
      expect(await floats(gpu(), y)).toEqual([5]);
      expect(encoder.mock.calls).toEqual([[]]);
      expect(querySets).not.toHaveBeenCalled();
    } finally {
      encoder.mockRestore();
      querySets.mockRestore();
    }
    expect(gpu().profiler.on).toBe(false);
    expect(await gpu().profiler.take()).toMatchObject({
      records: [],
      spans: [],
      counts: { dispatches: 0, submits: 0 },
      steps: { count: 0, dispatches: 0, submits: 0 },
    });
  });
});

describe('without timestamp queries', () => {
  const gpu = useGpu({ timestamps: false });

  it('counts and labels, and has no times', async () => {
    gpu().profiler.start();
    const result = await twoPhases(gpu());
    const profile = await gpu().profiler.stop();
    expect(result).toEqual([-3, 8, 9, -4]);
    expect(gpu().profiler.timed).toBe(false);
    expect(profile.clock).toBeUndefined();
    expect(profile.records).toMatchObject(expected.map((record) => ({ ...record, startNs: undefined })));
    expect(profile.counts).toEqual({ dispatches: 4, submits: 1 });
    expect(profile.bytes).toEqual({ uploaded: 32, read: 16 });
    expect(profile.spans.map(({ name }) => name)).toContain('read-back');
  });
});

describe('a device that is lost', () => {
  let opened: OpenedDevice;
  beforeAll(async () => {
    opened = await openDevice({ say: () => {} });
  });
  afterAll(() => opened.close());

  it('fails the call that waits, not the process', async () => {
    const gpu = createGpu(opened.device, { kind: 'cpu', shaderText: shaderFromFile });
    const [x, y] = [gpu.pool.take(4, 'x'), gpu.pool.take(4, 'y')];
    gpu.profiler.start();
    run(gpu, accumulate, { count: 1 }, { x, y });
    gpu.flush();
    opened.device.destroy();
    run(gpu, accumulate, { count: 1 }, { x, y });
    await expect(gpu.profiler.take()).rejects.toMatchObject({ code: 'device', message: expect.stringMatching(/lost/) });
    gpu.close();
  });
});
