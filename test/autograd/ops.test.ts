// Every op's forward and gradients against float64 references and against finite differences on the GPU itself.
import { describe, expect, it } from 'vitest';
import * as ops from '../../src/autograd/ops.js';
import { createTape } from '../../src/autograd/tape.js';
import { elementsOf, freeTensor, type Shape, tensorFrom } from '../../src/autograd/tensor.js';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';
import { type OpCase, opCases } from './cases.js';
import { type Floats, forwardOf, gradientsOf } from './gradients.js';

const STEP = 0.02; // of finite differences: float32 outputs differ by 1e-7, third derivatives here are of order 1

const gpu = useGpu({ debug: true });
const wide = (values: readonly Floats[]) => values.map((v) => Float64Array.from(v));

/** Inputs in [-1, 1), with distances of more than two steps between each other and from 0 where that matters. */
function inputsOf({ shapes, kinks }: OpCase, seed: number): Floats[] {
  const random = seeded(seed);
  return shapes.map((shape, i) => {
    const values = random.floats(elementsOf(shape));
    if (kinks === 'bias' && i === 2) return values.map((v, k) => v + (k % 2 ? 20 : -20));
    if (kinks !== 'values') return values;
    const ranks = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    for (const [rank, at] of ranks.entries()) values[at] = (rank + 0.5 - Math.floor(values.length / 2)) * 3 * STEP;
    return values;
  });
}

describe.each(opCases)('$name', (op) => {
  const plain = op.shapes.map((shape, i) => seeded(50 + i).floats(elementsOf(shape)));
  const outputs = op.forward(wide(plain)).length;
  const r = op.isLoss ? undefined : seeded(99).floats(outputs);
  const dy = Float64Array.from(r ?? [1]);

  it('computes what the float64 reference does, forward and backward, and gives all its memory back', async () => {
    const live = gpu().pool.bytes().live;
    const tolerance = { absolute: op.absolute ?? 3e-6, relative: 3e-6 };
    expectClose(await forwardOf(gpu(), op.shapes, plain, op.run), op.forward(wide(plain)), tolerance, 'y');
    const gradients = await gradientsOf(gpu(), op.shapes, plain, op.run, r);
    for (const [i, expected] of op.backward(wide(plain), dy).entries()) {
      expectClose(gradients[i]!, expected, tolerance, `gradient of input ${i}`);
    }
    expect(gpu().pool.bytes().live).toBe(live);
  });

  it('has the slope of its own forward in random directions', async () => {
    const values = inputsOf(op, 7);
    const objective = async (inputs: readonly Floats[]) =>
      (await forwardOf(gpu(), op.shapes, inputs, op.run)).reduce((sum, y, i) => sum + y * dy[i]!, 0);
    const gradients = await gradientsOf(gpu(), op.shapes, values, op.run, r);
    for (const [i, gradient] of gradients.entries()) {
      const direction = seeded(200 + i).floats(values[i]!.length);
      const moved = (h: number) =>
        objective(values.map((v, j) => (j === i ? v.map((x, k) => x + h * direction[k]!) : v)));
      const slope = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP);
      const parts = direction.map((u, k) => u * gradient![k]!);
      const [sum, scale] = [parts.reduce((a, b) => a + b, 0), parts.reduce((a, b) => a + Math.abs(b), 0)];
      expect(scale).toBeGreaterThan(0);
      expect(Math.abs(slope - sum) / scale, `input ${i}: slope ${slope}, gradient ${sum}`).toBeLessThan(1e-3);
    }
  });

  it('gives a frozen input no gradient, and the others the same', async () => {
    if (op.shapes.length === 1) return;
    const all = await gradientsOf(gpu(), op.shapes, plain, op.run, r);
    for (const frozen of op.shapes.keys()) {
      const some = await gradientsOf(gpu(), op.shapes, plain, op.run, r, [frozen]);
      expect(some).toEqual(all.map((gradient, i) => (i === frozen ? undefined : gradient)));
    }
  });
});

describe('special values', () => {
  it('ReLU has the derivative 0 at 0; a max-pool gives ties to the first', async () => {
    const x = Float32Array.of(0, -0, 1, -1);
    expect(await gradientsOf(gpu(), [[4]], [x], (t, [a]) => ops.relu(t, a!), Float32Array.of(1, 1, 1, 1))).toEqual([
      Float32Array.of(0, 0, 1, 0),
    ]);
    const tie = Float32Array.of(1, 2, 2, 2);
    expect(await gradientsOf(gpu(), [[1, 2, 2, 1]], [tie], (t, [a]) => ops.maxPool(t, a!), Float32Array.of(5))).toEqual(
      [Float32Array.of(0, 5, 0, 0)],
    );
  });

  it('dropout of a part of a batch drops what it would in the whole', async () => {
    const key = { seed: 5, step: 2, layer: 1 };
    const ones = new Float32Array(6 * 10).fill(1);
    const whole = await forwardOf(gpu(), [[6, 10]], [ones], (t, [x]) =>
      ops.dropout(t, x!, 0.5, { ...key, firstRow: 0 }),
    );
    const part = await forwardOf(gpu(), [[2, 10]], [ones.slice(0, 20)], (t, [x]) =>
      ops.dropout(t, x!, 0.5, { ...key, firstRow: 3 }),
    );
    expect(part).toEqual(whole.slice(30, 50));
    expect(new Set(whole)).toEqual(new Set([0, 2]));
    const next = await forwardOf(gpu(), [[6, 10]], [ones], (t, [x]) =>
      ops.dropout(t, x!, 0.5, { ...key, step: 3, firstRow: 0 }),
    );
    expect(next).not.toEqual(whole);
  });
});

