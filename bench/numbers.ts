// Inputs of the bench, the same in every run, and statistics of its samples.

/** Numbers in [-scale, scale), which only depend on the seed. */
export function numbers(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  const unit = scale / 2 ** 23;
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state >>> 8) * unit - scale;
  }
  return values;
}

/** Labels below `classes`. */
export function labels(count: number, classes: number, seed: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(numbers(count, seed), (value) =>
    Math.min(classes - 1, Math.floor(((value + 1) / 2) * classes)),
  );
}

/** The value below which `share` of the samples lie, between neighbours in proportion; NaN of none. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below === undefined || above === undefined ? Number.NaN : below + (above - below) * (place % 1);
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** The square root of the mean square. */
export function rmsOf(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / Math.max(1, values.length));
}
