// Pictures on their way into the network: a warp does to them what Keras' random_transform would.
import { describe, expect, it } from 'vitest';
import { freeTensor, readTensor } from '../../src/autograd/tensor.js';
import { augmentationOf, DEFAULT_AUGMENTATION, UNMOVED, type Warp } from '../../src/nn/augmentation.js';
import { freeNetwork } from '../../src/nn/network.js';
import { type Picture, picturesToFeatures, picturesToTensor } from '../../src/nn/pictures.js';
import type { NetworkSpec, Preprocessing } from '../../src/nn/specification.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { kerasWarp } from './keras-warp.js';
import { randomWeights, smallNetwork, smallSpec } from './small-network.js';

const gpu = useGpu();
const MODES = ['nearest', 'bilinear', 'area'] as const;

function randomPicture(height: number, width: number, seed: number): Picture {
  const random = seeded(seed);
  return { height, width, data: Uint8Array.from({ length: 4 * height * width }, () => random.integer(0, 256)) };
}

function specOf(inputSize: number, resize: Preprocessing['resize']): NetworkSpec {
  return { ...smallSpec(), inputSize, preprocessing: { resize, scale: 1, mean: [0, 0, 0], reverse: false } };
}

/** What the network gets of a picture: (size, size, 3), bytes as floats. */
async function shown(picture: Picture, size: number, mode: Preprocessing['resize'], warp?: Warp | boolean) {
  const tensor = picturesToTensor(gpu(), specOf(size, mode), [picture], 1, [warp]);
  const values = await readTensor(gpu(), tensor);
  freeTensor(gpu(), tensor);
  return values;
}

/** A picture whose pixel (i, j) is the one that `from` names. */
function rearranged(values: Float32Array, size: number, from: (i: number, j: number) => [number, number]) {
  return values.map((_, at) => {
    const [i, j] = from(Math.floor(at / (3 * size)), Math.floor(at / 3) % size);
    return values[(i * size + j) * 3 + (at % 3)]!;
  });
}

describe('a warped picture', () => {
  it('that is not moved is resized as without augmentation, bit for bit', async () => {
    const picture = randomPicture(37, 50, 1);
    for (const mode of MODES) {
      const plain = await shown(picture, 22, mode);
      expect(await shown(picture, 22, mode, UNMOVED), mode).toEqual(plain);
      const mirrored = await shown(picture, 22, mode, true);
      expect(mirrored, mode).toEqual(rearranged(plain, 22, (i, j) => [i, 21 - j]));
      expect(await shown(picture, 22, mode, { ...UNMOVED, flip: true }), mode).toEqual(mirrored);
    }
  });

  it('is mirrored after all else, bit for bit', async () => {
    const warp = { ...UNMOVED, rotation: 13, shiftRows: 0.1, shiftColumns: -0.2, zoomRows: 1.2, zoomColumns: 0.7 };
    for (const mode of MODES) {
      const plain = await shown(randomPicture(37, 50, 1), 22, mode, warp);
      const mirrored = await shown(randomPicture(37, 50, 1), 22, mode, { ...warp, flip: true });
      expect(mirrored, mode).toEqual(rearranged(plain, 22, (i, j) => [i, 21 - j]));
    }
  });

  it.each([4, 5])('of %i pixels a side turns by quarters clockwise to the same pixels', async (size) => {
    const picture = randomPicture(size, size, 2);
    const last = size - 1;
    for (const mode of MODES) {
      const plain = await shown(picture, size, mode);
      const turned = (rotation: number) => shown(picture, size, mode, { ...UNMOVED, rotation });
      expect(await turned(90), mode).toEqual(rearranged(plain, size, (i, j) => [last - j, i]));
      expect(await turned(180), mode).toEqual(rearranged(plain, size, (i, j) => [last - i, last - j]));
      expect(await turned(-90), mode).toEqual(rearranged(plain, size, (i, j) => [j, last - i]));
    }
  });

  it('moves up and left by whole pixels, its edge repeated behind it', async () => {
    const picture = randomPicture(8, 8, 3);
    for (const mode of MODES) {
      const plain = await shown(picture, 8, mode);
      const moved = await shown(picture, 8, mode, { ...UNMOVED, shiftRows: 0.25, shiftColumns: -0.125 });
      const expected = rearranged(plain, 8, (i, j) => [Math.min(i + 2, 7), Math.max(j - 1, 0)]);
      expect(moved, mode).toEqual(expected);
    }
  });

  it('shows twice as many rows at half the height', async () => {
    const picture = randomPicture(8, 8, 4);
    const plain = await shown(picture, 8, 'nearest');
    const zoomed = await shown(picture, 8, 'nearest', { ...UNMOVED, zoomRows: 2 });
    const expected = rearranged(plain, 8, (i, j) => [Math.min(Math.max(2 * i - 3, 0), 7), j]);
    expect(zoomed).toEqual(expected);
  });

  it('of one pixel is that pixel everywhere', async () => {
    const picture = randomPicture(1, 1, 5);
    for (const mode of MODES) {
      const values = await shown(picture, 6, mode, { ...UNMOVED, rotation: 50, shiftRows: 0.9, zoomColumns: 1.9 });
      expect([...values], mode).toEqual(Array.from(values, (_, at) => picture.data[at % 3]));
    }
  });

  it("is what Keras' matrices make of the resized picture", async () => {
    const warps = [
      { ...UNMOVED, rotation: 25 },
      { flip: false, rotation: -40, shiftRows: 0.2, shiftColumns: -0.1, zoomRows: 0.8, zoomColumns: 1.3 },
      { flip: true, rotation: 10, shiftRows: -0.3, shiftColumns: 0.15, zoomRows: 1.1, zoomColumns: 0.6 },
    ];
    for (const [height, width, size] of [
      [12, 12, 12],
      [9, 20, 14],
      [25, 11, 10],
    ] as const) {
      const picture = randomPicture(height, width, 6);
      for (const warp of warps) {
        const values = await shown(picture, size, 'bilinear', warp);
        // places are off by up to 1e-4 pixels, and neighbours may differ by 255
        expectClose(values, kerasWarp(picture, size, warp), { absolute: 0.1, relative: 0 }, JSON.stringify(warp));
      }
    }
  });

  it('is as smooth as one that was only resized', async () => {
    const picture = randomPicture(127, 149, 7);
    const spread = (values: Float32Array) => {
      // of the middle, where no repeated edge comes into view
      const own = values.filter((_, at) =>
        [Math.floor(at / 120), Math.floor(at / 3) % 40].every((k) => k > 8 && k < 31),
      );
      const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
      return Math.sqrt(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length);
    };
    const warp = { ...UNMOVED, rotation: 10, shiftColumns: 0.01 };
    for (const mode of MODES) {
      const [plain, moved] = [spread(await shown(picture, 40, mode)), spread(await shown(picture, 40, mode, warp))];
      expect(moved / plain, mode).toBeGreaterThan(0.95);
      expect(moved / plain, mode).toBeLessThan(1.05);
    }
  });
});

