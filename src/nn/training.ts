// One step of training and one of evaluation, from features and labels to numbers.
import { softmax, softmaxCrossEntropy } from '../autograd/ops.js';
import { createTape } from '../autograd/tape.js';
import { createTensor, freeGradient, freeTensor, readTensor, type Tensor, tensorFrom } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import { accumulate } from '../kernels/accumulate.js';
import type { Block } from '../kernels/buffers.js';
import { countCorrect } from '../kernels/correct.js';
import type { Gpu } from '../kernels/gpu.js';
import { run } from '../kernels/run.js';
import { copyRows, microBatch, micros } from './micro-batches.js';
import { forward, type Network, trainableTensors } from './network.js';
import type { Optimizer } from './optimizers.js';

/** Inputs of the trained part of a network, with their labels. */
export interface Batch {
  /** (N, ...features); or several such in order, where one binding of the device does not hold them all. */
  readonly x: Tensor | readonly Tensor[];
  /** Class index of each row. */
  readonly labels: Uint32Array<ArrayBuffer>;
}

/** Mean loss in nats, weighted where a step of training has class weights, and number of correct predictions. */
export interface BatchResult {
  readonly loss: number;
  readonly correct: number;
}

export interface StepOptions {
  /** First layer to run: the batch holds its inputs. */
  readonly from: number;
  /** Key of this step's dropout masks. */
  readonly seed: number;
  /** Number of this step since training began, from 1. */
  readonly step: number;
  /** Rows a dispatch may hold; default what the device's limits allow. */
  readonly microBatch?: number;
  /**
   * How much a picture of each class counts; default 1. As with Keras' class_weight, the weighted losses are divided by the
   * number of pictures, not by the sum of their weights.
   */
  readonly classWeights?: Float32Array<ArrayBuffer> | undefined;
}

/**
 * Forward, backward, and one step of the optimizer. Rows run in micro-batches whose gradients add up to those of the
 * whole batch.
 * @throws VggpuError 'training' where the loss is no number; the weights are then as before the step
 */
export function trainStep(
  network: Network,
  optimizer: Optimizer,
  batch: Batch,
  options: StepOptions,
): Promise<BatchResult> {
  return network.gpu.profiler.step(() => takeStep(network, optimizer, batch, options));
}

async function takeStep(
  network: Network,
  optimizer: Optimizer,
  batch: Batch,
  options: StepOptions,
): Promise<BatchResult> {
  const { gpu } = network;
  const { from, seed, step, classWeights } = options;
  const parameters = trainableTensors(network);
  const weights = classWeights && tensorFrom(gpu, [classWeights.length], classWeights, 'class weights');
  try {
    const result = await inMicroBatches(network, batch, options, (x, labels, metrics, firstRow) => {
      const tape = createTape(gpu);
      try {
        const loss = gpu.profiler.phase('forward', () => {
          const logits = forward(tape, network, x, { from, training: { seed, step, firstRow } });
          return measure(tape, logits, labels, metrics, batch.labels.length, weights);
        });
        gpu.profiler.phase('backward', () => tape.backward(loss));
      } finally {
        tape.dispose();
      }
    });
    if (!Number.isFinite(result.loss)) {
      const halves = network.precision === 'f16' ? ', or --precision f32, since float16 may have overflowed' : '';
      throw new VggpuError(
        'training',
        `The loss is ${result.loss} at step ${step}. Training stopped; try a lower learning rate${halves}.`,
      );
    }
    gpu.profiler.phase('update', () => optimizer.step(parameters));
    return result;
  } finally {
    for (const parameter of parameters) freeGradient(gpu, parameter);
    if (weights) freeTensor(gpu, weights);
  }
}

/**
 * Loss, to which each picture counts alike, and correct predictions of a batch, and its probabilities (N, classes) if asked
 * for. Nothing is learnt.
 */
export async function evaluateStep(
  network: Network,
  batch: Batch,
  { from, ...options }: Pick<StepOptions, 'from' | 'microBatch'>,
  onProbabilities?: (values: Float32Array<ArrayBuffer>, firstRow: number) => void,
): Promise<BatchResult> {
  return inMicroBatches(network, batch, { from, ...options }, async (x, labels, metrics, firstRow) => {
    const tape = createTape(network.gpu, { record: false });
    try {
      const logits = network.gpu.profiler.phase('forward', () => forward(tape, network, x, { from }));
      measure(tape, logits, labels, metrics, batch.labels.length);
      if (onProbabilities) onProbabilities(await readTensor(network.gpu, softmax(tape, logits)), firstRow);
    } finally {
      tape.dispose();
    }
  });
}

interface Metrics {
  readonly loss: Tensor;
  readonly correct: Block;
}

function measure(
  tape: ReturnType<typeof createTape>,
  logits: Tensor,
  labels: Block,
  metrics: Metrics,
  batchRows: number,
  weights?: Tensor,
): Tensor {
  const [rows = 0, columns = 0] = logits.shape;
  const loss = tape.gpu.profiler.phase('forward', () =>
    softmaxCrossEntropy(tape, logits, labels, 1 / batchRows, weights),
  );
  tape.gpu.profiler.phase('metrics', () => {
    run(tape.gpu, accumulate, { count: 1 }, { x: loss, y: metrics.loss });
    run(tape.gpu, countCorrect, { rows, columns }, { logits, labels, count: metrics.correct });
  });
  return loss;
}

async function inMicroBatches(
  network: Network,
  { x, labels }: Batch,
  {
    from,
    microBatch: size = microBatch(network, from, network.layers.length),
  }: Pick<StepOptions, 'from' | 'microBatch'>,
  use: (x: Tensor, labels: Block, metrics: Metrics, firstRow: number) => void | Promise<void>,
): Promise<BatchResult> {
  const { gpu } = network;
  const metrics = {
    loss: createTensor(gpu, [1], 'loss of the batch'),
    correct: gpu.pool.take(4, 'correct predictions'),
  };
  const both = gpu.pool.take(8, 'metrics');
  gpu.clear(metrics.loss);
  gpu.clear(metrics.correct);
  try {
    let done = 0;
    for (const piece of 'buffer' in x ? [x] : x) {
      const count = piece.shape[0]!;
      for (const { first, rows } of micros(count, size)) {
        const part = rows === count ? piece : copyRows(gpu, piece, first, rows);
        const own = uploadLabels(gpu, labels.slice(done, done + rows));
        try {
          await use(part, own, metrics, done);
        } finally {
          gpu.pool.give(own);
          if (part !== piece) freeTensor(gpu, part);
        }
        done += rows;
      }
    }
    gpu.copy(metrics.loss, 0, both, 0, 4);
    gpu.copy(metrics.correct, 0, both, 4, 4);
    const data = await gpu.read(both, 0, 8);
    return { loss: new Float32Array(data)[0]!, correct: new Uint32Array(data)[1]! };
  } finally {
    for (const block of [metrics.loss, metrics.correct, both]) gpu.pool.give(block);
  }
}

function uploadLabels(gpu: Gpu, labels: Uint32Array<ArrayBuffer>): Block {
  const block = gpu.pool.take(labels.byteLength, 'labels');
  gpu.write(block, labels);
  return block;
}
