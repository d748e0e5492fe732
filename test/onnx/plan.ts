// How a test of ONNX's runs here: as kernels of the engine and moved elements, or not at all and why.
import type { Attribute, OnnxCase } from './cases.js';
import type { Compute } from './compute.js';
import type { Tensor } from './tensors.js';

/** Makes the test's outputs, in order; or says why the engine has no kernel for it. */
export type Plan = ((compute: Compute) => Promise<readonly Tensor[]>) | { readonly outside: string };

export type Planner = (test: OnnxCase) => Plan;

export const outside = (reason: string): Plan => ({ outside: reason });

/** An attribute, or its default. */
export function attribute(test: OnnxCase, key: string, otherwise: number): number;
export function attribute(test: OnnxCase, key: string, otherwise: string): string;
export function attribute(test: OnnxCase, key: string, otherwise: readonly number[]): readonly number[];
export function attribute({ attributes, name }: OnnxCase, key: string, otherwise: Attribute): Attribute {
  const value = attributes.get(key) ?? otherwise;
  if (typeof value !== typeof otherwise) throw new Error(`${name}: attribute ${key} is ${JSON.stringify(value)}.`);
  return value;
}
