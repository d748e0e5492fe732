// Proof that a saved model can be read back: every value, its layers' names, and what was saved with them.

import { VggpuError } from '../../errors.js';
import { elementsOf } from '../shape.js';
import { openHdf5 } from './hdf5.js';
import { sliceDense } from './slices.js';

/** What was written: layer names, a checksum for each dataset by its path, and the attributes vggpu and model_config. */
export interface Written {
  /** The group that has the layers: '' or model_weights. */
  readonly root: string;
  readonly names: readonly string[];
  readonly checksums: ReadonlyMap<string, number>;
  readonly json: string;
  readonly model: string | undefined;
}

/**
 * Reads every value of the file `temporary` back and compares: one that cannot be read must never replace one that was fine.
 * @throws VggpuError 'output', naming `path` and what differs.
 */
export async function verifySaved(temporary: string, path: string, written: Written): Promise<void> {
  const { root, names, checksums, json, model } = written;
  const failed = (what: string) =>
    new VggpuError(
      'output',
      `${path} was written, but ${what} reads back differently: the disk may be failing. It was not kept.`,
    );
  const file = await openHdf5(temporary, path).catch((error: Error) => {
    throw new VggpuError('output', `${path} was written, but cannot be read back, and was not kept: ${error.message}`, {
      cause: error,
    });
  });
  try {
    if (file.attributeList(root, 'layer_names')?.join('\n') !== names.join('\n')) throw failed('the list of layers');
    if (file.attributeList('', 'vggpu')?.join('') !== json) throw failed('the attribute vggpu');
    if (file.attribute('', 'model_config') !== model) throw failed('the attribute model_config');
    for (const [at, expected] of checksums) {
      const dataset = file.dataset(at);
      if (dataset === undefined) throw failed(at);
      const width = dataset.shape.at(-1) ?? 1;
      let checksum = 0;
      if (dataset.shape.length === 2) {
        await sliceDense(file, dataset, 1, {}, (values, place) => {
          checksum = addChecksum(checksum, values, place.firstRow, 0, width, width);
        });
      } else {
        const values = new Float32Array(elementsOf(dataset.shape));
        file.read(
          dataset,
          dataset.shape.map(() => 0),
          dataset.shape,
          values,
        );
        checksum = addChecksum(checksum, values, 0, 0, width, width);
      }
      if (checksum !== expected) throw failed(at);
    }
  } finally {
    file.close();
  }
}

/** Adds a tile to a checksum: a sum over bits and places, the same whatever the tiles and their order. */
export function addChecksum(
  sum: number,
  values: Float32Array,
  row: number,
  column: number,
  columns: number,
  width: number,
): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let total = sum;
  for (let start = 0, place = row * width + column; start < bits.length; start += columns, place += width) {
    for (let index = 0; index < columns; index++) {
      const mixed = Math.imul((bits[start + index] as number) ^ Math.imul(place + index, 0x9e3779b1), 0x85ebca6b);
      total = (total + (mixed ^ (mixed >>> 15))) | 0;
    }
  }
  return total;
}
