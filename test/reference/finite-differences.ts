// Derivatives by central differences, to check the references' own backward passes.
import { expect } from 'vitest';

/**
 * Fails unless `dx` is the gradient of sum(dy * f(x)) by central differences in float64.
 * @param step truncation error falls with its square, rounding error rises with its inverse
 */
export function expectGradient(
  f: (x: Float64Array) => ArrayLike<number>,
  x: Float64Array,
  dy: ArrayLike<number>,
  dx: ArrayLike<number>,
  step = 1e-5,
): void {
  const objective = (at: Float64Array) => Array.from(f(at)).reduce((sum, v, i) => sum + v * dy[i]!, 0);
  const largest = Math.max(1e-3, ...Array.from(dx, Math.abs));
  expect(dx.length).toBe(x.length);
  for (let i = 0; i < x.length; i++) {
    const [up, down] = [x.slice(), x.slice()];
    up[i]! += step;
    down[i]! -= step;
    const slope = (objective(up) - objective(down)) / (2 * step);
    expect(Math.abs(slope - dx[i]!) / largest, `derivative ${i}: ${dx[i]}, by differences ${slope}`).toBeLessThan(1e-6);
  }
}
