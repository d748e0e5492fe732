// Which variant runs: the measured one where it holds for the shape, the descriptor's order otherwise.
import { expect, it } from 'vitest';
import { choiceKey, createChoices, sizeClass } from '../../src/kernels/choices.js';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import type { Capabilities } from '../../src/kernels/gpu.js';
import { kernels } from '../../src/kernels/index.js';
import { chooseVariant } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { run } from '../../src/kernels/run.js';
import { useGpu } from '../gpu.js';

const gpu = useGpu();
const conv = { N: 2, H: 8, W: 8, C: 16, K: 32, pad: 1, relu: 1 };
const convKey = 'conv3x3/forward H=8 W=8 C=16 K=32 pad=1';

it('sizes fall into classes', () => {
  const classes = [1, 2, 4, 5, 8, 9, 64, 65, 512, 513, 4096, 4097].map(sizeClass);
  expect(classes).toEqual(
    '1 2..4 2..4 5..8 5..8 9..64 9..64 65..512 65..512 513..4096 513..4096 4097..32768'.split(' '),
  );
});

it('a key has what the choice goes by, and nothing of the batch where it would move a bit', () => {
  expect(choiceKey(conv3x3Forward, conv)).toBe(convKey);
  expect(choiceKey(conv3x3Forward, { ...conv, N: 64, relu: 0 })).toBe(convKey);
  expect(choiceKey(matmulNN, { M: 17, K: 25088, N: 4096, relu: 1 })).toBe('matmul/nn K=25088 N=4096 M=9..64');
});

it('every choice goes by dims that the kernel has, and those of random numbers and pictures are not measured', () => {
  for (const { name, choice, dims } of kernels) {
    expect(dims, name).toEqual(expect.arrayContaining([...(choice?.by ?? []), ...(choice?.classes ?? [])]));
    if (/^(random|picture)/.test(name)) expect(choice, name).toBeUndefined();
  }
});

it('a measured variant runs for its shape with any batch, and for no other shape', () => {
  const device = gpu().capabilities;
  const choices = createChoices({ [convKey]: 'naive' });
  expect(choices.variant(conv3x3Forward, conv, device)).toBe('naive');
  expect(choices.variant(conv3x3Forward, { ...conv, N: 5 }, device)).toBe('naive');
  const other = { ...conv, W: 9 };
  expect(choices.variant(conv3x3Forward, other, device)).toBe(chooseVariant(conv3x3Forward, other, device));
});

it('an entry whose variant is gone, or does not take the shape, counts for nothing', () => {
  const device = gpu().capabilities;
  const odd = { ...conv, C: 3 };
  const tuned = { [convKey]: 'fastest', [convKey.replace('C=16', 'C=3')]: 'winograd4', 'gone/op H=1': 'naive' };
  const choices = createChoices({ ...tuned, [convKey.replace('K=32', 'K=33')]: 'toString' });
  for (const d of [conv, odd, { ...conv, K: 33 }]) {
    expect(choices.variant(conv3x3Forward, d, device)).toBe(chooseVariant(conv3x3Forward, d, device));
  }
});

it('what has no scratch in one binding of the device is not run, whatever the table says', () => {
  const { limits, ...device } = gpu().capabilities;
  const low = { maxStorageBufferBindingSize: 4 * 16 * 16 * 8 * 8 };
  const small: Capabilities = { ...device, limits: { ...limits, ...low } as GPUSupportedLimits };
  const choices = createChoices({ [convKey]: 'winograd4' });
  expect(choices.variant(conv3x3Forward, conv, { ...device, limits })).toBe('winograd4');
  expect(choices.variant(conv3x3Forward, { ...conv, N: 64 }, small)).not.toBe('winograd4');
});

it('other choices can be taken over, and run goes by them', async () => {
  const { pool, choices, profiler } = gpu();
  const x = pool.take(4 * 9 * 16 * 32, 'everything that is read');
  const y = pool.take(4 * 2 * 8 * 8 * 32, 'y');
  const variantRun = async () => {
    profiler.start();
    run(gpu(), conv3x3Forward, conv, { x, w: x, b: x, y });
    return new Set((await profiler.stop()).records.map(({ variant }) => variant));
  };
  const before = choices.use({ [convKey]: 'vec4' });
  expect(before).toEqual({});
  expect(await variantRun()).toEqual(new Set(['vec4']));
  expect(choices.use(before)).toEqual({ [convKey]: 'vec4' });
  expect(await variantRun()).toEqual(new Set([chooseVariant(conv3x3Forward, conv, gpu().capabilities)]));
});
