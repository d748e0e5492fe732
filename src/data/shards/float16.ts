// float16, as NumPy's '<f2' has it: rounding to the nearest, ties to even, and back. Format: IEEE 754-2019, binary16.

/** Bits of one float32, to take it apart. */
const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** 2^-24: the distance between float16's subnormal numbers. */
const SUBNORMAL_STEP = 2 ** -24;

/** The bits of the float16 nearest to each value; what is too large becomes infinite. @returns (values.length) */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, nearest);
}

function nearest(value: number): number {
  single[0] = value;
  const all = bits[0]!;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x47800000) return sign | 0x7c00; // from 2^16 on
  if (magnitude >= 0x38800000) {
    // Of the 13 bits that go, more than half rounds up, and so does half where the last bit that stays is odd.
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13); // the exponent's bias changes from 127 to 15
  }
  return sign | nearestWhole(Math.abs(value) / SUBNORMAL_STEP);
}

/** The whole number nearest to `x`, the even one of two. */
function nearestWhole(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below + (below % 2);
}

/** The value of every float16, by its bits: 256 KiB. */
let table: Float32Array | undefined;

/** Writes the values of float16 bits to `to`, which is as long. Nothing is lost. */
export function fromFloat16(from: Uint16Array, to: Float32Array): void {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => float16Value(half));
  for (let i = 0; i < from.length; i++) to[i] = table[from[i]!]!;
}

function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * SUBNORMAL_STEP;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
