// Square products, and those of VGG16's dense layers and their gradients.
import { halfMatmulNN } from '../../src/kernels/half-matmul.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import { matmulNN, matmulNT, matmulTN } from '../../src/kernels/matmul.js';
import type { KernelCase } from '../kernel-case.js';
import { HALF_TOLERANCE } from './conv3x3.js';

/** Sums of 25,088 products in blocks of 256 stay well below. */
const TOLERANCE = 2e-5;

/** VGG16's dense layers: name, inputs, outputs. Where fc1 exceeds a binding, the job 'dense fc1' has it in panels. */
const LAYERS = [
  ['fc1', 25088, 4096],
  ['fc2', 4096, 4096],
  ['fc3', 4096, 1000],
  ['classifier', 4096, 2],
] as const;

export function squareCases(): KernelCase[] {
  return [1024, 4096].flatMap((size) => products(`${size}^3`, size, size, size, size === 1024 ? 12 : 13));
}

/** @param M pictures in a batch */
export function denseCases(M: number): KernelCase[] {
  return LAYERS.flatMap(([layer, K, N]) => {
    const [forward, half, ...gradients] = products(`${layer} (${M}, ${K})·(${K}, ${N})`, M, K, N, 25);
    return M === 1 ? [forward!, half!] : [forward!, half!, ...gradients];
  });
}

function products(shape: string, M: number, K: number, N: number, importance: number): KernelCase[] {
  const d = { M, K, N };
  const common = { shape, tolerance: TOLERANCE, skip: ['naive', 'vec4'].filter(() => M * K * N > 2 ** 26) };
  const forward: KernelCase = {
    ...{ ...common, importance, kernel: matmulNN as unknown as Kernel, dims: { ...d, relu: 1 }, output: 'y' },
    spot: ({ x, w, b }, i) => Math.max(0, b![i % N]! + sum(K, (k) => x![row(i, N) * K + k]! * w![k * N + (i % N)]!)),
    tensorflow: (tf, { x, w, b }) => {
      const tensors = { a: tf.tensor2d(x!, [M, K]), b: tf.tensor2d(w!, [K, N]), bias: tf.tensor1d(b!) };
      return () => tf.fused.matMul({ ...tensors, activation: 'relu' });
    },
    onnx: ({ x, w, b }) => ({
      nodes: [
        { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['z'] },
        { op: 'Relu', inputs: ['z'], outputs: ['y'] },
      ],
      weights: { w: { data: w!, shape: [K, N] }, b: { data: b!, shape: [N] } },
      inputs: { x: { data: x!, shape: [M, K] } },
      output: { name: 'y', shape: [M, N] },
    }),
  };
  return [
    forward,
    {
      ...{ ...forward, kernel: halfMatmulNN as unknown as Kernel, halves: ['x', 'w', 'y'] },
      ...{ tolerance: HALF_TOLERANCE, importance: importance + 5 },
    },
    {
      ...{ ...common, importance: 35, kernel: matmulNT as unknown as Kernel, dims: d, output: 'dx' },
      spot: ({ dy, w }, i) => sum(N, (n) => dy![row(i, K) * N + n]! * w![(i % K) * N + n]!),
      tensorflow: (tf, { dy, w }) => {
        const tensors = [tf.tensor2d(dy!, [M, N]), tf.tensor2d(w!, [K, N])] as const;
        return () => tf.matMul(...tensors, false, true);
      },
    },
    {
      ...{ ...common, importance: 35, kernel: matmulTN as unknown as Kernel, dims: d, output: 'dw' },
      spot: ({ x, dy }, i) => sum(M, (m) => x![m * K + row(i, N)]! * dy![m * N + (i % N)]!),
      tensorflow: (tf, { x, dy }) => {
        const tensors = [tf.tensor2d(x!, [M, K]), tf.tensor2d(dy!, [M, N])] as const;
        return () => tf.matMul(...tensors, true, false);
      },
    },
  ];
}

const row = (i: number, columns: number): number => Math.floor(i / columns);

function sum(length: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
}
