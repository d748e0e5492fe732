// Whether a result is right: single elements against float64, or all of it against another result.
import type { Entrant, Judgement } from './case.js';
import { rmsOf } from './numbers.js';

/** Elements that are looked at: more would take longer than what is timed. */
const SPOTS = 48;

/**
 * Compares elements spread over a result with float64.
 * @param spot element i, computed in float64
 * @param tolerance the most by which two right results differ, relative to the RMS of the result
 */
export function judgeSpots(
  result: Float32Array,
  elements: number,
  spot: (i: number) => number,
  tolerance: number,
): Judgement {
  const broken = brokenElement(result, elements);
  if (broken) return broken;
  const rms = rmsOf(result) || 1;
  let error = 0;
  for (let i = 0; i < SPOTS; i++) {
    const at = Math.floor((i * (elements - 1)) / (SPOTS - 1));
    error = Math.max(error, Math.abs(result[at]! - spot(at)) / rms);
  }
  return within(error, tolerance, 'float64');
}

/** Compares a whole result with another one. */
export function judgeAgainst(result: Float32Array, other: Float32Array, name: string, tolerance: number): Judgement {
  const broken = brokenElement(result, other.length);
  if (broken) return broken;
  const rms = rmsOf(other) || 1;
  let error = 0;
  for (const [i, value] of result.entries()) error = Math.max(error, Math.abs(value - other[i]!) / rms);
  return within(error, tolerance, name);
}

function within(error: number, tolerance: number, other: string): Judgement {
  if (error <= tolerance) return { error };
  return { error, wrong: `differs from ${other} by ${error.toExponential(1)} of the RMS; ${tolerance} is allowed` };
}

function brokenElement(result: Float32Array, elements: number): Judgement | undefined {
  if (result.length !== elements) return { error: Number.NaN, wrong: `${result.length} elements for ${elements}` };
  const unset = result.findIndex((value) => !Number.isFinite(value));
  return unset < 0 ? undefined : { error: Number.NaN, wrong: `element ${unset} is ${result[unset]}` };
}

/**
 * Judges by the first result that comes: the first entrant's.
 * @param toleranceOf how far another entrant may be from it
 */
export function judgeByFirst(
  toleranceOf: (entrant: Entrant) => number,
): (result: Float32Array, entrant: Entrant) => Judgement {
  let first: { readonly result: Float32Array; readonly name: string } | undefined;
  return (result, entrant) => {
    if (first) return judgeAgainst(result, first.result, first.name, toleranceOf(entrant));
    const broken = brokenElement(result, result.length);
    if (!broken) first = { result, name: `${entrant.name} here` };
    return broken ?? { error: 0 };
  };
}
