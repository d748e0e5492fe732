// Float16 arrays as kernels hold them: two to a word, the first in its low bits.
import { fromFloat16, toFloat16 } from '../src/data/shards/float16.js';

/** Values rounded to halves, in words; the unused half of an odd count's last word is NaN, so that its use shows. */
export function packHalves(values: Float32Array): Uint32Array<ArrayBuffer> {
  const halves = new Uint16Array(2 * Math.ceil(values.length / 2)).fill(0x7e00);
  halves.set(toFloat16(values));
  return new Uint32Array(halves.buffer);
}

/** The first `count` halves of a buffer. */
export function unpackHalves(words: ArrayBuffer, count: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  fromFloat16(new Uint16Array(words, 0, count), values);
  return values;
}
