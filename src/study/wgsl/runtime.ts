// What compiled programs call for single numbers: rules of WGSL that JavaScript has no operator for.

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);
const integers = new Int32Array(floats.buffer);

/** The half-precision number nearest to a value, ties to even; what is too large is infinite. */
export function half(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const magnitude = Math.abs(value);
  if (magnitude >= 65_520) return value > 0 ? Infinity : -Infinity;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const unit = 2 ** (exponent - 10);
  return roundToEven(value / unit) * unit;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function clamped(value: number, low: number, high: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, low), high));
}

/** Bits of a half-precision number. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude === Infinity) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | Math.round(magnitude * 2 ** 24);
  let exponent = Math.floor(Math.log2(magnitude));
  if (magnitude >= 2 ** (exponent + 1)) exponent++;
  return sign | ((exponent + 15) << 10) | (Math.round(magnitude * 2 ** (10 - exponent)) & 0x3ff);
}

export function halfFromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copy(part)])) as T;
}

export const RUNTIME = {
  half,
  halfBits,
  halfFromBits,
  copy,
  /** An index that stays in the array, as WGSL leaves open what one outside does. */
  within: (index: number, count: number): number => (index >= 0 && index < count ? index : count - 1),
  replaced: <T>(values: readonly T[], at: number, value: T): T[] => values.with(at, value),
  select: <T>(no: T, yes: T, which: boolean): T => (which ? yes : no),
  second: <T>(_: unknown, value: T, __: unknown): T => value,
  transposed: (columns: readonly (readonly number[])[]): number[][] =>
    columns[0]!.map((_, row) => columns.map((column) => column[row]!)),
  roundToEven,
  divide: (a: number, b: number): number => (b === 0 ? a : Math.trunc(a / b)),
  remainder: (a: number, b: number): number => (b === 0 ? 0 : a % b),
  clampTo_u32: (value: number): number => clamped(value, 0, 4294967295),
  clampTo_i32: (value: number): number => clamped(value, -2147483648, 2147483647),
  countOneBits(value: number): number {
    let count = 0;
    for (let rest = value >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
    return count;
  },
  bits_f32_u32(value: number): number {
    floats[0] = value;
    return words[0]!;
  },
  bits_f32_i32(value: number): number {
    floats[0] = value;
    return integers[0]!;
  },
  bits_u32_f32(value: number): number {
    words[0] = value;
    return floats[0]!;
  },
  bits_i32_f32(value: number): number {
    integers[0] = value;
    return floats[0]!;
  },
  /** WGSL's pack2x16float. */
  pack2x16float: ([a, b]: readonly number[]): number => (halfBits(half(a!)) | (halfBits(half(b!)) << 16)) >>> 0,
  unpack2x16float: (bits: number): number[] => [halfFromBits(bits & 0xffff), halfFromBits(bits >>> 16)],
} as const;
