// Standardised features in float64.

export interface Moments {
  readonly mean: Float64Array;
  readonly m2: Float64Array;
}

/** Mean and sum of squared deviations of each column of x (rows, columns). */
export function moments(x: Float64Array, columns: number): Moments {
  const rows = x.length / columns;
  const mean = new Float64Array(columns);
  const m2 = new Float64Array(columns);
  x.forEach((v, i) => {
    mean[i % columns]! += v / rows;
  });
  x.forEach((v, i) => {
    m2[i % columns]! += (v - mean[i % columns]!) ** 2;
  });
  return { mean, m2 };
}

/** The moments of `seen` rows with those of `rows` more taken in. */
export function mergeMoments(old: Moments, seen: number, batch: Moments, rows: number): Moments {
  if (seen === 0) return batch;
  const n = seen + rows;
  const d = old.mean.map((v, c) => batch.mean[c]! - v);
  return {
    mean: old.mean.map((v, c) => v + (d[c]! * rows) / n),
    m2: old.m2.map((v, c) => v + batch.m2[c]! + (d[c]! ** 2 * seen * rows) / n),
  };
}

export function deviations(m2: Float64Array, seen: number, epsilon: number): Float64Array {
  return m2.map((v) => Math.max(Math.sqrt(v / seen), epsilon));
}

export function standardize(x: Float64Array, { mean, m2 }: Moments, seen: number, epsilon: number): Float64Array {
  const deviation = deviations(m2, seen, epsilon);
  return x.map((v, i) => (v - mean[i % mean.length]!) / deviation[i % mean.length]!);
}

/** x·w + b for x (rows, K), w (K, N), b (N). */
export function dense(x: Float64Array, w: Float64Array, b: Float64Array): Float64Array {
  const N = b.length;
  const K = w.length / N;
  return Float64Array.from({ length: (x.length / K) * N }, (_, i) => {
    const row = Math.floor(i / N) * K;
    let sum = b[i % N]!;
    for (let k = 0; k < K; k++) sum += x[row + k]! * w[k * N + (i % N)]!;
    return sum;
  });
}

/** w2, b2 such that dense(x, w2, b2) = dense(standardize(x), w, b). */
export function fold(
  w: Float64Array,
  b: Float64Array,
  { mean, m2 }: Moments,
  seen: number,
  epsilon: number,
): { w2: Float64Array; b2: Float64Array } {
  const deviation = deviations(m2, seen, epsilon);
  const N = b.length;
  const w2 = w.map((v, i) => v / deviation[Math.floor(i / N)]!);
  return {
    w2,
    b2: dense(
      mean.map((v) => -v),
      w2,
      b,
    ),
  };
}
