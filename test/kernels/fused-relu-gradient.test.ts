// Kernels that store the gradient of what a ReLU made apply the ReLU's own gradient on the way: to the bits of relu/backward behind them.
import { describe, expect, it } from 'vitest';
import { conv3x3InputGradient } from '../../src/kernels/conv3x3.js';
import type { Kernel, Values } from '../../src/kernels/kernel.js';
import { matmulNT } from '../../src/kernels/matmul.js';
import { maxPoolBackward, maxPoolForward } from '../../src/kernels/max-pool.js';
import { reluBackward } from '../../src/kernels/relu.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { evaluate, variantsFor } from './evaluate.js';

const gpu = useGpu();

/** Bits of NaN of both signs, both zeros, infinities, and what is next to 0 on any device. */
const SPECIAL = [0x7fc00000, 0xffc00000, 0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x00800000, 0x80800000];

/** Random numbers, every third one special. */
function inputOfRelu(count: number): Float32Array<ArrayBuffer> {
  const x = seeded(3).floats(count);
  const bits = new Uint32Array(x.buffer);
  for (let i = 0; i < count; i += 3) bits[i] = SPECIAL[(i / 3) % SPECIAL.length]!;
  return x;
}

const fused = [
  {
    kernel: conv3x3InputGradient as unknown as Kernel,
    cases: [
      { N: 2, H: 5, W: 7, C: 3, K: 5, pad: 1 },
      { N: 2, H: 9, W: 6, C: 16, K: 12, pad: 1 },
      { N: 1, H: 6, W: 11, C: 8, K: 4, pad: 0 },
      { N: 9, H: 14, W: 13, C: 8, K: 8, pad: 1 }, // more tiles than the low products take
    ] as Values<string>[],
  },
  {
    kernel: matmulNT as unknown as Kernel,
    cases: [
      { M: 3, K: 5, N: 9 },
      { M: 9, K: 72, N: 260 }, // two blocks of the sum: only the last total is masked
      { M: 130, K: 68, N: 20 },
    ] as Values<string>[],
  },
  {
    kernel: maxPoolBackward as unknown as Kernel,
    cases: [
      { N: 4, H: 9, W: 11, C: 3 }, // windows enough that some have nothing above 0
      { N: 3, H: 8, W: 10, C: 8 },
    ] as Values<string>[],
  },
];

describe.each(fused.map((each) => ({ name: each.kernel.name, ...each })))('$name', ({ kernel, cases }) => {
  const pools = kernel.name === maxPoolBackward.name;

  it('has a shape here for every variant', () => {
    const tried = new Set(cases.flatMap((d) => variantsFor(gpu(), kernel, { ...d, relu: 1 })));
    const untried = Object.keys(kernel.variants).filter((name) => !tried.has(name));
    expect(untried.filter((name) => !/subgroup|sheets/.test(name))).toEqual([]);
  });

  it.each(cases)('%o', async (d) => {
    const [plain, masked] = [
      { ...d, relu: 0 },
      { ...d, relu: 1 },
    ];
    const sizes = kernel.elements(masked);
    const x = inputOfRelu(sizes.x!);
    const random = seeded(4);
    const w = random.floats(sizes.w ?? 0);
    const { y } = pools ? await evaluate(gpu(), maxPoolForward, d as never, { x }, 'naive') : {};
    // Without relu nobody reads x but a pool, who looks for the maximum in it.
    const unread = pools ? x : new Float32Array(kernel.elements(plain).x!).fill(Number.NaN);
    for (const dy of [random.floats(sizes.dy!), new Float32Array(sizes.dy!).fill(Number.NaN)]) {
      for (const variant of variantsFor(gpu(), kernel, masked)) {
        const whole = await evaluate(gpu(), kernel, plain, { dy, w, y, x: unread }, variant);
        const two = await evaluate(gpu(), reluBackward, { count: x.length }, { y: x, dy: whole.dx! }, 'naive');
        const one = await evaluate(gpu(), kernel, masked, { dy, w, y, x }, variant);
        expect([...one.dx!], variant).toEqual([...two.dx]);
        expect(two.dx).not.toEqual(whole.dx);
        expect(two.dx.some((v) => v !== 0)).toBe(true);
      }
    }
  });
});
