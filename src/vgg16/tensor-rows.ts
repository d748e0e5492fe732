// A tensor read back some rows at a time, so that a large kernel never lies whole in the process's memory.
import { elementsOf, type Tensor } from '../autograd/tensor.js';
import type { Gpu } from '../kernels/gpu.js';

/** Bytes that are read back from the device at a time. */
const READ_BYTES = 16 * 2 ** 20;

/** Rows of a tensor taken as the matrix (all extents but the last multiplied, last extent). */
export interface TensorRows {
  readonly values: Float32Array<ArrayBuffer>;
  readonly firstRow: number;
}

/** Reads a tensor back from its first row to its last, in pieces of at most 16 MiB or one row. */
export async function* tensorRows(gpu: Gpu, tensor: Tensor): AsyncGenerator<TensorRows> {
  const columns = tensor.shape.at(-1)!;
  const rows = elementsOf(tensor.shape) / columns;
  const step = Math.max(1, Math.floor(READ_BYTES / 4 / columns));
  for (let firstRow = 0; firstRow < rows; firstRow += step) {
    const bytes = Math.min(step, rows - firstRow) * columns * 4;
    yield { values: new Float32Array(await gpu.read(tensor, firstRow * columns * 4, bytes)), firstRow };
  }
}
