// The exercises: which kernel each has a hole in, and on which shapes a learner's text of it is run.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VggpuError } from '../../src/errors.js';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { halfMatmulNN } from '../../src/kernels/half-matmul.js';
import type { Kernel, Values } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';

export interface Exercise {
  readonly folder: string;
  readonly kernel: Kernel;
  /** Whose grid, includes and other passes the learner's file runs with. */
  readonly variant: string;
  /** Of a variant of several passes, the shader that the learner's file takes the place of. */
  readonly shader?: string;
  /** In place of the variant's own. */
  readonly consts?: Readonly<Record<string, number>>;
  /** What is compared: a binding, or scratch of the variant; and the variant that makes it right. */
  readonly compared: { readonly tensor: string; readonly rightBy: string };
  /** Tensors of float16. */
  readonly halves?: readonly string[];
  readonly shapes: readonly Values<string>[];
}

const OUTPUT = { tensor: 'y', rightBy: 'naive' };

const EXERCISES: Readonly<Record<string, Exercise>> = {
  1: {
    ...{ folder: '1-edges', kernel: conv3x3Forward as Kernel, variant: 'naive', compared: OUTPUT },
    shapes: [
      { N: 1, H: 5, W: 6, C: 3, K: 4, pad: 1, relu: 0 },
      { N: 2, H: 4, W: 3, C: 2, K: 3, pad: 0, relu: 1 },
    ],
  },
  2: {
    ...{ folder: '2-vectors', kernel: conv3x3Forward as Kernel, variant: 'vec4', compared: OUTPUT },
    shapes: [
      { N: 1, H: 5, W: 6, C: 3, K: 8, pad: 1, relu: 0 },
      { N: 2, H: 4, W: 3, C: 2, K: 12, pad: 0, relu: 1 },
    ],
  },
  3: {
    ...{ folder: '3-strip', kernel: conv3x3Forward as Kernel, variant: 'register', compared: OUTPUT },
    shapes: [
      { N: 1, H: 3, W: 6, C: 3, K: 8, pad: 1, relu: 0 },
      { N: 2, H: 4, W: 7, C: 2, K: 16, pad: 0, relu: 1 },
    ],
  },
  4: {
    ...{ folder: '4-tile', kernel: matmulNN as Kernel, variant: 'tiled', compared: OUTPUT },
    shapes: [
      { M: 16, K: 16, N: 16, relu: 0 },
      { M: 19, K: 37, N: 21, relu: 1 },
    ],
  },
  5: {
    ...{ folder: '5-transform', kernel: conv3x3Forward as Kernel, variant: 'winograd2' },
    shader: 'conv3x3/forward/5_winograd2_input.wgsl',
    compared: { tensor: 'V', rightBy: 'winograd2' }, // by y nobody could tell which factor was wrong
    shapes: [
      { N: 1, H: 4, W: 5, C: 4, K: 4, pad: 1, relu: 0 },
      { N: 2, H: 5, W: 6, C: 8, K: 4, pad: 0, relu: 1 },
    ],
  },
  6: {
    ...{ folder: '6-matrices', kernel: halfMatmulNN as Kernel, variant: 'matrix', compared: OUTPUT },
    consts: { BUFFERS: 1 }, // two are more than the workgroup memory of software
    halves: ['x', 'w', 'y'],
    shapes: [
      { M: 16, K: 32, N: 16, relu: 0 },
      { M: 19, K: 64, N: 24, relu: 1 },
    ],
  },
};

const ROOT = fileURLToPath(new URL('../../exercises/', import.meta.url));

/** Numbers of the exercises there are. */
export const exerciseNumbers: readonly string[] = Object.keys(EXERCISES);

/** Folders under exercises/, to be held against the list above. */
export const exerciseFolders = (): string[] => readdirSync(ROOT);

/** @throws VggpuError 'usage' where there is none */
export function exerciseNumbered(number: string): Exercise {
  const found = EXERCISES[number];
  if (found) return found;
  throw new VggpuError('usage', `There is no exercise '${number}'; there are ${exerciseNumbers.join(', ')}.`);
}

/** The learner's file as it lies on disk. */
export function exerciseText({ folder }: Exercise): string {
  return readFileSync(`${ROOT}${folder}/kernel.wgsl`, 'utf8');
}
