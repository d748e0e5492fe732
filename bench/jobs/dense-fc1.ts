// VGG16's fc1, 411 MB of weights, as a layer runs it: in column panels where one binding of the device cannot hold them.
import { dense, joinColumns } from '../../src/autograd/ops.js';
import { createTape } from '../../src/autograd/tape.js';
import { freeTensor, readTensor, type Tensor, tensorFrom } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { createParameters, freeParameters } from '../../src/nn/parameters.js';
import { writeWeights } from '../../src/nn/weight-arrays.js';
import type { Case, Context, OpenCase, Runner } from '../case.js';
import { judgeSpots } from '../judge.js';
import { numbers } from '../numbers.js';
import { tensorFlowEntrants } from '../peers/tensorflow-entrants.js';

const [K, N] = [25_088, 4096];
/** As the other products with sums of 25,088. */
const TOLERANCE = 2e-5;

export function fc1Cases(): Case[] {
  return [1, 64].map((M) => ({
    ...{ op: 'job/dense', shape: `fc1 (${M}, ${K})·(${K}, ${N})`, importance: 20 },
    ...{ flops: 2 * M * K * N, bytes: 4 * (K * N + N + M * (K + N)) },
    open: async (context) => openFc1(context, M),
  }));
}

interface Arrays {
  readonly x: Float32Array<ArrayBuffer>;
  readonly w: Float32Array<ArrayBuffer>;
  readonly b: Float32Array<ArrayBuffer>;
}

function openFc1(context: Context, M: number): OpenCase {
  const arrays = { x: numbers(M * K, 1), w: numbers(K * N, 2), b: numbers(N, 3) };
  const { x, w, b } = arrays;
  const peers = tensorFlowEntrants(context, (tf) => {
    const tensors = { a: tf.tensor2d(x, [M, K]), b: tf.tensor2d(w, [K, N]), bias: tf.tensor1d(b) };
    return () => tf.fused.matMul({ ...tensors, activation: 'relu' });
  });
  const open = async () => openLayer(context.gpu, M, arrays);
  return {
    entrants: [{ name: 'vggpu', peer: false, chosen: true, precision: 'f32', open }, ...peers],
    judge: (result) => judgeSpots(result, M * N, (i) => outputAt(arrays, i), TOLERANCE),
    close: async () => {},
  };
}

function outputAt({ x, w, b }: Arrays, i: number): number {
  const [row, column] = [Math.floor(i / N), i % N];
  let sum = b[column]!;
  for (let k = 0; k < K; k++) sum += x[row * K + k]! * w[k * N + column]!;
  return Math.max(0, sum);
}

function openLayer(gpu: Gpu, M: number, { x, w, b }: Arrays): Runner {
  const parameters = createParameters(gpu, 'fc1', [K, N]);
  writeWeights(gpu, parameters, { shape: [K, N], data: w }, { shape: [N], data: b });
  const input = tensorFrom(gpu, [M, K], x, 'features');
  let last: { readonly y: Tensor; readonly free: () => void } | undefined;
  const once = () => {
    last?.free();
    const tape = createTape(gpu, { record: false });
    const parts = parameters.panels.map(({ kernel, bias }) => dense(tape, input, kernel, bias, { relu: true }));
    last = { y: parts.length === 1 ? parts[0]! : joinColumns(tape, parts), free: () => tape.dispose() };
  };
  return {
    async go(times) {
      for (let i = 0; i < times; i++) once();
      await gpu.finish();
    },
    check: async () => {},
    result: () => readTensor(gpu, last!.y),
    async close() {
      last?.free();
      freeParameters(gpu, parameters);
      freeTensor(gpu, input);
    },
  };
}
