// Forward and backward of an op on the GPU, for a loss that is a given linear function of its output.
import { createTape, type Tape } from '../../src/autograd/tape.js';
import {
  elementsOf,
  freeGradient,
  freeTensor,
  readTensor,
  type Shape,
  type Tensor,
  tensorFrom,
} from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';

export type Floats = Float32Array<ArrayBuffer>;
type Op = (tape: Tape, inputs: readonly Tensor[]) => Tensor;

/** loss = sum of r y, recorded as an op of its own: the gradient of y is r. The loss's value itself is not computed. */
export function project(tape: Tape, y: Tensor, r: Floats): Tensor {
  const loss = tape.make([1], 'projection');
  tape.gpu.clear(loss);
  tape.record([y], loss, [], () => tape.addGradient(y, (dy) => tape.gpu.write(dy, r)));
  return loss;
}

/** Tensors of given shapes and values, those not in `frozen` trainable. */
export function makeInputs(
  gpu: Gpu,
  shapes: readonly Shape[],
  values: readonly Floats[],
  frozen: readonly number[] = [],
): Tensor[] {
  return shapes.map((shape, i) => {
    const tensor = tensorFrom(gpu, shape, values[i]!, `input ${i}`);
    tensor.requiresGrad = !frozen.includes(i);
    return tensor;
  });
}

/** The op's output. */
export async function forwardOf(
  gpu: Gpu,
  shapes: readonly Shape[],
  values: readonly Floats[],
  op: Op,
): Promise<Floats> {
  const inputs = makeInputs(gpu, shapes, values);
  const tape = createTape(gpu, { record: false });
  const y = await readTensor(gpu, op(tape, inputs));
  tape.dispose();
  for (const input of inputs) freeTensor(gpu, input);
  return y;
}

/**
 * The gradient of each input, undefined where it got none.
 * @param r what the output is multiplied with; undefined where the output is the loss itself
 */
export async function gradientsOf(
  gpu: Gpu,
  shapes: readonly Shape[],
  values: readonly Floats[],
  op: Op,
  r: Floats | undefined,
  frozen: readonly number[] = [],
): Promise<(Floats | undefined)[]> {
  const inputs = makeInputs(gpu, shapes, values, frozen);
  const tape = createTape(gpu);
  const y = op(tape, inputs);
  tape.backward(r ? project(tape, y, r) : y);
  tape.dispose();
  const gradients: (Floats | undefined)[] = [];
  for (const input of inputs) {
    gradients.push(input.grad && (await readTensor(gpu, input.grad)));
    if (input.grad && elementsOf(input.grad.shape) !== elementsOf(input.shape))
      throw new Error('gradient of another shape');
    freeGradient(gpu, input);
    freeTensor(gpu, input);
  }
  return gradients;
}
