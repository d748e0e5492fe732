// Softmax of ImageNet's 1000 classes, its gradient, and cross-entropy with its gradient.
import type { Kernel } from '../../src/kernels/kernel.js';
import { softmaxBackward, softmaxForward } from '../../src/kernels/softmax.js';
import { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from '../../src/kernels/softmax-cross-entropy.js';
import type { Inputs, KernelCase } from '../kernel-case.js';
import { labels } from '../numbers.js';

const COLUMNS = 1000;

export function softmaxCases(rows: number): KernelCase[] {
  const shape = [rows, COLUMNS] as [number, number];
  const common = { shape: `(${rows}, ${COLUMNS})`, importance: 40, tolerance: 1e-5 };
  const dims = { rows, columns: COLUMNS };
  const rowOf = (values: Float32Array, i: number) => {
    const start = Math.floor(i / COLUMNS) * COLUMNS;
    return values.subarray(start, start + COLUMNS);
  };
  const sumOfExponentials = (x: Float32Array) => x.reduce((sum, value) => sum + Math.exp(value), 0);
  const withLabels = (inputs: Inputs): Inputs => ({
    ...inputs,
    labels: new Float32Array(labels(rows, COLUMNS, 7).buffer), // u32 bits, as the shader reads them
  });
  const labelOf = ({ labels: bits }: Inputs, row: number) => new Uint32Array(bits!.buffer)[row]!;
  const oneHot = ({ labels: bits }: Inputs) => Array.from(new Uint32Array(bits!.buffer));
  return [
    {
      ...{ ...common, kernel: softmaxForward as unknown as Kernel, dims, output: 'y' },
      spot: ({ x }, i) => Math.exp(x![i]!) / sumOfExponentials(rowOf(x!, i)),
      tensorflow: (tf, { x }) => {
        const input = tf.tensor2d(x!, shape);
        return () => tf.softmax(input);
      },
    },
    {
      ...{ ...common, kernel: softmaxBackward as unknown as Kernel, dims, output: 'dx' },
      spot: ({ y, dy }, i) => {
        const own = rowOf(dy!, i);
        const inner = rowOf(y!, i).reduce((sum, value, k) => sum + value * own[k]!, 0);
        return y![i]! * (dy![i]! - inner);
      },
      tensorflow: (tf, { y, dy }) => {
        const tensors = { y: tf.tensor2d(y!, shape), dy: tf.tensor2d(dy!, shape) };
        return () =>
          tf.tidy(() => {
            const product = tf.mul(tensors.dy, tensors.y);
            return tf.sub(product, tf.mul(tf.sum(product, -1, true), tensors.y)); // as its gradient of softmax has it
          });
      },
    },
    {
      ...{ ...common, kernel: softmaxCrossEntropyForward as unknown as Kernel, dims, output: 'loss' },
      inputs: withLabels,
      spot: (inputs, i) => {
        const x = inputs.x!.subarray(i * COLUMNS, (i + 1) * COLUMNS);
        return Math.log(sumOfExponentials(x)) - x[labelOf(inputs, i)]!;
      },
      tensorflow: (tf, inputs) => {
        const [logits, truth] = [tf.tensor2d(inputs.x!, shape), tf.oneHot(oneHot(inputs), COLUMNS)];
        return () => tf.losses.softmaxCrossEntropy(truth, logits, undefined, undefined, tf.Reduction.NONE);
      },
    },
    {
      ...{ ...common, kernel: softmaxCrossEntropyBackward as unknown as Kernel, output: 'dx' },
      dims: { ...dims, scale: 1 / rows },
      inputs: withLabels,
      spot: (inputs, i) => {
        const own = rowOf(inputs.x!, i);
        const label = labelOf(inputs, Math.floor(i / COLUMNS));
        return (Math.exp(inputs.x![i]!) / sumOfExponentials(own) - Number(label === i % COLUMNS)) / rows;
      },
      tensorflow: (tf, inputs) => {
        const [logits, truth] = [tf.tensor2d(inputs.x!, shape), tf.oneHot(oneHot(inputs), COLUMNS)];
        return () => tf.tidy(() => tf.mul(tf.sub(tf.softmax(logits), truth), 1 / rows));
      },
    },
  ];
}
