// Philox4x32-10 with whole 64-bit products, and what is drawn from it, in float64.

/** Four random words for a counter of four and a key of two. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k, l] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const first = a * 0xd2511f53n;
    const second = c * 0xcd9e8d57n;
    [a, b, c, d] = [
      (second >> 32n) ^ b ^ k,
      BigInt.asUintN(32, second),
      (first >> 32n) ^ d ^ l,
      BigInt.asUintN(32, first),
    ];
    k = BigInt.asUintN(32, k + 0x9e3779b9n);
    l = BigInt.asUintN(32, l + 0xbb67ae85n);
  }
  return [a, b, c, d].map(Number);
}

/** What the last word of the counter says. */
export const PURPOSE = { dropout: 0, uniform: 1, normal: 2 } as const;

/** The four multiples of 2^-24 in [0, 1) that element e shares with its neighbours. */
function fractions(e: number, step: number, purpose: number, key: readonly number[]): number[] {
  return philox([Math.floor(e / 4), step, 0, purpose], key).map((word) => (word >>> 8) / 2 ** 24);
}

export interface Stream {
  readonly count: number;
  readonly seed: number;
  readonly stream: number;
}

export function randomUniform(d: Stream & { readonly low: number; readonly high: number }): Float64Array {
  return Float64Array.from({ length: d.count }, (_, i) => {
    return d.low + (d.high - d.low) * fractions(i, 0, PURPOSE.uniform, [d.seed, d.stream])[i % 4]!;
  });
}

export function randomNormal(d: Stream & { readonly mean: number; readonly deviation: number }): Float64Array {
  return Float64Array.from({ length: d.count }, (_, i) => {
    const u = fractions(i, 0, PURPOSE.normal, [d.seed, d.stream]);
    const pair = i % 4 < 2 ? 0 : 2;
    const radius = Math.sqrt(-2 * Math.log(1 - u[pair]!));
    const angle = 2 * Math.PI * (u[pair + 1]! - 0.5);
    return d.mean + d.deviation * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

export interface Dropout {
  readonly first: number;
  readonly seed: number;
  readonly step: number;
  readonly layer: number;
  readonly rate: number;
}

/** Whether dropout keeps element e of the whole batch. */
export function keeps(d: Dropout, e: number): boolean {
  return fractions(e, d.step, PURPOSE.dropout, [d.seed, d.layer])[e % 4]! >= Math.fround(d.rate);
}
