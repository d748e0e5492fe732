// A name for the values of a network's first layers, the same whatever file and layout holds them.

import { createHash } from 'node:crypto';
import type { WeightsFile } from '../../data/keras/weights-file.js';
import type { LayerSpec } from '../../nn/specification.js';
import type { ModelDescription } from '../describe.js';

/**
 * SHA-256 over each weighted layer's shape, the hashes of its kernel's rows in canonical order, and its bias. Rows are hashed one
 * by one, since a Theano file hands them out in another order. Reads the layers once: 411 MB for VGG16 up to fc1.
 *
 * @param model an open file, and which of its layers are the network's
 * @param layers the network's first layers, as far as they count
 * @returns hexadecimal digits; of fewer layers where the file has fewer
 * @throws VggpuError 'weights' where the file cannot be read
 */
export async function weightsDigest(
  { file, description }: { readonly file: WeightsFile; readonly description: Pick<ModelDescription, 'order'> },
  layers: readonly LayerSpec[],
): Promise<string> {
  const count = layers.filter(({ kind }) => kind === 'conv3x3' || kind === 'dense').length;
  const whole = createHash('sha256');
  for (const index of description.order.slice(0, count)) {
    const { kernelShape } = file.layers[index]!;
    const rows = kernelShape.slice(0, -1).reduce((product, extent) => product * extent, 1);
    const table = Buffer.alloc(32 * rows);
    await file.readKernel(index, (values, { firstRow, rows: some, columns }) => {
      for (let row = 0; row < some; row++) {
        const bytes = bytesOf(values.subarray(row * columns, (row + 1) * columns));
        createHash('sha256')
          .update(bytes)
          .digest()
          .copy(table, 32 * (firstRow + row));
      }
    });
    whole
      .update(JSON.stringify(kernelShape))
      .update(table)
      .update(bytesOf(file.readBias(index)));
  }
  return whole.digest('hex');
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
