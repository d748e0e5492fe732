// Each op of src/autograd/ops.ts with inputs, and what float64 references make of its output and gradients.
import * as ops from '../../src/autograd/ops.js';
import type { Tape } from '../../src/autograd/tape.js';
import type { Shape, Tensor } from '../../src/autograd/tensor.js';
import { binaryCrossEntropyBackward, binaryCrossEntropyForward } from '../reference/binary-cross-entropy.js';
import { extractColumns, insertColumns } from '../reference/columns.js';
import { conv3x3Forward, conv3x3InputGradient, conv3x3WeightGradient } from '../reference/conv3x3.js';
import { dropout } from '../reference/dropout.js';
import { globalAveragePoolBackward, globalAveragePoolForward } from '../reference/global-average-pool.js';
import { matmulNN, matmulNT, matmulTN } from '../reference/matmul.js';
import { maxPoolBackward, maxPoolForward } from '../reference/max-pool.js';
import { sumRows } from '../reference/reduce.js';
import { reluBackward, reluForward } from '../reference/relu.js';
import { sigmoidBackward, sigmoidForward } from '../reference/sigmoid.js';
import { softmaxBackward, softmaxForward } from '../reference/softmax.js';
import { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from '../reference/softmax-cross-entropy.js';

type Wide = Float64Array;

export interface OpCase {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly run: (tape: Tape, inputs: readonly Tensor[]) => Tensor;
  readonly forward: (inputs: readonly Wide[]) => Wide;
  /** The gradient of each input, from the gradient of the output. */
  readonly backward: (inputs: readonly Wide[], dy: Wide) => Wide[];
  /** Where a finite difference would cross a kink: 'values' of the input, or 'bias', the third input, before a ReLU. */
  readonly kinks?: 'values' | 'bias';
  /** What float32 may be off by; default 3e-6. */
  readonly absolute?: number;
  /** The output is the loss. */
  readonly isLoss?: true;
}

const masked = (y: Wide, dy: Wide, relu: boolean) => (relu ? reluBackward(y, dy) : dy);

function convolution(N: number, H: number, W: number, C: number, K: number, pad: 0 | 1, relu: boolean): OpCase {
  const d = { N, H, W, C, K, pad, relu: Number(relu) };
  const forward = ([x, w, b]: readonly Wide[]) => conv3x3Forward(d, x!, w!, b!);
  return {
    name: `conv3x3 ${JSON.stringify(d)}`,
    shapes: [[N, H, W, C], [3, 3, C, K], [K]],
    absolute: 2e-4, // Winograd's F(4x4) is off by 4e-5 of its outputs' size
    ...(relu ? { kinks: 'bias' } : {}),
    run: (tape, [x, w, b]) => ops.conv3x3(tape, x!, w!, b!, { pad, relu }),
    forward,
    backward: (inputs, dy) => {
      const dz = masked(forward(inputs), dy, relu);
      const [x, w] = inputs;
      return [conv3x3InputGradient(d, dz, w!), conv3x3WeightGradient(d, x!, dz), sumRows(dz, K)];
    },
  };
}

function denseOf(shape: Shape, N: number, relu: boolean): OpCase {
  const [M = 0, ...features] = shape;
  const K = features.reduce((a, b) => a * b, 1);
  const d = { M, K, N };
  const forward = ([x, w, b]: readonly Wide[]) => matmulNN(d, relu, x!, w!, b!);
  return {
    name: `dense (${shape}) to ${N}${relu ? ' relu' : ''}`,
    shapes: [shape, [K, N], [N]],
    ...(relu ? { kinks: 'bias' } : {}),
    run: (tape, [x, w, b]) => ops.dense(tape, x!, w!, b!, { relu }),
    forward,
    backward: (inputs, dy) => {
      const dz = masked(forward(inputs), dy, relu);
      const [x, w] = inputs;
      return [matmulNT(d, dz, w!), matmulTN(d, x!, dz), sumRows(dz, N)];
    },
  };
}

const picture = (N: number, H: number, W: number, C: number) => ({ N, H, W, C, shape: [N, H, W, C] });
const pool = picture(2, 5, 7, 3);
const average = picture(3, 3, 5, 4);
const rows = { rows: 5, columns: 7, scale: 1 / 5 };
const labels = Float64Array.of(0, 6, 3, 3, 1);
const classWeights = Float64Array.from({ length: rows.columns }, (_, k) => 0.25 * (k + 1));
const total = (each: Wide) => each.reduce((sum, loss) => sum + rows.scale * loss, 0);

const binary = Float64Array.of(0, 1, 1, 0, 1);

function labelsOn(tape: Tape, values = labels): Tensor {
  const block = tape.make([rows.rows], 'labels');
  tape.gpu.write(block, Uint32Array.from(values));
  return block;
}
const drop = { seed: 3, step: 7, layer: 2, first: 4 * 6, rate: 0.4 };
const widths = [4, 3, 5];
const panels = widths.map((width, i) => ({
  rows: 6,
  width,
  total: 12,
  first: widths.slice(0, i).reduce((a, b) => a + b, 0),
}));

export const opCases: readonly OpCase[] = [
  convolution(2, 5, 6, 3, 4, 1, true),
  convolution(1, 6, 5, 8, 8, 1, false),
  convolution(2, 5, 4, 2, 3, 0, true),
  denseOf([3, 10], 6, true),
  denseOf([2, 2, 3, 4], 8, false),
  {
    name: 'maxPool',
    shapes: [pool.shape],
    kinks: 'values',
    run: (tape, [x]) => ops.maxPool(tape, x!),
    forward: ([x]) => maxPoolForward(pool, x!),
    backward: ([x], dy) => [maxPoolBackward(pool, x!, dy)],
  },
  {
    name: 'globalAveragePool',
    shapes: [average.shape],
    run: (tape, [x]) => ops.globalAveragePool(tape, x!),
    forward: ([x]) => globalAveragePoolForward(average, x!),
    backward: (_, dy) => [globalAveragePoolBackward(average, dy)],
  },
  {
    name: 'relu',
    shapes: [[3, 7]],
    kinks: 'values',
    run: (tape, [x]) => ops.relu(tape, x!),
    forward: ([x]) => reluForward(x!),
    backward: ([x], dy) => [reluBackward(reluForward(x!), dy)],
  },
  {
    name: 'sigmoid',
    shapes: [[4, 5]],
    run: (tape, [x]) => ops.sigmoid(tape, x!),
    forward: ([x]) => sigmoidForward(x!),
    backward: ([x], dy) => [sigmoidBackward(sigmoidForward(x!), dy)],
  },
  {
    name: 'softmax',
    shapes: [[rows.rows, rows.columns]],
    run: (tape, [x]) => ops.softmax(tape, x!),
    forward: ([x]) => softmaxForward(rows, x!),
    backward: ([x], dy) => [softmaxBackward(rows, softmaxForward(rows, x!), dy)],
  },
  {
    name: 'softmax of each pixel',
    shapes: [[2, 2, 3, 5]],
    run: (tape, [x]) => ops.softmax(tape, x!),
    forward: ([x]) => softmaxForward({ rows: 12, columns: 5 }, x!),
    backward: ([x], dy) => {
      const d = { rows: 12, columns: 5 };
      return [softmaxBackward(d, softmaxForward(d, x!), dy)];
    },
  },
  {
    name: 'softmax of flattened pictures',
    shapes: [[2, 2, 3, 5]],
    run: (tape, [x]) => ops.softmax(tape, x!, 30),
    forward: ([x]) => softmaxForward({ rows: 2, columns: 30 }, x!),
    backward: ([x], dy) => {
      const d = { rows: 2, columns: 30 };
      return [softmaxBackward(d, softmaxForward(d, x!), dy)];
    },
  },
  {
    name: 'binaryLogits',
    shapes: [[5, 1]],
    run: (tape, [x]) => ops.binaryLogits(tape, x!),
    forward: ([x]) => Float64Array.from([...x!].flatMap((value) => [0, value])),
    backward: (_, dy) => [dy.filter((_, i) => i % 2 === 1)],
  },
  {
    name: 'binary cross-entropy of one sigmoid unit',
    shapes: [[rows.rows, 1]],
    isLoss: true,
    run: (tape, [x]) => ops.softmaxCrossEntropy(tape, ops.binaryLogits(tape, x!), labelsOn(tape, binary), rows.scale),
    forward: ([x]) => Float64Array.of(total(binaryCrossEntropyForward(x!, binary))),
    backward: ([x]) => [binaryCrossEntropyBackward(x!, binary, rows.scale)],
  },
  {
    name: 'softmaxCrossEntropy',
    shapes: [[rows.rows, rows.columns]],
    isLoss: true,
    run: (tape, [x]) => ops.softmaxCrossEntropy(tape, x!, labelsOn(tape), rows.scale),
    forward: ([x]) => Float64Array.of(total(softmaxCrossEntropyForward(rows, x!, labels))),
    backward: ([x]) => [softmaxCrossEntropyBackward(rows, x!, labels)],
  },
  {
    name: 'softmaxCrossEntropy, weighted',
    shapes: [[rows.rows, rows.columns]],
    isLoss: true,
    run: (tape, [x]) => {
      const block = tape.make([rows.columns], 'class weights');
      tape.gpu.write(block, Float32Array.from(classWeights));
      return ops.softmaxCrossEntropy(tape, x!, labelsOn(tape), rows.scale, block);
    },
    forward: ([x]) => Float64Array.of(total(softmaxCrossEntropyForward(rows, x!, labels, classWeights))),
    backward: ([x]) => [softmaxCrossEntropyBackward(rows, x!, labels, classWeights)],
  },
  {
    name: 'dropout',
    shapes: [[5, 6]],
    run: (tape, [x]) => ops.dropout(tape, x!, drop.rate, { ...drop, firstRow: 4 }),
    forward: ([x]) => dropout(drop, x!),
    backward: (_, dy) => [dropout(drop, dy)],
  },
  {
    name: 'joinColumns',
    shapes: panels.map(({ rows, width }) => [rows, width]),
    run: (tape, parts) => ops.joinColumns(tape, parts),
    forward: (parts) =>
      parts.reduce<Wide>((y, part, i) => insertColumns(part, y, panels[i]!), new Float64Array(6 * 12)),
    backward: (_, dy) => panels.map((panel) => extractColumns(dy, panel)),
  },
];
