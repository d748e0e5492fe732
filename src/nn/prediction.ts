// What a model says of pictures: its last activation's values, as arrays.
import { sigmoid, softmax } from '../autograd/ops.js';
import { createTape } from '../autograd/tape.js';
import { elementsOf, freeTensor, readTensor, type Shape } from '../autograd/tensor.js';
import { countOf, inputTensor, type Pictures, pick } from './inputs.js';
import type { Lowered } from './lowering.js';
import { microBatch, micros } from './micro-batches.js';
import { forward, type Network } from './network.js';

/** Outputs of a model, (N, ...). */
export interface OutputArray {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: Shape;
}

/** Runs a whole network on pictures, `batchSize` at a time or as many as fit the device. */
export async function outputsOf(
  network: Network,
  { output, shapes }: Lowered,
  x: Pictures,
  batchSize: number,
): Promise<OutputArray> {
  const { gpu, spec, layers } = network;
  const shape = shapes.at(-1)!;
  const row = elementsOf(shape);
  const count = countOf(x);
  const data = new Float32Array(count * row);
  for (const { first, rows } of micros(count, Math.min(batchSize, microBatch(network, 0, layers.length)))) {
    const places = Array.from({ length: rows }, (_, i) => first + i);
    const input = inputTensor(gpu, spec, pick(x, places));
    const tape = createTape(gpu, { record: false });
    try {
      const binary = output === 'sigmoid'; // its last layer only makes two logits of one
      let y = forward(tape, network, input, binary ? { to: layers.length - 1 } : {});
      if (binary) y = sigmoid(tape, y);
      else if (output === 'softmax') y = softmax(tape, y, row);
      data.set(await readTensor(gpu, y), first * row);
    } finally {
      tape.dispose();
      freeTensor(gpu, input);
    }
  }
  return { data, shape: [count, ...shape] };
}
