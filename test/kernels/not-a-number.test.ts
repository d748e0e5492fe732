// A NaN passes through a fused ReLU in every variant, whichever operand it comes by: WGSL's max and comparisons may drop it, and a
// broken network, or on float16 an overflow, would look healthy.
import { describe, expect, it } from 'vitest';
import { conv3x3Forward, conv3x3ForwardPooled } from '../../src/kernels/conv3x3.js';
import { elementsOf } from '../../src/kernels/conv3x3-shape.js';
import { halfConv3x3Forward } from '../../src/kernels/half-conv3x3.js';
import { halfMatmulNN } from '../../src/kernels/half-matmul.js';
import type { Kernel, Values } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { hasFloat16 } from '../float16.js';
import { useGpu } from '../gpu.js';
import { packHalves, unpackHalves } from '../halves.js';
import * as convReference from '../reference/conv3x3.js';
import * as matmulReference from '../reference/matmul.js';
import { evaluate, variantsFor } from './evaluate.js';

const gpu = useGpu({ float16: hasFloat16 }); // without it, the variants that every device runs

type Operand = 'x' | 'w' | 'b';
type Operands<T> = Readonly<Record<Operand, T>>;

interface Fused<D extends string> {
  readonly kernel: Kernel<D, Operand | 'y'>;
  /** Between them, shapes that every variant takes. */
  readonly cases: readonly Values<D>[];
  /** Numbers of elements, also of halves. */
  readonly sizes: (d: Values<D>) => Operands<number>;
  /** Where NaN stands in an operand. */
  readonly places: (d: Values<D>) => Operands<number>;
  readonly reference: (d: Values<D>, x: Float64Array, w: Float64Array, b: Float64Array) => Float64Array;
  /** Whether output i belongs to the picture or the channel of the NaN: Winograd's sums share it with their neighbours there. */
  readonly near: (d: Values<D>, i: number) => Operands<boolean>;
}

/** The data of a binding, NaN at `place` written by its bits: that of x has no sign, those of w and b are negative. */
function dataOf(operand: Operand, values: Float32Array<ArrayBuffer>, place: number, halves: boolean) {
  const data = halves ? packHalves(values) : values;
  const sign = operand === 'x' ? 0 : 1;
  if (halves) new Uint16Array(data.buffer)[place] = 0x7e00 + sign * 2 ** 15;
  else new Uint32Array(data.buffer)[place] = 0x7fc00000 + sign * 2 ** 31;
  return data;
}

function testFused<D extends string>({ kernel, cases, sizes, places, reference, near }: Fused<D>): void {
  const halves = kernel.name.endsWith('_f16');
  const needsMore = halves && !hasFloat16 ? /./ : /subgroup|matrix|sheets|pairs/; // test/study interprets those

  describe(kernel.name, () => {
    it('has a shape here for every variant', () => {
      const tried = new Set(cases.flatMap((d) => variantsFor(gpu(), kernel, d)));
      const untried = Object.keys(kernel.variants).filter((name) => !tried.has(name));
      expect(untried.filter((name) => !needsMore.test(name))).toEqual([]);
    });

    for (const d of cases) {
      it.each(['x', 'w', 'b'] as const)(`${JSON.stringify(d)}, NaN in %s`, async (operand) => {
        // Everything else is 0 and the bias -1, so that ReLU makes 0 of every output without NaN.
        const { x, w, b } = sizes(d);
        const values = { x: new Float32Array(x), w: new Float32Array(w), b: new Float32Array(b).fill(-1) };
        const place = places(d)[operand];
        values[operand][place] = Number.NaN;
        const wide = (name: Operand) => Float64Array.from(values[name]);
        const expected = reference(d, wide('x'), wide('w'), wide('b'));
        expect(expected.some(Number.isNaN)).toBe(true);

        const inputs = {
          x: halves ? packHalves(values.x) : values.x,
          w: halves ? packHalves(values.w) : values.w,
          b: values.b,
          [operand]: dataOf(operand, values[operand], place, halves && operand !== 'b'),
        };
        for (const variant of variantsFor(gpu(), kernel, d)) {
          const { y: data } = await evaluate(gpu(), kernel, d, inputs, variant);
          const y = halves ? unpackHalves(data.buffer, expected.length) : data;
          const mayHaveMore = (i: number) => variant.startsWith('winograd') && near(d, i)[operand];
          const wanted = Array.from(expected, (v, i) => (mayHaveMore(i) && Number.isNaN(y[i]) ? Number.NaN : v));
          expect([...y], variant).toEqual(wanted);
        }
      });
    }
  });
}

