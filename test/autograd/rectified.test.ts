// A fused ReLU changes nothing but the number of passes: gradients have the bits that they have where ReLU is an op of its own.
import { describe, expect, it } from 'vitest';
import * as ops from '../../src/autograd/ops.js';
import type { Tape } from '../../src/autograd/tape.js';
import { elementsOf, type Shape, type Tensor } from '../../src/autograd/tensor.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { gradientsOf } from './gradients.js';

const gpu = useGpu({ debug: true });

/** Convolutions and dense layers that end in a ReLU, fused or not. */
interface Layers {
  conv(x: Tensor, w: Tensor, b: Tensor): Tensor;
  dense(x: Tensor, w: Tensor, b: Tensor): Tensor;
}

const layersOf = (tape: Tape, fused: boolean): Layers => ({
  conv: (x, w, b) => {
    const y = ops.conv3x3(tape, x, w, b, { pad: 1, relu: fused });
    return fused ? y : ops.relu(tape, y);
  },
  dense: (x, w, b) => {
    const y = ops.dense(tape, x, w, b, { relu: fused });
    return fused ? y : ops.relu(tape, y);
  },
});

interface Graph {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly output: number;
  readonly run: (tape: Tape, layers: Layers, inputs: readonly Tensor[]) => Tensor;
  /** Passes of a ReLU's gradient that are left: behind ops whose kernels do not apply it. */
  readonly passes: number;
}

const key = { seed: 5, step: 2, layer: 1, firstRow: 0 };
const conv = (C: number, K: number): Shape[] => [[3, 3, C, K], [K]];
const dense = (K: number, N: number): Shape[] => [[K, N], [N]];

const graphs: readonly Graph[] = [
  {
    name: "VGG16's layers",
    shapes: [[2, 6, 7, 3], ...conv(3, 4), ...conv(4, 8), ...dense(72, 12), ...dense(12, 8), ...dense(8, 3)],
    output: 6,
    passes: 0,
    run(tape, layers, [x, w1, b1, w2, b2, w3, b3, w4, b4, w5, b5]) {
      const pooled = ops.maxPool(tape, layers.conv(layers.conv(x!, w1!, b1!), w2!, b2!));
      const fc1 = ops.dropout(tape, layers.dense(pooled, w3!, b3!), 0.5, key);
      const fc2 = ops.dropout(tape, layers.dense(fc1, w4!, b4!), 0.4, { ...key, layer: 2 });
      return ops.dense(tape, fc2, w5!, b5!);
    },
  },
  {
    name: 'a pool between convolutions, whose last ReLU is the output',
    shapes: [[1, 7, 6, 2], ...conv(2, 4), ...conv(4, 4)],
    output: 3 * 3 * 4,
    passes: 1,
    run(tape, layers, [x, w1, b1, w2, b2]) {
      return layers.conv(ops.maxPool(tape, layers.conv(x!, w1!, b1!)), w2!, b2!);
    },
  },
  {
    name: 'a mean of channels',
    shapes: [[2, 4, 3, 3], ...conv(3, 4), ...dense(4, 3)],
    output: 6,
    passes: 1,
    run(tape, layers, [x, w1, b1, w2, b2]) {
      return ops.dense(tape, ops.globalAveragePool(tape, layers.conv(x!, w1!, b1!)), w2!, b2!);
    },
  },
  {
    name: 'panels joined',
    shapes: [[3, 5], ...dense(5, 8), ...dense(5, 4), ...dense(12, 3)],
    output: 9,
    passes: 0,
    run(tape, layers, [x, w1, b1, w2, b2, w3, b3]) {
      const joined = ops.joinColumns(tape, [layers.dense(x!, w1!, b1!), layers.dense(x!, w2!, b2!)]);
      return ops.dense(tape, ops.dropout(tape, joined, 0.5, key), w3!, b3!);
    },
  },
  {
    name: 'panels joined, of which one has no ReLU',
    shapes: [[3, 5], ...dense(5, 8), ...dense(5, 4), ...dense(12, 3)],
    output: 9,
    passes: 1,
    run(tape, layers, [x, w1, b1, w2, b2, w3, b3]) {
      const joined = ops.joinColumns(tape, [layers.dense(x!, w1!, b1!), ops.dense(tape, x!, w2!, b2!)]);
      return ops.dense(tape, joined, w3!, b3!);
    },
  },
  {
    name: 'what several ops read',
    shapes: [[2, 4, 4, 2], ...conv(2, 4), ...conv(4, 4), ...dense(16, 4), ...dense(4, 4)],
    output: 2 * 16,
    passes: 4, // one a ReLU, however many read it
    run(tape, layers, [x, w1, b1, w2, b2, w3, b3, w4, b4]) {
      const y = layers.conv(x!, w1!, b1!);
      const means = [y, layers.conv(y, w2!, b2!)].map((each) => ops.globalAveragePool(tape, each));
      const pooled = layers.dense(ops.maxPool(tape, y), w3!, b3!);
      return ops.joinColumns(tape, [...means, pooled, layers.dense(ops.sigmoid(tape, pooled), w4!, b4!)]);
    },
  },
];

describe.each(graphs)('$name', ({ shapes, output, run, passes }) => {
  it('has the same gradients either way', async () => {
    const values = shapes.map((shape, i) => seeded(20 + i).floats(elementsOf(shape)));
    const r = seeded(7).floats(output);
    const gradients = (fused: boolean) =>
      gradientsOf(gpu(), shapes, values, (tape, inputs) => run(tape, layersOf(tape, fused), inputs), r);
    const expected = await gradients(false);
    expect(expected.every((gradient) => gradient?.some((v) => v !== 0))).toBe(true);
    gpu().profiler.start();
    const actual = await gradients(true);
    const { records } = await gpu().profiler.stop();
    expect(actual).toEqual(expected);
    expect(records.filter(({ kernel }) => kernel === 'relu/backward').length).toBe(passes);
  });
});
