// Keras' losses by name, and how the targets that each of them takes become class indices.
import { elementsOf, type Shape } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Output } from './lowering.js';

/** All are the mean cross-entropy in nats; they differ in what targets look like. */
export const LOSSES = ['categorical_crossentropy', 'sparse_categorical_crossentropy', 'binary_crossentropy'] as const;
export type LossName = (typeof LOSSES)[number];

/** One number a picture, or one row of them: as numbers, as rows, or as an array of shape (N), (N, 1) or (N, classes). */
export type Targets =
  | ArrayLike<number>
  | readonly ArrayLike<number>[]
  | { readonly data: ArrayLike<number>; readonly shape: Shape };

/**
 * Whether a loss fits a network's output.
 * @param classes outputs; 2 for one sigmoid unit
 * @throws VggpuError 'usage' with what would fit
 */
export function checkLoss(loss: LossName, output: Output, classes: number): void {
  const refuse = (problem: string): never => {
    throw new VggpuError('usage', problem);
  };
  if (!LOSSES.includes(loss)) refuse(`There is no loss '${String(loss)}'; there are ${LOSSES.join(', ')}.`);
  const binary = loss === 'binary_crossentropy';
  if (binary && output !== 'sigmoid')
    refuse(`${loss} takes a network that ends in one sigmoid unit; this one ends otherwise.`);
  if (!binary && output === 'sigmoid')
    refuse(`A network that ends in one sigmoid unit takes binary_crossentropy, not ${loss}.`);
  if (classes < 2) refuse(`${loss} needs two outputs or more; this network has ${classes}. For one unit: sigmoid.`);
}

/**
 * The class of each picture.
 * @throws VggpuError 'usage' naming the first target that the loss does not take
 */
export function labelsOf(y: Targets, loss: LossName, classes: number, count: number): Uint32Array<ArrayBuffer> {
  const rows = rowsOf(y);
  if (rows.length !== count) {
    throw new VggpuError('usage', `There are ${count} pictures and ${rows.length} targets; expected one each.`);
  }
  return Uint32Array.from(rows, (row, i) => {
    const label = loss === 'categorical_crossentropy' ? hotOf(row, classes) : wholeOf(row, classes);
    if (label !== undefined) return label;
    const found = Array.from(row).slice(0, 8).join(', ') + (row.length > 8 ? ', ...' : '');
    throw new VggpuError(
      'usage',
      `The target of picture ${i} is (${found}); ${loss} takes ${expected(loss, classes)}.`,
    );
  });
}

function expected(loss: LossName, classes: number): string {
  if (loss === 'categorical_crossentropy') return `a row of ${classes} with a single 1 among zeros`;
  return loss === 'binary_crossentropy' ? '0 or 1' : `a whole number from 0 to ${classes - 1}`;
}

/** Where a row's only 1 is. */
function hotOf(row: ArrayLike<number>, classes: number): number | undefined {
  const values = Array.from(row);
  const ones = values.filter((value) => value === 1).length;
  const zeros = values.filter((value) => value === 0).length;
  return values.length === classes && ones === 1 && zeros === classes - 1 ? values.indexOf(1) : undefined;
}

function wholeOf(row: ArrayLike<number>, classes: number): number | undefined {
  const value = row[0]!;
  return row.length === 1 && Number.isInteger(value) && value >= 0 && value < classes ? value : undefined;
}

function rowsOf(y: Targets): ArrayLike<number>[] {
  if ('shape' in y) {
    const { data, shape } = y;
    const [N = 0, ...rest] = shape;
    const width = elementsOf(rest);
    if (data.length !== N * width) {
      throw new VggpuError('shape', `Targets of (${shape.join(', ')}) have ${N * width} values; found ${data.length}.`);
    }
    return Array.from({ length: N }, (_, i) => Array.from({ length: width }, (_, k) => data[i * width + k]!));
  }
  return Array.from<number | ArrayLike<number>, ArrayLike<number>>(y, (row) => (typeof row === 'number' ? [row] : row));
}
