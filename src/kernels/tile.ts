// The tile that matrix products on GPUs are made of, fetched ahead; see shaders/products/tile.wgsl.
import type { Capabilities } from './gpu.js';

/** Rows and columns of a tile. */
export const TILE_ROWS = 128;
export const TILE_COLUMNS = 64;

/** Rows and columns of a tile for few rows; see shaders/products/low_tile.wgsl. */
export const LOW_ROWS = 32;
export const LOW_COLUMNS = 128;

/** Whether a tile fits the device's workgroup memory. */
export function tileFits({ limits }: Capabilities): boolean {
  return limits.maxComputeWorkgroupStorageSize >= 4 * 16 * (TILE_ROWS + TILE_COLUMNS);
}

/** Files with the tile and with how its operands come: four neighbours of a vec4 lie along the depth, or across it. */
export function tileIncludes(a: 'along' | 'across', b: 'along' | 'across'): string[] {
  return ['products/tile.wgsl', `products/a_${a}.wgsl`, `products/b_${b}.wgsl`];
}
