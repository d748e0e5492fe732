// What random augmentation draws.
import { describe, expect, it } from 'vitest';
import {
  type Augmentation,
  augmentationOf,
  checkAugmentation,
  DEFAULT_AUGMENTATION,
  isResizeOnly,
  type Warp,
} from '../../src/nn/augmentation.js';

describe('augmentationOf', () => {
  const key = { seed: 42, epoch: 3, picture: 1234 };
  const draw = (settings: Augmentation, count: number) =>
    Array.from({ length: count }, (_, picture) => augmentationOf(settings, { ...key, picture }));

  it('gives the same for the same key, and another for any other', () => {
    const warp = augmentationOf(DEFAULT_AUGMENTATION, key);
    expect(augmentationOf(DEFAULT_AUGMENTATION, { ...key })).toEqual(warp);
    for (const other of [{ seed: 43 }, { epoch: 4 }, { picture: 1235 }]) {
      expect(augmentationOf(DEFAULT_AUGMENTATION, { ...key, ...other }).rotation).not.toBe(warp.rotation);
    }
    expect(augmentationOf({ ...DEFAULT_AUGMENTATION, shift: 0 }, key).rotation, 'of one setting alone').toBe(
      warp.rotation,
    );
  });

  it('stays within the settings and fills them, each quantity for itself', () => {
    const settings = { flip: true, rotation: 30, shift: 0.2, zoom: 0.5 };
    const warps = draw(settings, 2000);
    const quantities: [keyof Warp, number, number][] = [
      ['rotation', 0, 30],
      ['shiftRows', 0, 0.2],
      ['shiftColumns', 0, 0.2],
      ['zoomRows', 1, 0.5],
      ['zoomColumns', 1, 0.5],
    ];
    const all = quantities.map(([name, middle, most]) => warps.map((warp) => (Number(warp[name]) - middle) / most));
    const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
    for (const [i, values] of all.entries()) {
      const name = quantities[i]![0];
      expect(Math.max(...values.map(Math.abs)), name).toBeLessThanOrEqual(1);
      expect(Math.min(...values), name).toBeLessThan(-0.99);
      expect(Math.max(...values), name).toBeGreaterThan(0.99);
      expect(Math.abs(mean(values)), name).toBeLessThan(0.05);
      for (const others of all.slice(0, i)) {
        expect(Math.abs(mean(values.map((v, k) => v * others[k]!))), `${name} depends on no other`).toBeLessThan(0.03);
      }
    }
    expect(Math.abs(mean(warps.map(({ flip }) => Number(flip))) - 0.5)).toBeLessThan(0.05);
  });

  it('moves nothing where all settings are 0', () => {
    for (const warp of draw({ flip: false, rotation: 0, shift: 0, zoom: 0 }, 20)) {
      expect(isResizeOnly(warp)).toBe(true);
      expect(warp.flip).toBe(false);
    }
    expect(isResizeOnly(augmentationOf(DEFAULT_AUGMENTATION, key))).toBe(false);
  });

  it.each<[Partial<Augmentation>, RegExp]>([
    [{ rotation: -1 }, /rotation is -1; expected 0 to 180 degrees/],
    [{ rotation: 181 }, /rotation is 181/],
    [{ rotation: Number.NaN }, /rotation is NaN/],
    [{ shift: 1 }, /shift is 1; expected a fraction of the picture from 0 to below 1/],
    [{ shift: -0.1 }, /shift is -0\.1/],
    [{ zoom: 1 }, /zoom is 1; expected a fraction from 0 to below 1/],
    [{ zoom: Number.NaN }, /zoom is NaN/],
  ])('refuses %o', (wrong, message) => {
    const settings = { ...DEFAULT_AUGMENTATION, ...wrong };
    const usage = expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) });
    expect(() => checkAugmentation(settings)).toThrowError(usage);
    expect(() => augmentationOf(settings, key)).toThrowError(usage);
  });
});
