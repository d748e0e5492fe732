import { describe, expect, it } from 'vitest';
import { reluBackward, reluForward } from '../../src/kernels/relu.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/relu.js';
import { evaluate } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const cases = [{ count: 1 }, { count: 7 }, { count: 64 }, { count: 1028 }, { count: 65_536 * 64 + 1 }];

testKernel(gpu, { kernel: reluForward, cases, reference: (_, { x }) => ({ y: reference.reluForward(x) }) });

testKernel(gpu, {
  kernel: reluBackward,
  cases,
  inputs: { y: ({ count }, random) => random.floats(count).map((v) => Math.max(v, 0)) },
  reference: (_, { y, dy }) => ({ dx: reference.reluBackward(y, dy) }),
});

// Bits of floats: NaN of both signs, with the least and the largest payloads; infinities; the least numbers that no device takes for 0; both zeros.
const NANS = [0x7f800001, 0x7fc00000, 0x7fffffff, 0xff800001, 0xffc00000, 0xffffffff];
const POSITIVE = [0x00800000, 0x3f800000, 0x7f7fffff, 0x7f800000];
const NEGATIVE = [0x80800000, 0xbf800000, 0xff7fffff, 0xff800000];
const ZEROS = [0x00000000, 0x80000000];
const every = [...NANS, ...POSITIVE, ...NEGATIVE, ...ZEROS];
const bitsOf = (values: Float32Array<ArrayBuffer>) => [...new Uint32Array(values.buffer)];
const isNan = (bits: number) => NANS.includes(bits);

describe('relu and NaN', () => {
  for (const variant of Object.keys(reluForward.variants)) {
    it(`${variant} of relu/forward hands it on, makes 0 of what is negative, and nothing else`, async () => {
      const { y } = await evaluate(
        gpu(),
        reluForward,
        { count: every.length },
        { x: Uint32Array.from(every) },
        variant,
      );
      const expected = every.map((bits) => (NEGATIVE.includes(bits) ? 0 : bits));
      expect([...y].map(Number.isNaN)).toEqual(every.map(isNan));
      expect(bitsOf(y).filter((_, i) => !isNan(every[i]!))).toEqual(expected.filter((bits) => !isNan(bits)));
    });
  }

  for (const variant of Object.keys(reluBackward.variants)) {
    it(`${variant} of relu/backward hands on the gradient of a NaN, and a gradient that is NaN`, async () => {
      const count = every.length;
      const inputs = { y: Uint32Array.from(every), dy: new Float32Array(count).fill(3) };
      const { dx } = await evaluate(gpu(), reluBackward, { count }, inputs, variant);
      expect([...dx]).toEqual(every.map((bits) => (isNan(bits) || POSITIVE.includes(bits) ? 3 : 0)));

      inputs.dy.fill(Number.NaN);
      const broken = await evaluate(gpu(), reluBackward, { count }, inputs, variant);
      expect([...broken.dx]).toEqual(every.map((bits) => (isNan(bits) || POSITIVE.includes(bits) ? Number.NaN : 0)));
    });
  }
});
