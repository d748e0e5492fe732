// The 13 convolutions of VGG16 and the first one of a small network, and their gradients.
import { conv3x3Forward, conv3x3InputGradient, conv3x3WeightGradient } from '../src/kernels/conv3x3.js';
import type { Kernel } from '../src/kernels/kernel.js';
import type { Case, Inputs } from './case.js';

/** Name, rows and columns, input channels, output channels. */
const LAYERS = [
  ['conv1_1', 224, 3, 64],
  ['conv1_2', 224, 64, 64],
  ['conv2_1', 112, 64, 128],
  ['conv2_2', 112, 128, 128],
  ['conv3_1', 56, 128, 256],
  ['conv3_2', 56, 256, 256],
  ['conv3_3', 56, 256, 256],
  ['conv4_1', 28, 256, 512],
  ['conv4_2', 28, 512, 512],
  ['conv4_3', 28, 512, 512],
  ['conv5_1', 14, 512, 512],
  ['conv5_2', 14, 512, 512],
  ['conv5_3', 14, 512, 512],
  ['first', 64, 3, 32],
] as const;

/** Winograd's F(4x4) loses up to 1e-4 of the output's RMS, and the longest sums here add as much. */
const TOLERANCE = 2e-4;

export function conv3x3Cases(N: number): Case[] {
  return LAYERS.flatMap(([layer, size, C, K]) => {
    const d: Shape = { N, H: size, W: size, C, K, pad: 1 };
    const name = (kernel: { name: string }) => `${kernel.name} ${layer} ${N}x${size}x${size}x${C} -> ${K}`;
    const common = { tolerance: TOLERANCE, skip: ['naive', 'vec4'] };
    const forward: Case = {
      ...common,
      name: name(conv3x3Forward),
      kernel: conv3x3Forward as unknown as Kernel,
      dims: { ...d, relu: 1 },
      output: 'y',
      spot: (inputs, i) => Math.max(0, inputs.b![i % K]! + output(d, inputs, i)),
      tensorflow: (tf, { x, w, b }) => {
        const tensors = [tf.tensor4d(x!, [N, size, size, C]), tf.tensor4d(w!, [3, 3, C, K]), tf.tensor1d(b!)] as const;
        const [input, filter, bias] = tensors;
        return () => tf.fused.conv2d({ x: input, filter, bias, strides: 1, pad: 'same', activation: 'relu' });
      },
    };
    const weightGradient: Case = {
      ...common,
      name: name(conv3x3WeightGradient),
      kernel: conv3x3WeightGradient as unknown as Kernel,
      dims: { ...d },
      output: 'dw',
      spot: (inputs, i) => weightGradientAt(d, inputs, i),
      tensorflow: (tf, { x, dy }) => {
        const tensors = { x: tf.tensor4d(x!, [N, size, size, C]), dy: tf.tensor4d(dy!, [N, size, size, K]) };
        const settings = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, C, K] };
        return () => tf.engine().runKernel('Conv2DBackpropFilter', tensors, settings) as ReturnType<typeof tf.tensor>;
      },
    };
    const inputGradient: Case = {
      ...common,
      name: name(conv3x3InputGradient),
      kernel: conv3x3InputGradient as unknown as Kernel,
      dims: { ...d },
      output: 'dx',
      spot: (inputs, i) => inputGradientAt(d, inputs, i),
      tensorflow: (tf, { dy, w }) => {
        const tensors = { dy: tf.tensor4d(dy!, [N, size, size, K]), filter: tf.tensor4d(w!, [3, 3, C, K]) };
        const settings = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', inputShape: [N, size, size, C] };
        return () => tf.engine().runKernel('Conv2DBackpropInput', tensors, settings) as ReturnType<typeof tf.tensor>;
      },
    };
    // No gradient is asked for the pictures themselves.
    return C === 3 ? [forward, weightGradient] : [forward, inputGradient, weightGradient];
  });
}

interface Shape {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly K: number;
  readonly pad: number;
}

/** Output i without its bias, pad 1. */
function output({ H, W, C, K }: Shape, { x, w }: Inputs, i: number): number {
  const [k, q, p, n] = [i % K, Math.floor(i / K) % W, Math.floor(i / (K * W)) % H, Math.floor(i / (K * W * H))];
  let sum = 0;
  for (const [h, v, tap] of taps(p, q, 1))
    if (h >= 0 && h < H && v >= 0 && v < W)
      for (let c = 0; c < C; c++) sum += x![((n * H + h) * W + v) * C + c]! * w![(tap * C + c) * K + k]!;
  return sum;
}

function inputGradientAt({ H, W, C, K }: Shape, { dy, w }: Inputs, i: number): number {
  const [c, v, h, n] = [i % C, Math.floor(i / C) % W, Math.floor(i / (C * W)) % H, Math.floor(i / (C * W * H))];
  let sum = 0;
  for (const [p, q, tap] of taps(h, v, -1))
    if (p >= 0 && p < H && q >= 0 && q < W)
      for (let k = 0; k < K; k++) sum += dy![((n * H + p) * W + q) * K + k]! * w![(tap * C + c) * K + k]!;
  return sum;
}

function weightGradientAt({ N, H, W, C, K }: Shape, { x, dy }: Inputs, i: number): number {
  const [k, c, tap] = [i % K, Math.floor(i / K) % C, Math.floor(i / (K * C))];
  let sum = 0;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < H; p++)
      for (let q = 0; q < W; q++) {
        const [h, v] = [p + Math.floor(tap / 3) - 1, q + (tap % 3) - 1];
        if (h < 0 || h >= H || v < 0 || v >= W) continue;
        sum += x![((n * H + h) * W + v) * C + c]! * dy![((n * H + p) * W + q) * K + k]!;
      }
  return sum;
}

/** Row, column and index of the nine taps round a pixel: as x is read for y (direction 1), or y for x (direction -1). */
function taps(row: number, column: number, direction: 1 | -1): [number, number, number][] {
  return Array.from({ length: 9 }, (_, tap) => [
    row + direction * (Math.floor(tap / 3) - 1),
    column + direction * ((tap % 3) - 1),
    tap,
  ]);
}
