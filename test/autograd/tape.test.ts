// The tape: gradients that add up, what is remembered and what is not, and memory that all comes back.
import { describe, expect, it } from 'vitest';
import * as ops from '../../src/autograd/ops.js';
import { createTape } from '../../src/autograd/tape.js';
import { freeGradient, freeTensor, readTensor, type Tensor, tensorFrom } from '../../src/autograd/tensor.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { makeInputs, project } from './gradients.js';

const gpu = useGpu({ debug: true });
const live = () => gpu().pool.bytes().live;

function tensor(shape: readonly number[], values: readonly number[], requiresGrad = false): Tensor {
  const made = tensorFrom(gpu(), shape, Float32Array.from(values), 'tensor');
  made.requiresGrad = requiresGrad;
  return made;
}

const gradientOf = async ({ grad }: Tensor) => (grad ? [...(await readTensor(gpu(), grad))] : undefined);

/** A dense layer's loss, sum of x w, whose gradient for w is x. */
function lossOf(tape: ReturnType<typeof createTape>, x: Tensor, w: Tensor, b: Tensor): Tensor {
  return ops.dense(tape, x, w, b);
}

describe('gradients', () => {
  it('add up where a tensor is used twice', async () => {
    const before = live();
    const x = tensor([1, 2], [1, -2], true);
    const tape = createTape(gpu());
    const y = ops.joinColumns(tape, [ops.relu(tape, x), x, ops.relu(tape, x)]);
    tape.backward(project(tape, y, Float32Array.of(1, 10, 100, 1000, 10000, 100000)));
    tape.dispose();
    expect(await gradientOf(x)).toEqual([10101, 1000]);
    freeTensor(gpu(), x);
    expect(live()).toBe(before);
  });

  it('add up over tapes until they are freed, as micro-batches need', async () => {
    const [w, b] = [tensor([2, 1], [3, 4], true), tensor([1], [0])];
    for (const values of [
      [1, 2],
      [10, 20],
    ]) {
      const x = tensor([1, 2], values);
      const tape = createTape(gpu());
      tape.backward(lossOf(tape, x, w, b));
      tape.dispose();
      freeTensor(gpu(), x);
    }
    expect(await gradientOf(w)).toEqual([11, 22]);
    expect(b.grad).toBeUndefined();
    freeGradient(gpu(), w);
    expect(w.grad).toBeUndefined();
    for (const t of [w, b]) freeTensor(gpu(), t);
  });

  it('reach down to the deepest trainable tensor and no further', async () => {
    const shapes = [[1, 4, 4, 2], [3, 3, 2, 4], [4], [64, 1], [1]];
    const values = shapes.map((shape, i) => seeded(i).floats(shape.reduce((a, c) => a * c, 1)));
    const dispatches: number[] = [];
    for (const frozen of [[0], [0, 1, 2]]) {
      const inputs = makeInputs(gpu(), shapes, values, frozen);
      const [x, w, b, w2, b2] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const tape = createTape(gpu());
      const loss = ops.dense(tape, ops.conv3x3(tape, x, w, b, { pad: 1 }), w2, b2);
      const started = gpu().counts.dispatches;
      tape.backward(loss);
      dispatches.push(gpu().counts.dispatches - started);
      tape.dispose();
      expect(inputs.map(({ grad }) => grad !== undefined)).toEqual(inputs.map((_, i) => !frozen.includes(i)));
      for (const input of inputs) freeTensor(gpu(), input);
    }
    expect(dispatches[1]).toBeLessThan(dispatches[0]! - 2);
  });

  it('of an output that the loss does not need are not computed', async () => {
    const x = tensor([1, 1], [2], true);
    const tape = createTape(gpu());
    const loss = project(tape, ops.relu(tape, x), Float32Array.of(3));
    ops.sigmoid(tape, x); // looked at, and not part of the loss
    tape.backward(loss);
    tape.dispose();
    expect(await gradientOf(x)).toEqual([3]);
    freeTensor(gpu(), x);
  });

  it('refuse a loss that nothing trainable led to', () => {
    const before = live();
    const [x, w, b] = [tensor([1, 2], [1, 2]), tensor([2, 1], [1, 1]), tensor([1], [0])];
    const tape = createTape(gpu());
    const loss = lossOf(tape, x, w, b);
    expect(() => tape.backward(loss)).toThrowError(
      expect.objectContaining({ code: 'training', message: expect.stringMatching(/Nothing to train/) }),
    );
    tape.dispose();
    for (const t of [x, w, b]) freeTensor(gpu(), t);
    expect(live()).toBe(before);
  });
});