type Conv = Values<'N' | 'H' | 'W' | 'C' | 'K' | 'pad' | 'relu'>;

/** Strips take 1 to 4 input channels, a window 3, Winograd's algorithm many; matrix units 32, or 3 by 64. */
const convCases = [
  { N: 2, H: 5, W: 6, C: 1, K: 16, pad: 1, relu: 1 },
  { N: 2, H: 4, W: 5, C: 2, K: 16, pad: 0, relu: 1 },
  { N: 2, H: 6, W: 5, C: 3, K: 64, pad: 1, relu: 1 },
  { N: 2, H: 5, W: 5, C: 4, K: 16, pad: 1, relu: 1 },
  { N: 2, H: 9, W: 6, C: 32, K: 16, pad: 1, relu: 1 },
];

const conv = {
  cases: convCases,
  sizes: elementsOf,
  // In the first picture, and in the middle tap, which no padding leaves out.
  places: ({ W, C, K }: Conv) => ({ x: (2 * W + 3) * C, w: (4 * C + C - 1) * K + 5, b: 7 }),
  reference: convReference.conv3x3Forward,
};

/** Of outputs y with K channels, `count` of them a picture. */
const nearIn = (count: number, K: number, i: number) => ({ x: i < count, w: i % K === 5, b: i % K === 7 });

function nearOutput(d: Conv, i: number): Operands<boolean> {
  return nearIn(elementsOf(d).y / d.N, d.K, i);
}

/** 2x2 maxima of the pictures of a convolution; as opposed to WGSL's, the maximum of JavaScript hands NaN on. */
function pooled({ N, H, W, K, pad }: Conv, y: Float64Array): Float64Array {
  const [P, Q] = [H + 2 * pad - 2, W + 2 * pad - 2];
  const [rows, columns] = [Math.floor(P / 2), Math.floor(Q / 2)];
  return Float64Array.from({ length: N * rows * columns * K }, (_, i) => {
    const k = i % K;
    const q = Math.floor(i / K) % columns;
    const p = Math.floor(i / (K * columns)) % rows;
    const n = Math.floor(i / (K * columns * rows));
    const at = (r: number, s: number) => y[((n * P + 2 * p + r) * Q + 2 * q + s) * K + k]!;
    return Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
  });
}

testFused({ kernel: conv3x3Forward, ...conv, near: nearOutput });
testFused({
  kernel: conv3x3ForwardPooled,
  ...conv,
  reference: (d, x, w, b) => pooled(d, convReference.conv3x3Forward(d, x, w, b)),
  near: (d, i) => nearIn(conv3x3ForwardPooled.elements(d).y / d.N, d.K, i),
});
testFused({ kernel: halfConv3x3Forward, ...conv, near: nearOutput });

const matmul = {
  cases: [1, 4, 9].map((M) => ({ M, K: 288, N: 16, relu: 1 })), // two blocks of k: NaN comes with the first by x, the last by w
  sizes: ({ M, K, N }: Values<'M' | 'K' | 'N'>) => ({ x: M * K, w: K * N, b: N }),
  places: ({ M, K, N }: Values<'M' | 'K' | 'N'>) => ({ x: (M - 1) * K + 1, w: (K - 2) * N + 5, b: 7 }),
  reference: (d: Values<'M' | 'K' | 'N' | 'relu'>, x: Float64Array, w: Float64Array, b: Float64Array) =>
    matmulReference.matmulNN(d, d.relu === 1, x, w, b),
  near: () => ({ x: false, w: false, b: false }),
};

testFused({ kernel: matmulNN, ...matmul });
testFused({ kernel: halfMatmulNN, ...matmul });
