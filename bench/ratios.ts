// Work that is a case or the sum of several, and how TensorFlow.js' WebGPU backend compares on it in a report.
import { nameOf } from './case.js';
import { LAYERS, shapeOf } from './kernels/conv3x3.js';
import type { Report } from './report.js';

/** Cases, and how often each counts in the sum. */
export interface Work {
  readonly work: string;
  readonly cases: readonly { readonly name: string; readonly times: number }[];
}

/** All convolutions of VGG16, forward. */
export const convolutionsForward = (N: number): Work => ({
  work: `VGG16's 13 convolutions forward, batch ${N}`,
  cases: LAYERS.filter(([, , , , times]) => times > 0).map(([layer, size, C, K, times]) => ({
    name: nameOf({ op: 'conv3x3/forward', shape: shapeOf(layer, N, size, C, K) }),
    times,
  })),
});

/** One gradient of one convolution, batch 1. */
export const convolutionGradient = (op: 'weight_gradient' | 'input_gradient', wanted: string): Work => ({
  work: `${wanted}, gradient for its ${op === 'weight_gradient' ? 'weights' : 'input'}`,
  cases: LAYERS.filter(([layer]) => layer === wanted).map(([layer, size, C, K]) => ({
    name: nameOf({ op: `conv3x3/${op}`, shape: shapeOf(layer, 1, size, C, K) }),
    times: 1,
  })),
});

/** Work that is a single case. */
export const single = (work: string, name: string): Work => ({ work, cases: [{ name, times: 1 }] });

export interface Comparison {
  /** Milliseconds of the variants that the engine takes, and of TensorFlow.js. */
  readonly own: number;
  readonly theirs: number;
  readonly ratio: number;
  /** The case where the ratio is lowest. */
  readonly lowest: { readonly ratio: number; readonly shape: string };
}

/** Adds up both sides; of two settings of TensorFlow.js, the faster one counts. @returns what is missing, where some is */
export function compare({ cases }: Work, { rows }: Pick<Report, 'rows'>): Comparison | { readonly missing: string[] } {
  let [own, theirs] = [0, 0];
  let lowest = { ratio: Number.POSITIVE_INFINITY, shape: '' };
  const missing: string[] = [];
  for (const { name, times } of cases) {
    const row = rows.find((one) => nameOf(one) === name && one.chosen && one.precision === 'f32');
    const rivals = row?.peers.filter((peer) => peer.name.includes('WebGPU')) ?? [];
    const best = Math.min(...rivals.map(({ medianMs }) => medianMs ?? Number.POSITIVE_INFINITY));
    if (row?.medianMs == null) missing.push(`${name}: ${row?.error ?? 'not run'}`);
    else if (!Number.isFinite(best)) missing.push(`${name}: ${rivals[0]?.error ?? 'TensorFlow.js was not run'}`);
    else {
      own += times * row.medianMs;
      theirs += times * best;
      if (best / row.medianMs < lowest.ratio) lowest = { ratio: best / row.medianMs, shape: row.shape };
    }
  }
  return missing.length > 0 ? { missing } : { own, theirs, ratio: theirs / own, lowest };
}
