// The convolutions of VGG16 and the first one of a small network, and their gradients.
import {
  conv3x3Forward,
  conv3x3ForwardPooled,
  conv3x3InputGradient,
  conv3x3WeightGradient,
} from '../../src/kernels/conv3x3.js';
import { halfConv3x3Forward, halfConv3x3ForwardPooled } from '../../src/kernels/half-conv3x3.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import { scratchPerPicture } from '../../src/nn/micro-batches.js';
import type { KernelCase } from '../kernel-case.js';
import type { OnnxOp } from '../peers/onnxruntime.js';
import type { TensorFlow } from '../peers/tensorflow.js';
import { type ConvShape, forwardAt, inputGradientAt, transposed, weightGradientAt } from './conv3x3-spots.js';

/** Name, rows and columns, input channels, output channels, and how often VGG16 has it. */
export const LAYERS = [
  ['conv1_1', 224, 3, 64, 1],
  ['conv1_2', 224, 64, 64, 1],
  ['conv2_1', 112, 64, 128, 1],
  ['conv2_2', 112, 128, 128, 1],
  ['conv3_1', 56, 128, 256, 1],
  ['conv3_2', 56, 256, 256, 2],
  ['conv4_1', 28, 256, 512, 1],
  ['conv4_2', 28, 512, 512, 2],
  ['conv5_1', 14, 512, 512, 3],
  ['first', 64, 3, 32, 0],
] as const;

/** Winograd's F(4x4) loses up to 1e-4 of the output's RMS, and the longest sums here add as much. */
export const TOLERANCE = 2e-4;

/** The output is rounded to 11 bits, at some times its RMS. */
export const HALF_TOLERANCE = 5e-3;

/** Layers, or others of their shape, that a max-pool follows. */
const POOLED = new Set(['conv1_2', 'conv2_2', 'conv3_2', 'conv4_2', 'conv5_1']);

/** How `--filter` and the targets find a layer's cases. */
export const shapeOf = (layer: string, N: number, size: number, C: number, K: number): string =>
  `${layer} ${N}x${size}x${size}x${C} -> ${K}`;

/** Parts of N pictures whose transformed tiles fit a binding, as the micro-batches of a network do. */
function partsOf({ N, H, W, C, K }: ConvShape, largest: number): number {
  const each = Math.max(scratchPerPicture([H, W, C]), scratchPerPicture([H, W, K]));
  let parts = 1;
  while (parts < N && (N % parts !== 0 || (N / parts) * each > largest)) parts++;
  return parts;
}

