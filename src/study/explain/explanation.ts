// Everything that is said about a variant at a shape: what it computes, how it is laid out, an example of each pass, and how fast it is here.
import { VggpuError } from '../../errors.js';
import type { Gpu } from '../../kernels/gpu.js';
import { kernels } from '../../kernels/index.js';
import { accepts, cost, type Kernel, passesOf, type Values, variantNamed } from '../../kernels/kernel.js';
import { createMaterial } from '../../tune/material.js';
import { type Ceilings, measureCeilings } from '../ceilings.js';
import { formulaOf, headerPart, type Layout } from '../layout.js';
import { createMapping, type Mapping } from '../mapping.js';
import { medianOf, type Timing, timeRuns } from '../timing.js';
import { createMachine, type Triple } from '../wgsl/index.js';
import { type Example, examplesOf } from './example.js';

export interface ExplainedPass {
  readonly shader: string;
  readonly text: string;
  readonly formula: readonly string[];
  /** Mapping, Reuse, Cost, Before and what else the header has, by its word. */
  readonly header: Readonly<Record<string, string>>;
  readonly layouts: Readonly<Record<string, Layout>>;
  readonly grid: Triple;
  readonly workgroup: Triple;
  readonly example: Example | undefined;
  /** Seconds here, where the device tells. */
  readonly seconds: number | undefined;
}

export interface Neighbour {
  readonly variant: string;
  readonly idea: string;
  /** What its shader says of the one before it. */
  readonly before: string | undefined;
  readonly seconds: number | undefined;
}

export interface Explanation {
  readonly kernel: string;
  readonly variant: string;
  readonly idea: string;
  readonly dims: Values<string>;
  /** Whether this adapter runs it at this shape. */
  readonly runs: boolean;
  /** Whether this adapter would choose it. */
  readonly chosen: boolean;
  readonly flops: number;
  readonly bytes: number;
  readonly passes: readonly ExplainedPass[];
  readonly seconds: number | undefined;
  readonly ceilings: Ceilings | undefined;
  readonly previous: Neighbour | undefined;
  readonly next: Neighbour | undefined;
  readonly subgroupSize: number;
}

/** Splits `conv3x3/forward/tiled`. @throws VggpuError 'usage' with the names there are */
export function kernelNamed(text: string): { kernel: Kernel; variant: string | undefined } {
  const parts = text.split('/');
  const kernel = kernels.find(({ name }) => name === parts.slice(0, 2).join('/'));
  if (!kernel || parts.length > 3) {
    const similar = kernels.filter(({ name }) => name.startsWith(`${parts[0]}/`) || name.includes(text));
    const names = (similar.length > 0 ? similar : kernels).map(({ name }) => name);
    throw new VggpuError(
      'usage',
      `There is no op '${text}'. ${similar.length > 0 ? 'Did you mean' : 'There are'} ${names.join(', ')}?`,
    );
  }
  const variant = parts[2];
  if (variant !== undefined && !kernel.variants[variant]) {
    throw new VggpuError(
      'usage',
      `${kernel.name} has no variant '${variant}'; it has ${Object.keys(kernel.variants).join(', ')}.`,
    );
  }
  return { kernel, variant };
}

/** Lanes where the device has no subgroups: the interpreter needs a number, and shaders that use it do not run there. */
const COMMON_SUBGROUP = 32;
const TRIALS = 5;

/** @param measure whether to run anything on the device */
export async function explain(
  gpu: Gpu,
  kernel: Kernel,
  wanted: string | undefined,
  dims: Values<string>,
  measure: boolean,
): Promise<Explanation> {
  const { capabilities } = gpu;
  const chosen = gpu.choices.variant(kernel, dims, capabilities);
  const variant = wanted ?? chosen;
  const found = variantNamed(kernel, variant);
  const subgroupSize = capabilities.subgroupSize || COMMON_SUBGROUP;
  const mapping = createMapping(gpu.shaderText, kernel, variant, dims, subgroupSize);
  const runs = accepts(found, dims, capabilities);
  const seconds = measure ? await timeAll(gpu, kernel, dims, variant) : new Map<string, Timing>();
  const own = seconds.get(variant);
  const [previous, next] = neighboursOf(kernel, variant);
  const neighbour = (name: string | undefined): Neighbour | undefined =>
    name === undefined
      ? undefined
      : {
          ...{ variant: name, idea: kernel.variants[name]!.idea, seconds: seconds.get(name)?.seconds },
          before: beforeOf(gpu, kernel, name, variant),
        };
  return {
    ...{ kernel: kernel.name, variant, idea: found.idea, dims, runs, chosen: variant === chosen, subgroupSize },
    ...cost(kernel, dims),
    passes: explainPasses(mapping, own),
    seconds: own?.seconds,
    ceilings: measure ? await measureCeilings(gpu) : undefined,
    previous: neighbour(previous),
    next: neighbour(next),
  };
}

function neighboursOf(kernel: Kernel, variant: string): [string | undefined, string | undefined] {
  const names = Object.keys(kernel.variants);
  const at = names.indexOf(variant);
  return [names[at - 1], names[at + 1]];
}

/** What a variant's shaders say of what was before, those first that the other variant does not have. */
function beforeOf({ shaderText }: Gpu, kernel: Kernel, variant: string, other: string): string | undefined {
  const shadersOf = (name: string) => passesOf(kernel.variants[name]!).map(({ shader }) => shader);
  const theirs = shadersOf(other);
  const own = shadersOf(variant).sort((x, y) => Number(theirs.includes(x)) - Number(theirs.includes(y)));
  return own.map((shader) => headerPart(shaderText(shader), 'Before')).find((text) => text !== undefined);
}

/** Times a variant and its neighbours, those that the device takes. */
async function timeAll(gpu: Gpu, kernel: Kernel, dims: Values<string>, variant: string): Promise<Map<string, Timing>> {
  const names = [variant, ...neighboursOf(kernel, variant)].filter((name) => name !== undefined);
  const able = names.filter((name) => accepts(kernel.variants[name]!, dims, gpu.capabilities));
  const timings = new Map<string, Timing>();
  if (able.length === 0) return timings;
  const need = { kernel, dims, key: '', variants: able, chosen: variant, flops: 0 };
  const material = createMaterial(gpu, need);
  try {
    for (const name of able)
      timings.set(name, medianOf(await timeRuns(gpu, kernel, dims, material.blocks, name, TRIALS)));
  } finally {
    material.free();
  }
  return timings;
}

const WORDS = ['Mapping', 'Reuse', 'Cost', 'Order', 'Rounding', 'Before'];

function explainPasses(mapping: Mapping, timing: Timing | undefined): ExplainedPass[] {
  const examples = examplesOf(mapping);
  return mapping.run.passes.map(({ shader, text, grid, bindings }, i) => ({
    ...{ shader, text, grid, formula: formulaOf(text), example: examples[i] },
    header: Object.fromEntries(
      WORDS.flatMap((word) => {
        const part = headerPart(text, word);
        return part === undefined ? [] : [[word, part]];
      }),
    ),
    layouts: Object.fromEntries(
      bindings.flatMap(({ variable, tensor }) => {
        const layout = mapping.layoutOf(tensor);
        return layout ? [[variable === tensor ? tensor : `${variable} (${tensor})`, layout]] : [];
      }),
    ),
    workgroup: createMachine(text, shader).workgroup,
    seconds: timing?.passes[i]?.seconds,
  }));
}
