// What variants prepare of a binding is used again while the binding stays as it is, and never longer.
import { describe, expect, it } from 'vitest';
import { conv3x3 } from '../../src/autograd/ops.js';
import { createTape } from '../../src/autograd/tape.js';
import { freeTensor, tensorFrom } from '../../src/autograd/tensor.js';
import type { Block } from '../../src/kernels/buffers.js';
import { conv3x3Forward, conv3x3ForwardPooled } from '../../src/kernels/conv3x3.js';
import { createGpu, type Gpu } from '../../src/kernels/gpu.js';
import { reluForward } from '../../src/kernels/relu.js';
import { run } from '../../src/kernels/run.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';

const gpu = useGpu({ debug: true });
const d = { N: 1, H: 8, W: 8, C: 4, K: 8, pad: 1, relu: 0 };

function layer(at = gpu()) {
  const random = seeded(7);
  const sizes = conv3x3Forward.elements(d);
  const blocks = Object.fromEntries(
    Object.entries(sizes).map(([name, count]) => {
      const block = at.pool.take(4 * count, name);
      at.write(block, random.floats(count));
      return [name, block];
    }),
  ) as Record<'x' | 'w' | 'b' | 'y', Block>;
  const convolve = async (constant: readonly 'w'[] = [], kernel = conv3x3Forward) => {
    const before = at.counts.dispatches;
    run(at, kernel, d, blocks, 'winograd4', constant);
    const dispatches = at.counts.dispatches - before;
    return { dispatches, y: new Float32Array(await at.read(blocks.y)) };
  };
  const free = () => {
    for (const block of Object.values(blocks)) at.pool.give(block);
  };
  return { blocks, convolve, free };
}

it('saves the transform of constant filters, to the same bits', async () => {
  const { convolve, free } = layer();
  const once = await convolve();
  expect(once.dispatches).toBe(4);
  expect(await convolve()).toEqual(once); // nothing was kept, since nobody said that it may
  expect(await convolve(['w'])).toEqual(once);
  expect(await convolve(['w'])).toEqual({ ...once, dispatches: 3 });
  expect((await convolve()).dispatches).toBe(3);
  free();
});

it('is shared by ops whose pass is the same', async () => {
  const { convolve, free } = layer();
  await convolve(['w']);
  expect((await convolve(['w'], conv3x3ForwardPooled)).dispatches).toBe(3);
  free();
});

describe('is made again once the filters', () => {
  const cosines = (block: Block) => Float32Array.from({ length: block.bytes / 4 }, (_, i) => Math.cos(i));
  it.each<[string, (at: Gpu, w: Block) => void]>([
    ['were written', (at, w) => at.write(w, cosines(w))],
    ['were written in part', (at, w) => at.write(w, Float32Array.of(3), 8)],
    ['were cleared', (at, w) => at.clear(w)],
    [
      'were copied to',
      (at, w) => {
        const from = at.pool.take(w.bytes, 'other filters');
        at.write(from, cosines(w));
        at.copy(from, 0, w, 0, w.bytes);
        at.pool.give(from);
      },
    ],
    [
      'were the output of a kernel',
      (at, w) => {
        const x = at.pool.take(w.bytes, 'x');
        at.write(x, cosines(x));
        run(at, reluForward, { count: x.bytes / 4 }, { x, y: w });
        at.pool.give(x);
      },
    ],
  ])('%s', async (_, change) => {
    const { blocks, convolve, free } = layer();
    const before = await convolve(['w']);
    change(gpu(), blocks.w);
    const after = await convolve(['w']);
    expect(after.dispatches).toBe(4);
    expect(after.y).not.toEqual(before.y);
    expect(after.y).toEqual((await convolve()).y);
    gpu().prepared.forgetAll();
    expect((await convolve()).y).toEqual(after.y);
    free();
  });
});

it('goes back to the pool with the filters', async () => {
  const before = gpu().pool.bytes().live;
  const { convolve, free } = layer();
  const own = gpu().pool.bytes().live;
  await convolve(['w']);
  expect(gpu().pool.bytes().live).toBeGreaterThan(own);
  free();
  expect(gpu().pool.bytes().live).toBe(before);
});

it('is given up where memory is short', async () => {
  const small = createGpu(gpu().device, { kind: 'cpu', shaderText: shaderFromFile, memory: 200_000 });
  const { convolve, free } = layer(small);
  const once = await convolve(['w']);
  expect(() => small.pool.take(250_000, 'too much')).toThrow(/No memory left/);
  expect(await convolve(['w'])).toEqual(once);
  const most = 200_000 - small.pool.bytes().live;
  small.pool.give(small.pool.take(most, 'all that is left'));
  expect((await convolve(['w'])).y).toEqual(once.y);
  free();
  small.close();
});

it('is not kept after an error of the device, which may have been in its making', async () => {
  const { blocks, convolve, free } = layer();
  const once = await convolve(['w']);
  gpu().copy(blocks.x, 0, blocks.b, 0, 2 ** 20);
  await expect(gpu().finish()).rejects.toThrow(/refused/);
  expect(await convolve(['w'])).toEqual(once);
  free();
});

it('is kept by the op for weights without a gradient only, and by both kinds of weights in a tape that records nothing', async () => {
  const random = seeded(3);
  const [x, w, b] = ([[1, 8, 8, 16], [3, 3, 16, 32], [32]] as const).map((shape) =>
    tensorFrom(gpu(), shape, random.floats(shape.reduce((a: number, c: number) => a * c, 1)), 'input'),
  );
  const dispatches = (requiresGrad: boolean, record: boolean) => {
    w!.requiresGrad = requiresGrad;
    const before = gpu().counts.dispatches;
    const tape = createTape(gpu(), { record });
    for (let i = 0; i < 2; i++) conv3x3(tape, x!, w!, b!, { pad: 1 });
    tape.dispose();
    gpu().prepared.forgetAll();
    return gpu().counts.dispatches - before;
  };
  expect([dispatches(true, true), dispatches(false, true), dispatches(true, false)]).toEqual([8, 7, 7]);
  for (const tensor of [x!, w!, b!]) freeTensor(gpu(), tensor);
});