/** @param N pictures  @param largest elements that a binding of the device holds */
export function conv3x3Cases(N: number, largest: number): KernelCase[] {
  return LAYERS.flatMap(([layer, size, C, K, times]) => {
    const d: ConvShape = { N, H: size, W: size, C, K };
    const parts = partsOf(d, largest);
    const inParts = (...bindings: string[]) => (parts > 1 ? { parts: { count: parts, bindings } } : {});
    const common = {
      ...{ shape: shapeOf(layer, N, size, C, K), dims: { ...d, pad: 1, relu: 1 } },
      ...{ tolerance: TOLERANCE, skip: layer === 'conv3_2' && N === 1 ? [] : ['naive', 'vec4'] }, // the tutorial shows those
    };
    const forward: KernelCase = {
      ...common,
      kernel: conv3x3Forward as unknown as Kernel,
      importance: times === 0 ? 50 : N === 1 ? 10 : 16,
      output: 'y',
      constant: ['w'],
      ...inParts('x', 'y'),
      spot: (inputs, i) => forwardAt(d, inputs, i),
      tensorflow: (tf, { x, w, b }) => {
        const tensors = [tf.tensor4d(x!, [N, size, size, C]), tf.tensor4d(w!, [3, 3, C, K]), tf.tensor1d(b!)] as const;
        const [input, filter, bias] = tensors;
        return () => tf.fused.conv2d({ x: input, filter, bias, strides: 1, pad: 'same', activation: 'relu' });
      },
      onnx: ({ x, w, b }) => onnxConvolution(d, x!, w!, b!),
    };
    const gradient = N > 1 || times === 0 ? 50 : layer === 'conv1_2' || layer === 'conv3_2' ? 11 : 30;
    const weightGradient: KernelCase = {
      ...common,
      kernel: conv3x3WeightGradient as unknown as Kernel,
      importance: gradient,
      output: 'dw',
      spot: (inputs, i) => weightGradientAt(d, inputs, i),
      tensorflow: (tf, { x, dy }) => {
        const tensors = { x: tf.tensor4d(x!, [N, size, size, C]), dy: tf.tensor4d(dy!, [N, size, size, K]) };
        const settings = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, C, K] };
        return () => tf.engine().runKernel('Conv2DBackpropFilter', tensors, settings) as ReturnType<typeof tf.tensor>;
      },
    };
    const inputGradient: KernelCase = {
      ...common,
      dims: { ...common.dims, relu: 0 }, // TensorFlow.js' gradient of a ReLU is a kernel of its own
      kernel: conv3x3InputGradient as unknown as Kernel,
      importance: gradient,
      output: 'dx',
      ...inParts('dy', 'dx'),
      spot: (inputs, i) => inputGradientAt(d, inputs, i),
      transposed: true,
      tensorflow: (tf, { dy, w }) => {
        const tensors = { dy: tf.tensor4d(dy!, [N, size, size, K]), filter: tf.tensor4d(w!, [3, 3, C, K]) };
        const settings = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', inputShape: [N, size, size, C] };
        return () => tf.engine().runKernel('Conv2DBackpropInput', tensors, settings) as ReturnType<typeof tf.tensor>;
      },
    };
    const half: KernelCase = {
      ...forward,
      kernel: halfConv3x3Forward as unknown as Kernel,
      importance: forward.importance + 5,
      halves: ['x', 'w', 'y'],
      tolerance: HALF_TOLERANCE,
    };
    // No gradient is asked for the pictures themselves.
    const cases = C === 3 ? [forward, half, weightGradient] : [forward, half, inputGradient, weightGradient];
    if (!POOLED.has(layer)) return cases;
    const together = pooled(forward, d);
    const togetherHalf: KernelCase = {
      ...together,
      kernel: halfConv3x3ForwardPooled as unknown as Kernel,
      importance: together.importance + 5,
      halves: ['x', 'w', 'y'],
      tolerance: HALF_TOLERANCE,
    };
    return [...cases, together, togetherHalf];
  });
}

/** Convolution, ReLU and max-pool, fused here. */
function pooled(forward: KernelCase, d: ConvShape): KernelCase {
  const { W, K } = d;
  const columns = W / 2;
  const { tensorflow, onnx: _, ...shared } = forward;
  return {
    ...shared,
    kernel: conv3x3ForwardPooled as unknown as Kernel,
    importance: forward.importance + 20,
    spot: (inputs, i) => {
      const [k, q, row] = [i % K, Math.floor(i / K) % columns, Math.floor(i / (K * columns))];
      const at = (r: number, s: number) => forwardAt(d, inputs, ((2 * row + r) * W + 2 * q + s) * K + k);
      return Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
    },
    tensorflow: (tf, inputs) => {
      const convolve = tensorflow!(tf, inputs);
      return () => tf.tidy(() => tf.maxPool(convolve() as ReturnType<TensorFlow['tensor4d']>, 2, 2, 'valid'));
    },
  };
}

/** Convolution and ReLU as ONNX has them: NCHW, and weights (K, C, 3, 3). */
function onnxConvolution({ N, H, W, C, K }: ConvShape, x: Float32Array, w: Float32Array, b: Float32Array): OnnxOp {
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
  return {
    nodes: [
      { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['z'], attributes },
      { op: 'Relu', inputs: ['z'], outputs: ['y'] },
    ],
    // (3, 3, C, K) -> (K, 9, C) -> (K, C, 9)
    weights: {
      w: { data: transposed(transposed(w, 1, 9 * C, K), K, 9, C), shape: [K, C, 3, 3] },
      b: { data: b, shape: [K] },
    },
    inputs: { x: { data: transposed(x, N, H * W, C), shape: [N, C, H, W] } },
    output: { name: 'y', shape: [N, K, H, W] },
    arrange: (y) => transposed(y, N, K, H * W),
  };
}
