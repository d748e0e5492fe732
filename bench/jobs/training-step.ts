// Steps of training: forward, backward and Adam, on vgg-mini, on full VGG16, and on the last layer of a finetune.
import { freeTensor, tensorFrom } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { featureShape, freeNetwork, type Network, trainFrom } from '../../src/nn/network.js';
import { createAdam } from '../../src/nn/optimizers.js';
import { classesOf, type NetworkSpec } from '../../src/nn/specification.js';
import { trainStep } from '../../src/nn/training.js';
import { finetuned } from '../../src/nn/vgg16.js';
import type { Case, Context, Entrant, OpenCase, Runner } from '../case.js';
import { judgeByFirst } from '../judge.js';
import { kernelTimesOf } from '../kernel-times.js';
import { labels, numbers } from '../numbers.js';
import type { TensorFlow } from '../peers/tensorflow.js';
import { type TensorFlowOp, tensorFlowEntrants } from '../peers/tensorflow-entrants.js';
import { type NetworkWeights, tensorFlowNetwork } from '../peers/tensorflow-network.js';
import { randomNetwork, sharedVgg16, trainingCost, VGG16_SPEC, vggMini, weightsOf } from './networks.js';

/** Small, so that two steps of random weights end at losses that can be compared. */
const LEARNING_RATE = 1e-5;
/** Of a loss, relative to it. */
const TOLERANCE = 1e-3;

/** What a training job trains. */
interface Training {
  readonly shape: string;
  readonly spec: NetworkSpec;
  readonly batch: number;
  /** The first layer that runs, and the first that is trained. */
  readonly from: number;
  readonly trained: number;
  readonly importance: number;
  /** A network that this job may change. */
  make(context: Context): Promise<{ readonly network: Network; readonly free: () => void }>;
}

/** Batches of full VGG16: what fits a device, and what a CPU has time for. */
const FULL_BATCH = { cpu: 2, gpu: 16 };

export function trainingCases(gpu: Gpu, miniSpec: NetworkSpec): Case[] {
  const full = FULL_BATCH[gpu.capabilities.kind];
  const { spec: head, kept } = finetuned(VGG16_SPEC, 2);
  const jobs: Training[] = [
    {
      ...{ shape: 'vgg-mini, batch 32', spec: miniSpec, batch: 32, from: 0, trained: 0, importance: 12 },
      async make() {
        const network = await vggMini(gpu);
        return { network, free: () => freeNetwork(network) };
      },
    },
    {
      // As the epochs after a finetune's first: from cached features of fc1 to two classes.
      ...{ shape: 'head of VGG16, batch 64', spec: head, batch: 64, importance: 18 },
      ...{ from: head.layers.findIndex(({ name }) => name === 'fc1') + 1, trained: kept },
      async make(context) {
        const takenOver = (await sharedVgg16(context)).layers.slice(0, kept);
        const network = randomNetwork(gpu, head, takenOver);
        return { network, free: () => freeNetwork(network, takenOver) };
      },
    },
    {
      ...{ shape: `VGG16, batch ${full}`, spec: VGG16_SPEC, batch: full, from: 0, trained: 0, importance: 19 },
      async make() {
        const network = randomNetwork(gpu, VGG16_SPEC);
        return { network, free: () => freeNetwork(network) };
      },
    },
  ];
  return jobs.map((job) => ({
    ...{ op: 'job/training_step', shape: job.shape, pictures: job.batch, importance: job.importance },
    ...trainingCost(job.spec, job.batch, job.from, job.trained),
    open: (context) => openTraining(context, job),
  }));
}

async function openTraining(context: Context, job: Training): Promise<OpenCase> {
  const { gpu } = context;
  const { network, free } = await job.make(context);
  const shape = [job.batch, ...featureShape(network, job.from)];
  const inputs = {
    shape,
    x: numbers(
      shape.reduce((product, size) => product * size),
      3,
    ),
    labels: labels(job.batch, classesOf(network.spec)!, 5),
  };
  // Read before anything is trained: all begin with the same.
  const weights = context.tensorflow.length > 0 ? await weightsOf(gpu, network, job.from) : [];
  const ours: Entrant = {
    ...{ name: 'vggpu', peer: false, chosen: true, precision: 'f32' },
    open: async () => openSteps(gpu, network, job, inputs),
  };
  const peers = tensorFlowEntrants(context, (tf) => tensorFlowSteps(tf, job, weights, inputs), job.trained === 0);
  return {
    entrants: [ours, ...peers],
    judge: judgeByFirst(() => TOLERANCE),
    readsMore: true,
    close: async () => free(),
  };
}

interface TrainingInputs {
  readonly shape: readonly number[];
  readonly x: Float32Array<ArrayBuffer>;
  readonly labels: Uint32Array<ArrayBuffer>;
}

/** Steps of this engine. The loss of each is read back, as `fit` does. */
function openSteps(gpu: Gpu, network: Network, job: Training, inputs: TrainingInputs): Runner {
  trainFrom(network, job.trained);
  const optimizer = createAdam(gpu, { learningRate: LEARNING_RATE });
  const x = tensorFrom(gpu, inputs.shape, inputs.x, 'inputs');
  let step = 0;
  let loss = Number.NaN;
  const go = async (times: number) => {
    for (let i = 0; i < times; i++) {
      step++;
      const batch = { x, labels: inputs.labels };
      ({ loss } = await trainStep(network, optimizer, batch, { from: job.from, seed: 1, step }));
    }
    await gpu.finish();
  };
  return {
    go,
    check: async () => {},
    async result() {
      const first = loss; // and the next one tells what the step did to the weights
      await go(1);
      return Float32Array.of(first, loss);
    },
    ...(gpu.profiler.timed && { kernelTimes: (times) => kernelTimesOf(gpu, times, () => go(1)) }),
    async close() {
      optimizer.free();
      freeTensor(gpu, x);
    },
  };
}

/** Steps of TensorFlow.js, with its own Adam; the result is the loss. */
function tensorFlowSteps(
  tf: TensorFlow,
  { spec, from, trained }: Training,
  weights: NetworkWeights,
  inputs: TrainingInputs,
): TensorFlowOp {
  const built = tensorFlowNetwork(tf, spec, weights, from);
  const frozen = spec.layers.slice(from, trained).filter(({ kind }) => kind === 'conv3x3' || kind === 'dense').length;
  const trainable = built.variables.slice(frozen).flat();
  const x = tf.tensor(inputs.x, [...inputs.shape]);
  const classes = built.variables.at(-1)![1].shape[0]!;
  const truth = tf.oneHot(Array.from(inputs.labels), classes);
  const optimizer = tf.train.adam(LEARNING_RATE, 0.9, 0.999, 1e-8);
  const loss = () => tf.losses.softmaxCrossEntropy(truth, built.forward(x)).asScalar();
  return Object.assign(() => optimizer.minimize(loss, true, trainable)!, {
    pair: true,
    dispose() {
      optimizer.dispose();
      built.dispose();
    },
  });
}