describe('what is remembered', () => {
  it('nothing that was computed from frozen tensors: it is freed as soon as it is released', () => {
    const x = tensor([1, 64], [...Array(64).keys()]);
    const before = live();
    const tape = createTape(gpu());
    const y = ops.relu(tape, x);
    expect(y.requiresGrad).toBe(false);
    const z = ops.relu(tape, y);
    expect(live()).toBeGreaterThan(before);
    tape.release(y);
    tape.release(z);
    tape.release(z);
    expect(live()).toBe(before);
    tape.dispose();
    expect(live()).toBe(before);
    freeTensor(gpu(), x);
  });

  it('nothing at all for inference', () => {
    const x = tensor([1, 64], [...Array(64).keys()], true);
    const before = live();
    const tape = createTape(gpu(), { record: false });
    const y = ops.relu(tape, x);
    expect(y.requiresGrad).toBe(false);
    tape.release(y);
    expect(live()).toBe(before);
    freeTensor(gpu(), x);
  });

  it('what a backward will read, released or not; and inputs of the caller are never freed', async () => {
    const [x, w, b] = [tensor([1, 2], [1, 2]), tensor([2, 1], [3, 4], true), tensor([1], [0], true)];
    const tape = createTape(gpu());
    const features = ops.relu(tape, x); // frozen, but saved by the dense layer on top
    const loss = lossOf(tape, features, w, b);
    const before = live();
    tape.release(features);
    tape.release(loss);
    tape.release(x);
    expect(live()).toBe(before);
    tape.backward(loss);
    expect(await gradientOf(w)).toEqual([1, 2]);
    expect(await gradientOf(b)).toEqual([1]);
    expect([...(await readTensor(gpu(), loss))]).toEqual([11]);
    tape.release(features); // its reader is done
    expect(live()).toBeLessThan(before + 1024);
    tape.dispose();
    expect([...(await readTensor(gpu(), x))]).toEqual([1, 2]);
    for (const t of [x, w, b]) freeTensor(gpu(), t);
  });
});

it('live bytes stay flat over 50 steps, and come back to where they were', async () => {
  const before = live();
  const shapes = [[2, 6, 6, 3], [3, 3, 3, 4], [4], [36, 3], [3]];
  const values = shapes.map((shape, i) => seeded(i).floats(shape.reduce((a, c) => a * c, 1)));
  const [x, w, b, w2, b2] = makeInputs(gpu(), shapes, values, [0]) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const labels = gpu().pool.take(8, 'labels');
  gpu().write(labels, Uint32Array.of(0, 2));
  const [bytes, peaks]: number[][] = [[], []];
  for (let step = 0; step < 50; step++) {
    const tape = createTape(gpu());
    const pooled = ops.maxPool(tape, ops.conv3x3(tape, x, w, b, { pad: 1, relu: true }));
    const dropped = ops.dropout(tape, pooled, 0.5, { seed: 1, step, layer: 0, firstRow: 0 });
    tape.backward(ops.softmaxCrossEntropy(tape, ops.dense(tape, dropped, w2, b2), labels, 0.5));
    tape.dispose();
    for (const parameter of [w, b, w2, b2]) freeGradient(gpu(), parameter);
    bytes!.push(live());
    peaks!.push(gpu().pool.bytes().peak);
  }
  expect(new Set(bytes).size).toBe(1);
  expect(new Set(peaks).size).toBe(1);
  for (const t of [x, w, b, w2, b2]) freeTensor(gpu(), t);
  gpu().pool.give(labels);
  expect(live()).toBe(before);
  await gpu().finish();
});
