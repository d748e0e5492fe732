// The tile that products of floats on matrix units are made of, each float a pair of halves; see shaders/products/pairs.wgsl.
import type { Capabilities } from './gpu.js';
import { multipliesHalves } from './matrix-units.js';

/** Rows and columns of a workgroup's tile, and who makes it: consts of the shaders. */
export type PairsTile = Readonly<Record<'BM' | 'BN' | 'INVOCATIONS', number>>;

export const WIDE: PairsTile = { BM: 128, BN: 128, INVOCATIONS: 256 };
/** For as many columns as it has, or fewer. */
export const NARROW: PairsTile = { BM: 128, BN: 64, INVOCATIONS: 128 };

/** Bytes of workgroup memory, as the shaders declare it: rows have a word of 16 bytes more than they need, scales follow. */
function workgroupBytes({ BM, BN }: PairsTile): number {
  return 2 * 16 * (BM * 5 + 32 * (BN / 8 + 1)) + 4 * (BM + BN);
}

/** Whether a device makes such products. */
export function multipliesPairs(device: Capabilities): boolean {
  return multipliesHalves(device) && workgroupBytes(WIDE) <= device.limits.maxComputeWorkgroupStorageSize;
}

/** The functions that make scales. */
export const SCALES = 'products/scales.wgsl';

/** The tile, and those functions. */
export const PAIRS = ['products/pairs.wgsl', SCALES] as const;
