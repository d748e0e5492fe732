// What a network needs tuned: each kernel and shape that predicting with it, training all of it and finetuning its last layer run.
import { softmax } from '../autograd/ops.js';
import { createTape } from '../autograd/tape.js';
import { createTensor, elementsOf, freeTensor, type Tensor } from '../autograd/tensor.js';
import { choiceKey } from '../kernels/choices.js';
import type { Capabilities, Gpu } from '../kernels/gpu.js';
import { accepts, type Kernel, scratchOf, sheetsOf, type Variant } from '../kernels/kernel.js';
import { largestSheet } from '../kernels/sheets.js';
import { microBatch, micros, scratchPerPicture } from '../nn/micro-batches.js';
import { createNetwork, featureShape, frozenDepth, type Network, trainFrom } from '../nn/network.js';
import { createOptimizer, type OptimizerName } from '../nn/optimizers.js';
import { picturesToFeatures } from '../nn/pictures.js';
import { classesOf, type NetworkSpec } from '../nn/specification.js';
import { observe } from '../nn/standardization.js';
import { trainStep } from '../nn/training.js';
import { finetuned } from '../nn/vgg16.js';
import { type Asked, createRehearsal } from './rehearsal.js';

/** A choice that can be measured. */
export interface Need {
  /** What the choice holds for (choices.ts). */
  readonly key: string;
  readonly kernel: Kernel;
  /** The dims to measure at. */
  readonly dims: Readonly<Record<string, number>>;
  /** Variants that take them, in the descriptor's order. */
  readonly variants: readonly string[];
  /** The one that runs now. */
  readonly chosen: string;
  /** Floating-point operations of all runs that were asked for: what it weighs. */
  readonly flops: number;
}

/** A network as it is described, without weights. */
export type Described = Pick<Network, 'spec' | 'precision'>;

export interface NetworkWork {
  /** Pictures of a batch. */
  readonly batch: number;
  readonly optimizer?: OptimizerName | undefined;
}

/** What one pass over pictures and one step of training need, of the whole network and of a finetune's new last layer. */
export async function needsOfNetwork(gpu: Gpu, network: Described, { batch, optimizer }: NetworkWork): Promise<Need[]> {
  const { spec, precision } = network;
  const asked: Asked[] = [];
  for (const size of new Set([1, batch])) {
    asked.push(...askedForFeatures(gpu, network, spec.layers.length, size, classesOf(spec) !== undefined));
  }
  const whole = classesOf(spec) === undefined ? withHead(spec) : spec;
  const work = { batch, optimizer };
  asked.push(...(await askedForTraining(gpu, { spec: whole, precision }, { ...work, trained: 0, depth: 0 })));
  const last = whole.layers.findLastIndex(({ kind }) => kind === 'dense');
  if (last > 0 && whole === spec) {
    const { spec: tuned, kept } = finetuned(spec, 2);
    asked.push(...(await askedForTraining(gpu, { spec: tuned, precision }, { ...work, trained: kept })));
  }
  return needsOf(asked, gpu.capabilities);
}

/** A network that ends in pictures, with the head that a finetune would put on it. */
function withHead(spec: NetworkSpec): NetworkSpec {
  const layer = spec.layers.findLast(({ kind }) => kind === 'conv3x3' || kind === 'maxPool');
  return layer ? finetuned(spec, 2, { layer: layer.name, head: 'gap' }).spec : spec;
}

/** Every run of a kernel that the first `depth` layers ask for, on so many pictures at once as fit. */
export function askedForFeatures(
  gpu: Gpu,
  { spec, precision }: Described,
  depth: number,
  pictures: number,
  probabilities = false,
): readonly Asked[] {
  const rehearsal = createRehearsal(gpu);
  const network = createNetwork(rehearsal.gpu, spec, { precision });
  const size = Math.min(pictures, microBatch(network, 0, depth));
  const dot = { width: 1, height: 1, data: new Uint8Array(4) };
  const features = picturesToFeatures(network, Array(size).fill(dot), depth, size);
  if (probabilities) {
    const tape = createTape(rehearsal.gpu, { record: false });
    softmax(tape, features);
    tape.dispose();
  }
  return rehearsal.asked;
}

