// ONNX's softmax, log-softmax and softmax cross-entropy. Classes move to the last axis; every other index is a row.
import { sumAll } from '../../src/kernels/reduce.js';
import { softmaxForward } from '../../src/kernels/softmax.js';
import { softmaxCrossEntropyForward } from '../../src/kernels/softmax-cross-entropy.js';
import type { Compute } from './compute.js';
import { attribute, type Planner } from './plan.js';
import { axisLast, permute, sizeOf, type Tensor } from './tensors.js';

/** Stands in for weights where there are none. */
const NONE = new Float32Array(1);

export const softmax: Planner = (test) => async (compute) => {
  const { there, back } = axisLast(test.inputs[0]!.shape.length, attribute(test, 'axis', -1));
  const x = permute(test.inputs[0]!, there);
  const columns = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / columns;
  const { y } = await compute(softmaxForward, { rows, columns }, { x: x.values });
  return [permute({ shape: x.shape, values: y }, back)];
};

/** log softmax of class c is minus the loss of a row whose label is c, so each class takes one run. */
async function logSoftmaxOf(compute: Compute, input: Tensor, axis: number): Promise<Tensor> {
  const { there, back } = axisLast(input.shape.length, axis);
  const x = permute(input, there);
  const columns = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / columns;
  const values = new Float32Array(x.values.length);
  for (let c = 0; c < columns; c++) {
    const labels = new Uint32Array(rows).fill(c);
    const d = { rows, columns, weighted: 0 };
    const { loss } = await compute(softmaxCrossEntropyForward, d, { x: x.values, labels, weights: NONE });
    loss.forEach((value, r) => {
      values[r * columns + c] = -value;
    });
  }
  return permute({ shape: x.shape, values }, back);
}

export const logSoftmax: Planner = (test) => async (compute) => [
  await logSoftmaxOf(compute, test.inputs[0]!, attribute(test, 'axis', -1)),
];

/** A loss for each row, times its label's weight. Rows of the ignored label stay out. */
export const softmaxCrossEntropy: Planner = (test) => async (compute) => {
  const [scores, target, weights] = test.inputs as [Tensor, Tensor, Tensor?];
  const x = permute(scores, axisLast(scores.shape.length, 1).there);
  const columns = x.shape.at(-1)!;
  const ignored = test.attributes.get('ignore_index');
  const kept = [...target.values.keys()].filter((r) => target.values[r] !== ignored);
  const rows = kept.length;
  const labels = Uint32Array.from(kept, (r) => target.values[r]!);
  const taken = Float32Array.from(kept.flatMap((r) => [...x.values.subarray(r * columns, (r + 1) * columns)]));
  const d = { rows, columns, weighted: Number(weights !== undefined) };
  const { loss } = await compute(softmaxCrossEntropyForward, d, { x: taken, labels, weights: weights?.values ?? NONE });

  const results: Tensor[] = [];
  const reduction = attribute(test, 'reduction', 'mean');
  if (reduction === 'none') {
    const values = new Float32Array(target.values.length);
    kept.forEach((r, i) => {
      values[r] = loss[i]!;
    });
    results.push({ shape: target.shape, values });
  } else {
    const counted = Float32Array.from(labels, (label) => weights?.values[label] ?? 1);
    const whole = (await compute(sumAll, { count: rows, scale: 1 }, { x: counted })).y[0]!;
    const { y } = await compute(sumAll, { count: rows, scale: reduction === 'mean' ? 1 / whole : 1 }, { x: loss });
    results.push({ shape: [], values: y });
  }
  if (test.outputs.length > 1) results.push(await logSoftmaxOf(compute, scores, 1));
  return results;
};