describe('shapes that do not fit', () => {
  type Call = (tape: ReturnType<typeof createTape>, ...x: ReturnType<typeof tensorFrom>[]) => unknown;
  const conv: Call = (t, x, w, b) => ops.conv3x3(t, x!, w!, b!, { pad: 1 });
  const bare: Call = (t, x, w, b) => ops.conv3x3(t, x!, w!, b!, { pad: 0 });
  const dense: Call = (t, x, w, b) => ops.dense(t, x!, w!, b!);
  it.each<[string, Shape[], Call, RegExp]>([
    ['conv3x3: kernel', [[1, 4, 4, 3], [3, 3, 4, 8], [8]], conv, /conv3x3: w has shape \(3, 3, 4, 8\).*\(3, 3, 3, 8\)/],
    ['conv3x3: bias', [[1, 4, 4, 3], [3, 3, 3, 8], [7]], conv, /conv3x3: b has shape \(7\); expected \(8\)/],
    [
      'conv3x3: rank',
      [[4, 4, 3], [3, 3, 3, 8], [8]],
      conv,
      /conv3x3: x has shape \(4, 4, 3\); expected \(N, H, W, C\)/,
    ],
    ['conv3x3: too small', [[1, 2, 5, 3], [3, 3, 3, 8], [8]], bare, /conv3x3: a 2x5 picture is too small/],
    ['dense: kernel', [[2, 3, 4], [11, 5], [5]], dense, /dense: w has shape \(11, 5\); expected \(12, 5\)/],
    [
      'dense: bias',
      [
        [2, 3],
        [3, 5],
        [1, 5],
      ],
      dense,
      /dense: b has shape \(1, 5\); expected \(5\)/,
    ],
    ['maxPool: rank', [[4, 4]], (t, x) => ops.maxPool(t, x!), /maxPool: x has shape \(4, 4\); expected \(N, H, W, C\)/],
    ['maxPool: too small', [[1, 1, 4, 2]], (t, x) => ops.maxPool(t, x!), /maxPool: a 1x4 picture/],
    [
      'globalAveragePool: rank',
      [[4, 4]],
      (t, x) => ops.globalAveragePool(t, x!),
      /globalAveragePool: x has shape \(4, 4\)/,
    ],
    ['softmax: rank', [[4]], (t, x) => ops.softmax(t, x!), /softmax: x has shape \(4\); expected \(rows, columns\)/],
    [
      'softmax: columns',
      [[2, 3, 4]],
      (t, x) => ops.softmax(t, x!, 5),
      /softmax: x has shape \(2, 3, 4\); expected \(rows, columns\)/,
    ],
    [
      'binaryLogits: columns',
      [[4, 2]],
      (t, x) => ops.binaryLogits(t, x!),
      /binaryLogits: x has shape \(4, 2\); expected \(rows, 1\)/,
    ],
    [
      'softmaxCrossEntropy: rank',
      [[4, 2, 2], [4]],
      (t, x, labels) => ops.softmaxCrossEntropy(t, x!, labels!, 1),
      /softmaxCrossEntropy: x has shape \(4, 2, 2\)/,
    ],
    [
      'joinColumns: rows',
      [
        [4, 2],
        [3, 2],
      ],
      (t, ...parts) => ops.joinColumns(t, parts),
      /joinColumns: part has shape \(3, 2\); expected \(4, 2\)/,
    ],
  ])('%s', (_, shapes, call, message) => {
    const live = gpu().pool.bytes().live;
    const tape = createTape(gpu());
    const inputs = shapes.map((shape) => tensorFrom(gpu(), shape, new Float32Array(elementsOf(shape)), 'input'));
    expect(() => call(tape, ...inputs)).toThrowError(
      expect.objectContaining({ code: 'shape', message: expect.stringMatching(message) }),
    );
    tape.dispose();
    for (const input of inputs) freeTensor(gpu(), input);
    expect(gpu().pool.bytes().live).toBe(live);
  });

  it('a tensor cannot hold more or fewer values than its shape has', () => {
    expect(() => tensorFrom(gpu(), [2, 3], new Float32Array(5), 'x')).toThrow(
      /x of shape \(2, 3\) cannot hold 5 values/,
    );
  });
});
