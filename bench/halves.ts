// Float16 values as the kernels' bindings hold them: two to a word.
import { fromFloat16, toFloat16 } from '../src/data/shards/float16.js';

/** The bits of float16 values, filled up to whole words. */
export function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(Math.ceil(values.length / 2) * 2);
  halves.set(toFloat16(values));
  return halves;
}

/** @param count of values, where the last word holds only one */
export function fromHalves(bytes: ArrayBuffer, count = bytes.byteLength / 2): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  fromFloat16(new Uint16Array(bytes, 0, count), values);
  return values;
}

/** The values that float16 keeps of these. */
export function roundedToHalves(values: Float32Array): Float32Array<ArrayBuffer> {
  return fromHalves(toHalves(values).buffer, values.length);
}
