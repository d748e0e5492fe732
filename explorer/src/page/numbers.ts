// Numbers as the page writes them.

/** 1,234,567 */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** With a letter for the power of a thousand: 15.5 G. */
export function short(value: number): string {
  const powers = [
    [1e12, ' T'],
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const;
  const found = powers.find(([power]) => Math.abs(value) >= power);
  return found ? `${Number((value / found[0]).toPrecision(3))}${found[1]}` : String(Number(value.toPrecision(3)));
}

/** 12.3 ms, 45 µs or 1.2 s. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(3))} s`;
  if (milliseconds >= 1) return `${Number(milliseconds.toPrecision(3))} ms`;
  return `${Number((milliseconds * 1000).toPrecision(2))} µs`;
}

/** 64 × 64 × 8 */
export function shapeText(shape: readonly number[]): string {
  return shape.join(' × ');
}

/** Six significant digits. */
export function precise(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Four decimals, or as small as it is. */
export function share(value: number): string {
  return value >= 0.9995 ? value.toFixed(4) : value >= 0.001 ? value.toFixed(3) : value.toExponential(1);
}