describe('features of warped pictures', () => {
  it('are the same alone as among others, alike or not, mirrored or moved', async () => {
    const moved = { ...UNMOVED, rotation: 20 };
    const heights = [8, 8, 8, 9, 8, 8, 8, 8, 8];
    const warps = [false, UNMOVED, undefined, false, true, { ...UNMOVED, flip: true }, moved, moved, false];
    const pictures = heights.map((height, i) => randomPicture(height, 9, i));
    for (const mode of MODES) {
      const { dispatches } = gpu().counts;
      const together = picturesToTensor(gpu(), specOf(6, mode), pictures, 10, warps);
      expect(gpu().counts.dispatches - dispatches).toBe(6); // for 3, 1, 2, 1, 1 and 1 pictures
      const values = await readTensor(gpu(), together);
      freeTensor(gpu(), together);
      const alone = await Promise.all(pictures.map((picture, i) => shown(picture, 6, mode, warps[i])));
      expect(values, mode).toEqual(Float32Array.from([...alone.flatMap((one) => [...one]), ...new Float32Array(108)]));
    }
  });

  it('do not depend on the batch they come with', async () => {
    const spec = smallSpec();
    const network = smallNetwork(gpu(), spec, randomWeights(spec, 1));
    const pictures = [0, 1, 2, 3, 4].map((seed) => randomPicture(20 + seed, 30 - seed, seed));
    const warps = pictures.map((_, picture) =>
      picture === 3 ? undefined : augmentationOf(DEFAULT_AUGMENTATION, { seed: 1, epoch: 1, picture }),
    );
    const features = async (positions: readonly number[], size: number, moved = true) => {
      const own = moved ? positions.map((position) => warps[position]) : [];
      const chosen = positions.map((position) => pictures[position]!);
      const y = picturesToFeatures(network, chosen, 5, size, own);
      const values = await readTensor(gpu(), y);
      freeTensor(gpu(), y);
      return values;
    };
    const whole = await features([0, 1, 2, 3, 4], 3);
    const row = whole.length / 5;
    expect(await features([4, 2], 3)).toEqual(
      Float32Array.from([...whole.subarray(4 * row), ...whole.subarray(2 * row, 3 * row)]),
    );
    const still = await features([0, 1, 2, 3, 4], 3, false);
    const same = [0, 1, 2, 3, 4].map((i) =>
      whole.subarray(i * row, (i + 1) * row).every((v, k) => v === still[i * row + k]),
    );
    expect(same).toEqual([false, false, false, true, false]);
    freeNetwork(network);
  });
});
