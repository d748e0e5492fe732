// Every op's cases: a new op adds a file here and a line.
import type { Gpu } from '../../src/kernels/gpu.js';
import type { Case } from '../case.js';
import { kernelCase } from '../kernel-case.js';
import { conv3x3Cases } from './conv3x3.js';
import { denseCases, squareCases } from './matmul.js';
import { maxPoolCases } from './max-pool.js';
import { optimizerCases } from './optimizers.js';
import { reduceCases } from './reduce.js';
import { reluCases } from './relu.js';
import { softmaxCases } from './softmax.js';

/** Batches that the convolutions and the dense layers are measured at. */
const CONVOLUTION_BATCHES = [1, 8];
const DENSE_BATCHES = [1, 16, 64];

/** All cases that this device has a variant for. */
export function kernelCases(gpu: Gpu): Case[] {
  const all = [
    ...CONVOLUTION_BATCHES.flatMap((N) => conv3x3Cases(N, gpu.capabilities.limits.maxStorageBufferBindingSize / 4)),
    ...squareCases(),
    ...DENSE_BATCHES.flatMap(denseCases),
    ...maxPoolCases(1),
    ...reluCases(1),
    ...softmaxCases(64),
    ...reduceCases(1),
    ...optimizerCases(),
  ];
  return all.flatMap((about) => kernelCase(gpu, about) ?? []);
}
