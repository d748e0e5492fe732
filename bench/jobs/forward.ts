// VGG16 forward, full size: pictures to logits.
import { createTape } from '../../src/autograd/tape.js';
import { createTensor, freeTensor, readTensor, type Tensor, tensorFrom } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { hasHalves } from '../../src/kernels/half.js';
import { microBatch, micros } from '../../src/nn/micro-batches.js';
import { createNetwork, forward, type Network } from '../../src/nn/network.js';
import type { Case, Context, Entrant, OpenCase, Precision, Runner } from '../case.js';
import { judgeByFirst } from '../judge.js';
import { kernelTimesOf } from '../kernel-times.js';
import { numbers } from '../numbers.js';
import { tensorFlowEntrants } from '../peers/tensorflow-entrants.js';
import { tensorFlowNetwork } from '../peers/tensorflow-network.js';
import { forwardCost, sharedVgg16, sharedVgg16Weights, VGG16_SPEC } from './networks.js';

/** Sixteen layers of float32 sums, and of float16 activations. */
const TOLERANCE = { f32: 1e-3, f16: 3e-2 };

/** Batches, and how important each is. */
const BATCHES = [
  [1, 14],
  [64, 15],
  [16, 17],
] as const;

export function forwardCases(): Case[] {
  return BATCHES.map(([N, importance]) => ({
    ...{ op: 'job/vgg16_forward', shape: `batch ${N}`, pictures: N, importance },
    ...forwardCost(VGG16_SPEC, N),
    open: (context) => openForward(context, N),
  }));
}

async function openForward(context: Context, N: number): Promise<OpenCase> {
  const { gpu } = context;
  const network = await sharedVgg16(context);
  const { inputSize: size } = VGG16_SPEC;
  const pixels = numbers(N * size * size * 3, 1, 100);
  const precisions: Precision[] = hasHalves(gpu.capabilities) ? ['f32', 'f16'] : ['f32'];
  const ours = precisions.map((precision): Entrant => {
    const own = createNetwork(gpu, VGG16_SPEC, { keep: network.layers, precision });
    return {
      ...{ name: 'vggpu', peer: false, chosen: true, precision },
      open: async () => openRunner(gpu, own, tensorPieces(gpu, own, pixels, N)),
    };
  });
  const weights = context.tensorflow.length > 0 ? await sharedVgg16Weights(context) : [];
  const peers = tensorFlowEntrants(context, (tf) => {
    const built = tensorFlowNetwork(tf, VGG16_SPEC, weights);
    const x = tf.tensor4d(pixels, [N, size, size, 3]);
    return Object.assign(() => tf.tidy(() => built.forward(x)), { dispose: built.dispose });
  });
  return {
    entrants: [...ours, ...peers],
    judge: judgeByFirst(({ precision }) => TOLERANCE[precision]),
    close: async () => {},
  };
}

/** The pictures in as many tensors as the device's bindings ask for. */
function tensorPieces(gpu: Gpu, network: Network, pixels: Float32Array<ArrayBuffer>, N: number): Tensor[] {
  const { inputSize: size } = network.spec;
  const row = size * size * 3;
  return [...micros(N, microBatch(network, 0, network.layers.length))].map(({ first, rows }) =>
    tensorFrom(gpu, [rows, size, size, 3], pixels.slice(first * row, (first + rows) * row), 'pictures'),
  );
}

function openRunner(gpu: Gpu, network: Network, pieces: readonly Tensor[]): Runner {
  const N = pieces.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const logits = createTensor(gpu, [N, 1000], 'logits');
  const once = () => {
    let done = 0;
    for (const x of pieces) {
      const tape = createTape(gpu, { record: false });
      const y = forward(tape, network, x);
      gpu.copy(y, 0, logits, done * 4000, y.bytes);
      done += x.shape[0]!;
      tape.dispose();
    }
  };
  const go = async (times: number) => {
    for (let i = 0; i < times; i++) once();
    await gpu.finish();
  };
  return {
    go,
    check: async () => {},
    result: () => readTensor(gpu, logits),
    ...(gpu.profiler.timed && { kernelTimes: (times) => kernelTimesOf(gpu, times, () => go(1)) }),
    async close() {
      for (const tensor of [...pieces, logits]) freeTensor(gpu, tensor);
    },
  };
}
