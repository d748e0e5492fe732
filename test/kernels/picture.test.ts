import { describe, expect, it } from 'vitest';
import { type AffineMap, affineDims, pictureToTensor, pictureWarp, RESIZE_MODES } from '../../src/kernels/picture.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import type { RandomNumbers } from '../random.js';
import * as reference from '../reference/picture.js';
import { evaluate, variantsFor } from './evaluate.js';
import { testKernel } from './harness.js';

const gpu = useGpu();
/** Pictures that one dispatch takes. */
const COUNTS = [1, 3, 2];
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

const randomBytes = (d: { count?: number; height: number; width: number }, random: RandomNumbers) =>
  Uint32Array.from({ length: (d.count ?? 1) * d.height * d.width }, () => random.integer(0, 2 ** 32));

testKernel(gpu, {
  kernel: pictureToTensor,
  cases: Object.values(RESIZE_MODES).flatMap((mode) =>
    shapes.map((shape, i) => ({
      ...shape,
      mode,
      count: COUNTS[i % COUNTS.length]!,
      ...(i % 2 === 1 ? { scale: 1 / 255, mean0: 0, mean1: 0.5, mean2: 0.25 } : vgg16),
    })),
  ),
  inputs: { bytes: randomBytes },
  reference: (d, { bytes, y }) => ({ y: reference.pictureToTensor(d, bytes, y) }),
  // bytes up to 255, a handful of roundings; an average adds up as many rows as an output pixel covers
  tolerance: ({ height, size, scale }) => ({
    absolute: 255 * scale * 1e-7 * (4 + Math.sqrt(height / size)),
    relative: 2e-7,
  }),
});

/** Turned by `degrees` about a point off the middle, `zoom` times as many pixels shown, columns mirrored if asked for. */
function mapOf({ height, width, size, flip }: (typeof shapes)[number], degrees: number, zoom: number): AffineMap {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180) * zoom, Math.cos((degrees * Math.PI) / 180) * zoom];
  const [rows, columns] = [height / size, (width / size) * (flip ? -1 : 1)];
  return {
    centre: [0.45 * height, 0.6 * width],
    down: [rows * cos, columns * sin],
    right: [-rows * sin, columns * cos],
  };
}

const warped = (['nearest', 'bilinear', 'area'] as const).flatMap((mode) =>
  [
    ...[0, 7, 90, 200].flatMap((degrees) => shapes.map((shape) => ({ shape, map: mapOf(shape, degrees, 1.1) }))),
    ...[0.01, 9].map((zoom) => ({ shape: shapes[6]!, map: mapOf(shapes[6]!, -30, zoom) })),
    // far outside, where only the nearest edge is left
    { shape: shapes[2]!, map: { ...mapOf(shapes[2]!, 20, 1), centre: [-3000, 9000] } as const },
  ].map(({ shape: { flip: _, ...shape }, map }, i) => ({
    ...shape,
    ...affineDims(map, mode, shape.size),
    ...(i % 3 === 1 ? { scale: 1 / 255, mean0: 0, mean1: 0.5, mean2: 0.25 } : vgg16),
  })),
);

testKernel(gpu, {
  kernel: pictureWarp,
  cases: warped,
  inputs: { bytes: randomBytes },
  reference: (d, { bytes, y }) => ({ y: reference.pictureWarp(d, bytes, y) }),
  // places and sums of whole pixels are exact; what is left is a handful of roundings of bytes up to 255
  tolerance: ({ scale }) => ({ absolute: 255 * scale * 4e-7, relative: 2e-7 }),
});

describe('an affine map', () => {
  const still = { centre: [50, 100], down: [1, 0], right: [0, 1] } as const;

  it('is held in 65536ths of a pixel, in fewer where the picture is huge', () => {
    expect(affineDims(still, 'nearest', 10)).toEqual({
      ...{ bilinear: 0, taps: 1, fraction: 16, row: 50 * 65536, column: 100 * 65536 },
      ...{ rowDown: 32768, columnDown: 0, rowRight: 0, columnRight: 32768 },
    });
    for (const length of [5_000, 65_535, 4_000_000]) {
      const step = length / 224;
      const map = { centre: [length, -length], down: [step, step], right: [-step, step] } as const;
      const { fraction, row, rowDown, rowRight } = affineDims(map, 'area', 224);
      const reach = row + (Math.abs(rowDown) + Math.abs(rowRight)) * (224 + 16);
      expect(reach, `${length} fits`).toBeLessThan(2 ** 31);
      if (fraction < 16) expect(reach, `no bit of ${length} is wasted`).toBeGreaterThan(2 ** 29);
    }
  });

  it('that is no number, or leads too far, is refused', () => {
    for (const wrong of [
      { ...still, down: [Number.NaN, 0] as const },
      { ...still, centre: [0, 1e9] as const },
    ]) {
      expect(() => affineDims(wrong, 'area', 10)).toThrowError(
        expect.objectContaining({ code: 'kernel', message: expect.stringMatching(/reaches (NaN|1000000\d+) pixels/) }),
      );
    }
  });

  it('takes one sample of an output pixel, but in area two for each source pixel', () => {
    const taps = (mode: keyof typeof RESIZE_MODES, ...right: [number, number]) =>
      affineDims({ ...still, right }, mode, 10).taps;
    expect([taps('nearest', 3, 4), taps('bilinear', 3, 4), taps('area', 3, 4)]).toEqual([1, 1, 10]);
    expect([taps('area', 0, 0.1), taps('area', 0, 1), taps('area', 0, 1.2), taps('area', 0, 90)]).toEqual([
      2, 2, 3, 16,
    ]);
  });
});

describe('a picture', () => {
  /** One grey row as RGBA words, and what the kernel makes of it in each variant. */
  const resized = async (row: number[], size: number, mode: number) => {
    const d = { count: 1, height: 1, width: row.length, size, n: 0, flip: 0, reverse: 0, mode };
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
    const d = { count: 1, height, width, size, n: 0, flip: 0, reverse: 0, mode: RESIZE_MODES.area };
    const dims = { ...d, scale: 1, mean0: 0, mean1: 0, mean2: 0 };
    for (const variant of variantsFor(gpu(), pictureToTensor, dims)) {
      const { y } = await evaluate(gpu(), pictureToTensor, dims, { bytes, y: new Float32Array(27) }, variant);
      expect(Math.abs(y.reduce((a, b) => a + b) / 27 - mean), variant).toBeLessThan(1e-3);
    }
  });
});
