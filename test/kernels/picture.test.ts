import { describe, expect, it } from 'vitest';
import { pictureToTensor, RESIZE_MODES } from '../../src/kernels/picture.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import * as reference from '../reference/picture.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
const vgg16 = { scale: 1, mean0: 123.68, mean1: 116.779, mean2: 103.939 };
const shapes = [
  { height: 1, width: 1, size: 1, n: 0, flip: 0, reverse: 0 },
  { height: 1, width: 1, size: 3, n: 1, flip: 1, reverse: 1 },
  { height: 5, width: 7, size: 4, n: 2, flip: 0, reverse: 1 },
  { height: 5, width: 7, size: 4, n: 0, flip: 1, reverse: 1 },
  { height: 3, width: 4, size: 9, n: 1, flip: 1, reverse: 0 },
  { height: 8, width: 8, size: 8, n: 0, flip: 0, reverse: 1 },
  { height: 37, width: 50, size: 22, n: 0, flip: 1, reverse: 1 },
  { height: 1, width: 300, size: 7, n: 0, flip: 0, reverse: 1 },
];

testKernel(gpu, {
  kernel: pictureToTensor,
  cases: Object.values(RESIZE_MODES).flatMap((mode) =>
    shapes.map((shape, i) => ({
      ...shape,
      mode,
      ...(i % 3 === 1 ? { scale: 1 / 255, mean0: 0, mean1: 0.5, mean2: 0.25 } : vgg16),
    })),
  ),
  inputs: {
    bytes: ({ height, width }, random) =>
      Uint32Array.from({ length: height * width }, () => random.integer(0, 2 ** 32)),
  },
  reference: (d, { bytes, y }) => ({ y: reference.pictureToTensor(d, bytes, y) }),
  // bytes up to 255, a handful of roundings; an average adds up as many rows as an output pixel covers
  tolerance: ({ height, size, scale }) => ({
    absolute: 255 * scale * 1e-7 * (4 + Math.sqrt(height / size)),
    relative: 2e-7,
  }),
});

describe('a picture', () => {
  /** One grey row as RGBA words, and what the kernel makes of it in each variant. */
  const resized = async (row: number[], size: number, mode: number) => {
    const d = { height: 1, width: row.length, size, n: 0, flip: 0, reverse: 0, mode };
    const dims = { ...d, scale: 1, mean0: 0, mean1: 0, mean2: 0 };
    const bytes = Uint32Array.from(row, (v) => 0xff000000 + v * 0x010101);
    const rows: number[][] = [];
    for (const variant of variantsFor(gpu(), pictureToTensor, dims)) {
      const { y } = await evaluate(
        gpu(),
        pictureToTensor,
        dims,
        { bytes, y: new Float32Array(3 * size ** 2) },
        variant,
      );
      rows.push([...y.slice(0, 3 * size)].filter((_, i) => i % 3 === 0));
    }
    return rows;
  };

  it('goes through nearest with exact indices', async () => {
    // 500 pixels to 224: the source indices that floor((i + 0.5) * 500 / 224) has in exact arithmetic
    const source = Array.from({ length: 500 }, (_, k) => k % 256);
    const expected = Array.from({ length: 224 }, (_, i) => source[Number(((2n * BigInt(i) + 1n) * 500n) / 448n)]);
    for (const row of await resized(source, 224, RESIZE_MODES.nearest)) expect(row).toEqual(expected);
  });

  it('goes through bilinear with half-pixel centres and clamped edges', async () => {
    for (const row of await resized([0, 100], 4, RESIZE_MODES.bilinear)) {
      expectClose(row, [0, 25, 75, 100], { absolute: 1e-5, relative: 0 });
    }
    for (const row of await resized([10, 20, 30, 200], 2, RESIZE_MODES.bilinear)) {
      expectClose(row, [15, 115], { absolute: 1e-4, relative: 0 });
    }
  });

  it('goes through area with fractional coverage', async () => {
    for (const row of await resized([0, 90, 30], 2, RESIZE_MODES.area)) {
      expectClose(row, [30, 50], { absolute: 1e-4, relative: 0 });
    }
  });

  it('keeps its mean in area, however large it is', async () => {
    const [height, width, size] = [611, 1003, 3];
    const bytes = Uint32Array.from({ length: height * width }, (_, i) => ((i * 2654435761) >>> 24) * 0x010101);
    const mean = bytes.reduce((sum, v) => sum + (v & 255), 0) / bytes.length;
    const d = { height, width, size, n: 0, flip: 0, reverse: 0, mode: RESIZE_MODES.area };
    const dims = { ...d, scale: 1, mean0: 0, mean1: 0, mean2: 0 };
    for (const variant of variantsFor(gpu(), pictureToTensor, dims)) {
      const { y } = await evaluate(gpu(), pictureToTensor, dims, { bytes, y: new Float32Array(27) }, variant);
      expect(Math.abs(y.reduce((a, b) => a + b) / 27 - mean), variant).toBeLessThan(1e-3);
    }
  });
});
