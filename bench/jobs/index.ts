// Whole jobs: what people wait for.
import type { Gpu } from '../../src/kernels/gpu.js';
import type { Case } from '../case.js';

export function jobCases(_gpu: Gpu): Case[] {
  return [];
}
