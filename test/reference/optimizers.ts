// One step of each optimizer in float64, by Keras' formulas.

export function adam(
  { g, p, m, v }: Record<'g' | 'p' | 'm' | 'v', Float64Array>,
  { rate, beta1, beta2, epsilon }: Record<'rate' | 'beta1' | 'beta2' | 'epsilon', number>,
): Record<'p' | 'm' | 'v', Float64Array> {
  const first = m.map((old, i) => beta1 * old + (1 - beta1) * g[i]!);
  const second = v.map((old, i) => beta2 * old + (1 - beta2) * g[i]! ** 2);
  return { m: first, v: second, p: p.map((old, i) => old - (rate * first[i]!) / (Math.sqrt(second[i]!) + epsilon)) };
}

export function sgd(
  { g, p, v }: Record<'g' | 'p' | 'v', Float64Array>,
  { rate, momentum, nesterov }: Record<'rate' | 'momentum' | 'nesterov', number>,
): Record<'p' | 'v', Float64Array> {
  const velocity = v.map((old, i) => momentum * old - rate * g[i]!);
  const step = nesterov ? velocity.map((now, i) => momentum * now - rate * g[i]!) : velocity;
  return { v: velocity, p: p.map((old, i) => old + step[i]!) };
}

export function rmsprop(
  { g, p, a }: Record<'g' | 'p' | 'a', Float64Array>,
  { rate, rho, epsilon }: Record<'rate' | 'rho' | 'epsilon', number>,
): Record<'p' | 'a', Float64Array> {
  const average = a.map((old, i) => rho * old + (1 - rho) * g[i]! ** 2);
  return { a: average, p: p.map((old, i) => old - (rate * g[i]!) / (Math.sqrt(average[i]!) + epsilon)) };
}
