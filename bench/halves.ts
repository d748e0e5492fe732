// Float16 values as the kernels' bindings hold them: two to a word.
import { fromFloat16, toFloat16 } from '../src/data/shards/float16.js';

/** The bits of the float16 nearest to each value. */
export const toHalves = toFloat16;

/** The values of all halves in a buffer. */
export function fromHalves(bytes: ArrayBuffer): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.byteLength / 2);
  fromFloat16(new Uint16Array(bytes), values);
  return values;
}

/** The values that float16 keeps of these. */
export function roundedToHalves(values: Float32Array): Float32Array<ArrayBuffer> {
  return fromHalves(toHalves(values).buffer);
}
