// What `compile` settles of a model's training, and one step under it.
import { freeTensor } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import type { Built } from './building.js';
import type { LabelledBatch } from './epochs.js';
import { checkPictures, countOf, inputTensors } from './inputs.js';
import type { KerasLayer } from './keras-layers.js';
import type { Lowered } from './lowering.js';
import type { Network } from './network.js';
import { checkOptimizer, createOptimizer, type Optimizer } from './optimizers.js';
import { tensorsOf } from './parameters.js';
import type { CompileOptions } from './sequential-options.js';
import { classesOf } from './specification.js';
import { checkLoss } from './targets.js';
import { type BatchResult, evaluateStep, trainStep } from './training.js';

/** A model's way of training. */
export interface Compiled {
  readonly options: CompileOptions;
  /** Outputs; 2 for one sigmoid unit. */
  readonly classes: number;
  /** Whether accuracies are logged. */
  readonly accuracy: boolean;
  /** Which layers learn. */
  readonly trained: ReadonlySet<KerasLayer>;
  /** Made with the first step. */
  optimizer: Optimizer | undefined;
  /** Steps done. */
  steps: number;
}

/** @throws VggpuError 'usage' where the network has no classes, or optimizer, loss or metrics do not fit */
export function compileModel(
  layers: readonly KerasLayer[],
  { spec, output }: Lowered,
  options: CompileOptions,
): Compiled {
  const { optimizer, loss, metrics = [] } = options;
  const classes = classesOf(spec);
  if (classes === undefined) {
    const end = layers.at(-1)?.name;
    throw new VggpuError('usage', `The network ends at ${end}, without classes. Add a Dense layer, one unit a class.`);
  }
  checkLoss(loss, output, classes);
  for (const metric of metrics) {
    if (metric === 'accuracy' || metric === 'acc') continue;
    throw new VggpuError('usage', `There is no metric '${String(metric)}'; there is accuracy.`);
  }
  if (typeof optimizer !== 'function') checkOptimizer(withName(optimizer));
  const trained = new Set(layers.filter(({ trainable }) => trainable !== false));
  return { options, classes, accuracy: metrics.length > 0, trained, optimizer: undefined, steps: 0 };
}

/** One step of training. @throws VggpuError 'training' where the loss is no number; the weights are then as before */
export async function trainBatch(
  compiled: Compiled,
  { network, layers }: Built,
  batch: LabelledBatch,
  seed: number,
): Promise<BatchResult> {
  const { gpu } = network;
  checkBatch(compiled, network, batch);
  for (const [layer, { parameters }] of layers) {
    for (const tensor of parameters ? tensorsOf(parameters) : []) tensor.requiresGrad = compiled.trained.has(layer);
  }
  compiled.optimizer ??= makeOptimizer(gpu, compiled.options.optimizer);
  const pieces = inputTensors(gpu, network.spec, batch.x);
  try {
    const step = compiled.steps + 1;
    const result = await trainStep(
      network,
      compiled.optimizer,
      { x: pieces, labels: batch.labels },
      { from: 0, seed, step },
    );
    compiled.steps = step;
    return result;
  } finally {
    for (const piece of pieces) freeTensor(gpu, piece);
  }
}

/** Loss and correct predictions of a batch; nothing is learnt. */
export async function evaluateBatch(
  compiled: Compiled,
  { network }: Built,
  batch: LabelledBatch,
): Promise<BatchResult> {
  const { gpu, spec } = network;
  checkBatch(compiled, network, batch);
  const pieces = inputTensors(gpu, spec, batch.x);
  try {
    return await evaluateStep(network, { x: pieces, labels: batch.labels }, { from: 0 });
  } finally {
    for (const piece of pieces) freeTensor(gpu, piece);
  }
}

/** What `fit` has checked of its arrays already, batches that come from elsewhere may still get wrong. */
function checkBatch({ classes }: Compiled, { spec }: Network, { x, labels }: LabelledBatch): void {
  checkPictures(x, spec.inputSize);
  if (countOf(x) !== labels.length) {
    throw new VggpuError('usage', `A batch has ${countOf(x)} pictures and ${labels.length} labels; expected one each.`);
  }
  const wrong = labels.find((label) => label >= classes);
  if (wrong === undefined) return;
  throw new VggpuError('usage', `A batch has the label ${wrong}; the network has classes 0 to ${classes - 1}.`);
}

function makeOptimizer(gpu: Gpu, optimizer: CompileOptions['optimizer']): Optimizer {
  return typeof optimizer === 'function' ? optimizer(gpu) : createOptimizer(gpu, withName(optimizer));
}

function withName(optimizer: Exclude<CompileOptions['optimizer'], (gpu: Gpu) => Optimizer>) {
  return typeof optimizer === 'string' ? { name: optimizer } : optimizer;
}
