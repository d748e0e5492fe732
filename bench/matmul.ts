// The products of VGG16's dense layers and their gradients. fc1 comes as a column panel, as it lies where a binding ends at
// 128 MiB; its time for the whole layer is four times as long.

import type { Kernel } from '../src/kernels/kernel.js';
import { matmulNN, matmulNT, matmulTN } from '../src/kernels/matmul.js';
import type { Case } from './case.js';

/** Name, inputs, outputs. */
const LAYERS = [
  ['fc1 panel', 25088, 1024],
  ['fc2', 4096, 4096],
  ['fc3', 4096, 1000],
  ['classifier', 4096, 2],
  ['head', 2048, 512],
] as const;

/** Sums of 25,088 products in blocks of 256 stay well below. */
const TOLERANCE = 2e-5;

/** @param M pictures in a batch */
export function matmulCases(M: number): Case[] {
  return LAYERS.flatMap(([layer, K, N]): Case[] => {
    const d = { M, K, N };
    const name = (kernel: { name: string }) => `${kernel.name} ${layer} (${M}, ${K})·(${K}, ${N})`;
    const common = { tolerance: TOLERANCE, skip: ['naive', 'vec4'].filter(() => M * K * N > 2 ** 26) };
    return [
      {
        ...common,
        name: name(matmulNN),
        kernel: matmulNN as unknown as Kernel,
        dims: { ...d, relu: 1 },
        output: 'y',
        spot: ({ x, w, b }, i) =>
          Math.max(0, b![i % N]! + sum(K, (k) => x![row(i, N) * K + k]! * w![k * N + (i % N)]!)),
        tensorflow: (tf, { x, w, b }) => {
          const tensors = { a: tf.tensor2d(x!, [M, K]), b: tf.tensor2d(w!, [K, N]), bias: tf.tensor1d(b!) };
          return () => tf.fused.matMul({ ...tensors, activation: 'relu' });
        },
      },
      {
        ...common,
        name: name(matmulNT),
        kernel: matmulNT as unknown as Kernel,
        dims: d,
        output: 'dx',
        spot: ({ dy, w }, i) => sum(N, (n) => dy![row(i, K) * N + n]! * w![(i % K) * N + n]!),
        tensorflow: (tf, { dy, w }) => {
          const tensors = [tf.tensor2d(dy!, [M, N]), tf.tensor2d(w!, [K, N])] as const;
          return () => tf.matMul(...tensors, false, true);
        },
      },
      {
        ...common,
        name: name(matmulTN),
        kernel: matmulTN as unknown as Kernel,
        dims: d,
        output: 'dw',
        spot: ({ x, dy }, i) => sum(M, (m) => x![m * K + row(i, N)]! * dy![m * N + (i % N)]!),
        tensorflow: (tf, { x, dy }) => {
          const tensors = [tf.tensor2d(x!, [M, K]), tf.tensor2d(dy!, [M, N])] as const;
          return () => tf.matMul(...tensors, true, false);
        },
      },
    ];
  });
}

const row = (i: number, columns: number): number => Math.floor(i / columns);

function sum(length: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
}
