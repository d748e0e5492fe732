// What a network gives must be numbers: a broken file, or float16 that overflowed, is an error and never a class.
import { VggpuError, whyNoNumber } from '../errors.js';
import type { Network } from '../nn/network.js';

/** @param names of the pictures whose rows these are @throws VggpuError 'weights' where a value is no number */
export function assertFinite({ precision }: Network, rows: Float32Array, names: readonly string[]): void {
  const bad = rows.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const name = names[Math.floor((bad * names.length) / rows.length)];
  throw new VggpuError('weights', `The network gives ${rows[bad]} for ${name}: ${whyNoNumber(precision === 'f16')}.`);
}
