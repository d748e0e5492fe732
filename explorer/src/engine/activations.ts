// What every layer makes of one picture, kept on the GPU, and the gradients of the top class with respect to it.

import { freeGradient } from '../../../src/autograd/tensor.js';
import {
  createTape,
  dense,
  forward,
  freeTensor,
  type Network,
  type Picture,
  picturesToTensor,
  readTensor,
  type Shape,
  softmaxCrossEntropy,
  type Tensor,
  tensorFrom,
} from '../../../src/engine.js';

/** Values of one layer for one picture: (H, W, C), or (features). */
export interface Maps {
  readonly shape: Shape;
  readonly values: Float32Array<ArrayBuffer>;
}

/** What is differentiated: the top class's logit, or the loss that has the top class for its label. */
export type Objective = 'logit' | 'loss';

/** A picture's way through the network. */
export interface Activations {
  /** Of each layer, (1, ...). */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Index of the largest logit; undefined where the network ends before its classes. */
  readonly top: number | undefined;
  /** What layer `layer` made of the picture. */
  read(layer: number): Promise<Maps>;
  /**
   * The gradient with respect to a layer's output, which the caller frees; for the input of layer 0: -1.
   * @throws Error where the network has no classes
   */
  gradient(layer: number, objective: Objective): Promise<Tensor>;
  free(): void;
}

/** Runs the network on a picture. @param classes outputs of the network; undefined where it ends before them */
export async function activationsOf(
  network: Network,
  picture: Picture,
  classes: number | undefined,
): Promise<Activations> {
  const { gpu, spec, layers } = network;
  const input = picturesToTensor(gpu, spec, [picture]);
  const tape = createTape(gpu, { record: false });
  const outputs: Tensor[] = [];
  for (const i of layers.keys()) outputs.push(forward(tape, network, outputs[i - 1] ?? input, { from: i, to: i + 1 }));
  const logits = classes === undefined ? undefined : await readTensor(gpu, outputs.at(-1)!);
  const top = logits?.indexOf(Math.max(...logits));

  return {
    inputs: [input, ...outputs.slice(0, -1)],
    outputs,
    top,
    async read(layer) {
      return { shape: layers[layer]!.facts.output, values: await readTensor(gpu, outputs[layer]!) };
    },
    async gradient(layer, objective) {
      if (top === undefined) throw new Error('This network ends before its classes: nothing to take a gradient of.');
      return gradientOf(network, outputs[layer] ?? input, layer + 1, { top, classes: classes!, objective });
    },
    free() {
      tape.dispose();
      freeTensor(gpu, input);
    },
  };
}

/** Runs the layers from `from` on once more with a tape, and walks it back to `value`. */
async function gradientOf(
  network: Network,
  value: Tensor,
  from: number,
  { top, classes, objective }: { readonly top: number; readonly classes: number; readonly objective: Objective },
): Promise<Tensor> {
  const { gpu } = network;
  const leaf: Tensor = { ...value, requiresGrad: true, rectified: false, grad: undefined };
  const tape = createTape(gpu);
  const column = new Float32Array(classes);
  column[top] = 1;
  const pick = tensorFrom(gpu, [classes, 1], column, 'the top class');
  const zero = tensorFrom(gpu, [1], new Float32Array(1), 'no bias');
  const label = gpu.pool.take(4, 'label');
  gpu.write(label, new Uint32Array([top]));
  try {
    const logits = forward(tape, network, leaf, { from });
    const goal = objective === 'logit' ? dense(tape, logits, pick, zero) : softmaxCrossEntropy(tape, logits, label, 1);
    tape.backward(goal);
    await gpu.finish();
    const { grad } = leaf;
    leaf.grad = undefined;
    if (grad) return grad;
    throw new Error('No gradient reaches this layer.');
  } finally {
    freeGradient(gpu, leaf);
    tape.dispose();
    for (const block of [pick, zero, label]) gpu.pool.give(block);
  }
}
