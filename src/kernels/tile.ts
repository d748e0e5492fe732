// The double-buffered tile that matrix products on GPUs are made of; see shaders/products/tile.wgsl.
import type { Capabilities } from './gpu.js';

/** Rows of a tile. */
export const TILE_ROWS = 128;

/** Vec4 of columns of a tile: 64 or 128 columns. */
export type TileColumns4 = 16 | 32;

/** Whether both halves of a tile fit the device's workgroup memory. */
export function tileFits(columns4: TileColumns4, { limits }: Capabilities): boolean {
  return limits.maxComputeWorkgroupStorageSize >= 2 * 16 * 16 * (TILE_ROWS / 4 + columns4);
}

/** Consts of a shader that works by this tile. */
export function tileConsts(columns4: TileColumns4): { COLUMNS4: number; WORKGROUP: number } {
  return { COLUMNS4: columns4, WORKGROUP: 8 * columns4 };
}

/** Files with the tile and with how its operands come: four neighbours of a vec4 lie along the depth, or across it. */
export function tileIncludes(a: 'along' | 'across', b: 'along' | 'across'): string[] {
  return ['products/tile.wgsl', `products/a_${a}.wgsl`, `products/b_${b}.wgsl`];
}