export interface TrainingWork extends NetworkWork {
  /** The first layer that is trained. */
  readonly trained: number;
  /** Layers below the batch's features; default all that are frozen. */
  readonly depth?: number | undefined;
}

/** Every run of a kernel that a step of training asks for, the pass through the frozen layers included. */
export async function askedForTraining(
  gpu: Gpu,
  described: Described,
  { batch, optimizer: name = 'adam', trained, depth }: TrainingWork,
): Promise<readonly Asked[]> {
  const rehearsal = createRehearsal(gpu);
  const { spec, precision } = described;
  const network = createNetwork(rehearsal.gpu, spec, { precision });
  trainFrom(network, trained);
  const from = depth ?? frozenDepth(network);
  for (const { standardization, facts } of network.layers) {
    if (!standardization) continue;
    const inputs = createTensor(rehearsal.gpu, [batch, ...facts.input], 'inputs of the head');
    observe(rehearsal.gpu, standardization, inputs);
    freeTensor(rehearsal.gpu, inputs);
  }
  const x = featuresOf(network, from, batch);
  const optimizer = createOptimizer(rehearsal.gpu, { name });
  await trainStep(network, optimizer, { x, labels: new Uint32Array(batch) }, { from, seed: 0, step: 1 });
  for (const piece of x) freeTensor(rehearsal.gpu, piece);
  return from === 0 ? rehearsal.asked : [...askedForFeatures(gpu, described, from, batch), ...rehearsal.asked];
}

/** A batch of features, in as many pieces as bindings of the device ask for. */
function featuresOf(network: Network, depth: number, batch: number): Tensor[] {
  const { gpu } = network;
  const shape = featureShape(network, depth);
  const most = Math.floor(gpu.capabilities.limits.maxStorageBufferBindingSize / 4 / elementsOf(shape));
  return Array.from(micros(batch, Math.max(1, most)), ({ rows }) => createTensor(gpu, [rows, ...shape], 'features'));
}

/** The choices among what was asked for, the most work first; those with a single variant are none. */
export function needsOf(asked: readonly Asked[], device: Capabilities): Need[] {
  const needs = new Map<string, Need>();
  for (const { kernel, dims, variant: chosen } of asked) {
    const key = choiceKey(kernel, dims);
    if (key === undefined) continue;
    const known = needs.get(key);
    const variants = (known?.variants ?? Object.keys(kernel.variants)).filter((name) => {
      const variant = kernel.variants[name]!;
      return accepts(variant, dims, device) && fitsMicroBatches(variant, dims, device);
    });
    const flops = kernel.flops(dims);
    // Of several batches that share a choice, the largest is measured.
    const facts = known && kernel.flops(known.dims) >= flops ? known : { key, kernel, dims, chosen };
    needs.set(key, { ...facts, variants, flops: (known?.flops ?? 0) + flops });
  }
  return [...needs.values()].filter(({ variants }) => variants.length > 1).sort((a, b) => b.flops - a.flops);
}

/**
 * Whether a variant's scratch grows with the pictures no faster than micro-batches are reckoned for. One that outgrew them would
 * run for few pictures and not for many, and a picture's bits would depend on its batch. Sheets may be rounded up: they have to hold
 * twice what a binding does.
 */
function fitsMicroBatches(variant: Variant<string>, dims: Need['dims'], { limits }: Capabilities): boolean {
  const { N, H, W, C = 0, K = C } = dims;
  if (N === undefined || H === undefined || W === undefined) return true; // of rows of features
  const [one, two] = [1, 2].map((pictures) => scratchOf(variant, { ...dims, N: pictures }));
  const most = scratchPerPicture([H, W, Math.max(C, K)]);
  const sheets = sheetsOf(variant);
  const roomy = largestSheet(limits) >= 2 * limits.maxStorageBufferBindingSize;
  return Object.keys(one!).every((name) => (sheets.includes(name) ? roomy : two![name]! - one![name]! <= most));
}

/** Which variant of each kernel and shape makes the features of the first `depth` layers: other variants may come to other bits. */
export function variantsOfFeatures({ gpu, ...described }: Network, depth: number, pictures: number): readonly string[] {
  const asked = askedForFeatures(gpu, described, depth, pictures);
  return [...new Set(asked.map(({ kernel, dims, variant }) => `${choiceKey(kernel, dims) ?? kernel.name} ${variant}`))];
}
