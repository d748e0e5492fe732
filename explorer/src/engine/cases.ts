// Which kernels a layer runs, at which dims, and on what: found by running the layer forward and back and listening.

import { freeGradient } from '../../../src/autograd/tensor.js';
import type { Block } from '../../../src/engine.js';
import {
  createTape,
  createTensor,
  type DispatchRecord,
  forward,
  freeTensor,
  type Kernel,
  kernels,
  type Network,
  run,
  type Tensor,
  type Values,
} from '../../../src/engine.js';
import { randomNormal } from '../../../src/kernels/random.js';
import { tensorsOf } from '../../../src/nn/parameters.js';

/** One kernel of a layer at the layer's dims. */
export interface KernelCase {
  readonly kernel: Kernel;
  readonly dims: Values<string>;
  /** The variant that ran. */
  readonly variant: string;
  readonly direction: 'forward' | 'backward';
}

/** Kernels that only serve others: the sums of biases, added gradients. */
const BESIDE = /^(accumulate|reduce)\//;

/** The kernels of a layer, forward first. Empty where it runs none (flatten, dropout while predicting). */
export async function casesOf(network: Network, layer: number, x: Tensor): Promise<KernelCase[]> {
  const { gpu, layers } = network;
  const leaf: Tensor = { ...x, requiresGrad: true, grad: undefined };
  const { parameters } = layers[layer]!;
  const trained = parameters ? tensorsOf(parameters) : [];
  const tape = createTape(gpu);
  gpu.profiler.start();
  try {
    for (const tensor of trained) tensor.requiresGrad = true;
    const y = gpu.profiler.phase('forward', () => forward(tape, network, leaf, { from: layer, to: layer + 1 }));
    y.rectified = false; // what comes back to it in the network has been through its ReLU
    if (y !== leaf) gpu.profiler.phase('backward', () => tape.backward(y));
  } finally {
    for (const tensor of trained) {
      tensor.requiresGrad = false;
      freeGradient(gpu, tensor);
    }
    freeGradient(gpu, leaf);
    tape.dispose();
  }
  const { records } = await gpu.profiler.stop();
  const seen = new Set<string>();
  return records.flatMap((record) => {
    const key = `${record.kernel} ${JSON.stringify(record.dims)}`;
    const found = seen.has(key) ? undefined : caseOf(record);
    seen.add(key);
    return found ?? [];
  });
}

function caseOf({ kernel: name, dims, variant, phase }: DispatchRecord): KernelCase | undefined {
  const kernel = kernels.find((candidate) => candidate.name === name);
  if (!kernel || BESIDE.test(name)) return undefined;
  const scalars = Object.fromEntries((kernel.scalars ?? []).map((scalar) => [scalar, 1]));
  return { kernel, dims: { ...dims, ...scalars }, variant, direction: phase === 'backward' ? 'backward' : 'forward' };
}

/** What a kernel works on. */
export interface Operands {
  readonly blocks: Readonly<Record<string, Block>>;
  /** Bindings that hold values of the network; the others hold random ones. */
  readonly own: ReadonlySet<string>;
  free(): void;
}

/**
 * A block for each binding: the network's own tensor where one of that name fits, otherwise normal random numbers.
 * @param own the network's tensors by the kernels' names: x, w, b, y, dy
 */
export function operandsOf(
  network: Network,
  { kernel, dims }: KernelCase,
  own: Readonly<Record<string, Block | undefined>>,
): Operands {
  const { gpu } = network;
  const blocks: Record<string, Block> = {};
  const made: Tensor[] = [];
  const taken = new Set<string>();
  for (const [i, [name, count]] of Object.entries<number>(kernel.elements(dims)).entries()) {
    const block = kernel.bindings[name] === 'read' ? own[name] : undefined;
    if (block && block.bytes === Math.ceil(count) * 4) {
      blocks[name] = block;
      taken.add(name);
      continue;
    }
    const tensor = createTensor(gpu, [Math.max(1, Math.ceil(count))], `'${name}' of ${kernel.name}`);
    run(
      gpu,
      randomNormal,
      { count: Math.max(1, Math.ceil(count)), seed: 7, stream: i, mean: 0, deviation: 1 },
      { y: tensor },
    );
    made.push(tensor);
    blocks[name] = tensor;
  }
  return {
    blocks,
    own: taken,
    free() {
      for (const tensor of made) freeTensor(gpu, tensor);
    },
  };
}
