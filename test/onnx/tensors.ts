// Moves elements between ONNX's layouts and the engine's: nothing here computes.

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A tensor whose element at each index comes from `at`. */
export function build(shape: readonly number[], at: (index: readonly number[]) => number): Tensor {
  const index = shape.map(() => 0);
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    values[i] = at(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape, values };
}

/** The element at an index. */
export function element({ shape, values }: Tensor, index: readonly number[]): number {
  return values[index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0)]!;
}

/** Axis i of the result is axis `axes[i]` of the tensor. */
export function permute(tensor: Tensor, axes: readonly number[]): Tensor {
  return build(
    axes.map((axis) => tensor.shape[axis]!),
    (index) => {
      const from = [...index];
      axes.forEach((axis, i) => {
        from[axis] = index[i]!;
      });
      return element(tensor, from);
    },
  );
}

export const toNhwc = (nchw: Tensor): Tensor => permute(nchw, [0, 2, 3, 1]);
export const toNchw = (nhwc: Tensor): Tensor => permute(nhwc, [0, 3, 1, 2]);
export const transpose = (matrix: Tensor): Tensor => permute(matrix, [1, 0]);

/** The axes of a tensor with one of them moved behind the others, and the way back. */
export function axisLast(rank: number, axis: number): { there: number[]; back: number[] } {
  const moved = axis < 0 ? axis + rank : axis;
  const there = [...Array(rank).keys()].filter((i) => i !== moved).concat(moved);
  return { there, back: there.map((_, i) => there.indexOf(i)) };
}

export function reshape({ values }: Tensor, shape: readonly number[]): Tensor {
  if (sizeOf(shape) !== values.length) throw new Error(`${values.length} elements do not fill ${shape.join(' x ')}.`);
  return { shape, values };
}

/** Repeats a tensor along its axes of one element, as numpy does. */
export function broadcast(tensor: Tensor, shape: readonly number[]): Tensor {
  const missing = shape.length - tensor.shape.length;
  return build(shape, (index) =>
    element(
      tensor,
      tensor.shape.map((size, axis) => (size === 1 ? 0 : index[axis + missing]!)),
    ),
  );
}

export const zeros = (...shape: number[]): Tensor => ({ shape, values: new Float32Array(sizeOf(shape)) });
