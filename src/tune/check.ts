// Whether a variant's result is right: stretches of its outputs against float64, or against what the naive variant makes of the same inputs.
import { fromFloat16 } from '../data/shards/float16.js';
import type { Block } from '../kernels/buffers.js';
import type { Gpu } from '../kernels/gpu.js';
import { run } from '../kernels/run.js';
import { spotOf } from './float64.js';
import { holdsHalves, type Material, TUNING, UNTOUCHED } from './material.js';
import type { Need } from './needs.js';

/** Largest difference relative to the RMS of the output, and what is wrong where that is too large. */
export interface Verdict {
  readonly error: number;
  readonly wrong?: string;
}

export interface Judge {
  /** Runs a variant once and looks at what it made. @throws VggpuError 'device', 'memory' or 'kernel' where it does not run */
  judge(variant: string): Promise<Verdict>;
}

const STRETCHES = 48;
const WORDS = 256; // of a stretch
const TERMS = 2e7; // that the host adds up in a tenth of a second

/** Winograd's F(4x4) stays below 1e-4. */
const TOLERANCE = 2e-4;
/** A half that is rounded is off by up to 2^-11 of itself, and the largest outputs are some times the RMS. */
const HALF_TOLERANCE = 1e-2;

/** Some elements of one output. */
interface Looked {
  readonly binding: string;
  /** Their indices, in order. */
  readonly indices: readonly number[];
  readonly values: Float32Array;
}

export function createJudge(gpu: Gpu, need: Need, material: Material): Judge {
  const { kernel, dims } = need;
  const outputs = Object.keys(kernel.bindings).filter((name) => kernel.bindings[name] !== 'read');
  const spot = spotOf(kernel);
  const known = new Map<number, number>();
  const apart = WORDS * Math.ceil(STRETCHES / spotsOf(need, outputs[0]!)); // of the elements compared with float64
  let naive: Promise<readonly Looked[]> | undefined;

  function inFloat64(index: number, at: number): number | undefined {
    if (!spot || at % apart !== Math.min(apart, WORDS) / 2) return undefined;
    if (!known.has(index)) known.set(index, spot(dims, material.elements, index));
    return known.get(index);
  }

  async function look(variant: string): Promise<readonly Looked[]> {
    material.reset();
    gpu.profiler.phase(TUNING, () => run(gpu, kernel, dims, material.blocks, variant));
    const looked: Looked[] = [];
    for (const binding of outputs) {
      const words = kernel.elements(dims)[binding]!;
      looked.push(await stretches(gpu, material.blocks[binding]!, words, binding, holdsHalves(kernel, binding)));
    }
    return looked;
  }

  return {
    async judge(variant) {
      if (!spot) naive ??= look(Object.keys(kernel.variants)[0]!);
      const expected = await naive;
      const verdicts = (await look(variant)).map((looked, i) =>
        compare(
          looked,
          expected ? (_, at) => expected[i]!.values[at]! : inFloat64,
          kernel.name.includes('f16') ? HALF_TOLERANCE : TOLERANCE,
        ),
      );
      return verdicts.reduce((worst, verdict) => (verdict.wrong || !(verdict.error <= worst.error) ? verdict : worst));
    },
  };
}

/** How many outputs are computed in float64: the more terms each has, the fewer. */
function spotsOf({ kernel, dims }: Need, output: string): number {
  const terms = kernel.flops(dims) / 2 / kernel.elements(dims)[output]!;
  return Math.max(6, Math.min(STRETCHES, Math.floor(TERMS / terms)));
}

/** Copies stretches of a block, evenly spread from its beginning to its end, and reads them at once. */
async function stretches(gpu: Gpu, block: Block, words: number, binding: string, halves: boolean): Promise<Looked> {
  const count = words <= STRETCHES * WORDS ? 1 : STRETCHES;
  const length = count === 1 ? words : WORDS;
  const first = (i: number) => (count === 1 ? 0 : Math.floor((i * (words - length)) / (count - 1)));
  const gathered = gpu.pool.take(4 * count * length, 'elements to compare');
  for (let i = 0; i < count; i++) gpu.copy(block, 4 * first(i), gathered, 4 * i * length, 4 * length);
  const data = await gpu.read(gathered, 0, 4 * count * length).finally(() => gpu.pool.give(gathered));
  const each = halves ? 2 : 1;
  const values = halves ? new Float32Array(2 * count * length) : new Float32Array(data);
  if (halves) fromFloat16(new Uint16Array(data), values);
  const indices = Array.from(values, (_, at) => each * first(Math.floor(at / each / length)) + (at % (each * length)));
  return { binding, indices, values };
}

/** @param expected the right value of an element, undefined for one that is only looked at for being written and finite */
function compare(
  { binding, indices, values }: Looked,
  expected: (index: number, at: number) => number | undefined,
  tolerance: number,
): Verdict {
  const bad = values.findIndex((value) => !Number.isFinite(value) || value === Math.fround(UNTOUCHED));
  if (bad >= 0) {
    const what = Number.isFinite(values[bad]) ? 'is not written' : `is ${values[bad]}`;
    return { error: Number.NaN, wrong: `element ${indices[bad]} of ${binding} ${what}` };
  }
  const rms = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  if (rms === 0) return { error: Number.NaN, wrong: `${binding} is 0 all over` };
  let [error, worst] = [0, 0];
  for (const [at, index] of indices.entries()) {
    const right = expected(index, at);
    if (right === undefined) continue;
    const difference = Math.abs(values[at]! - right) / rms;
    if (difference <= error) continue;
    [error, worst] = [difference, index];
  }
  if (error <= tolerance) return { error };
  return { error, wrong: `element ${worst} of ${binding} is off by ${error.toExponential(1)} of the RMS` };
}
