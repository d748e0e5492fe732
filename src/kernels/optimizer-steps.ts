// A step of an optimizer over several tensors in one dispatch: a network has many, and half of them are biases of a few hundred numbers, for
// which starting a dispatch is the longest part of it. Steps here bind 12 tensors, what all devices that this was tried on take.
import type { Block } from './buffers.js';
import type { Gpu } from './gpu.js';
import { flat } from './grid.js';
import { defineKernel, type Kernel, type Variant } from './kernel.js';
import { adam, rmsprop, sgd } from './optimizers.js';
import { run } from './run.js';

const THREE = ['count0', 'count1', 'count2'] as const;
const FOUR = [...THREE, 'count3'] as const;
type Counts = Readonly<Record<string, number | undefined>>;

/** All elements of the tensors that a dispatch steps. */
const total = (d: Counts): number => FOUR.reduce((sum, count) => sum + (d[count] ?? 0), 0);

/** A tensor that is not there is bound as 4 elements that nobody touches: a binding cannot be empty. */
const bound = (count: number): number => count || 4;

/** The two variants that every step has: all are element by element. */
function variants<D extends string>(folder: string): { naive: Variant<D>; vec4: Variant<D> } {
  return {
    naive: {
      idea: 'one parameter an invocation, of tensors one behind the other',
      shader: `${folder}/1_naive.wgsl`,
      grid: (d, c) => flat(total(d), c.WORKGROUP!),
    },
    vec4: {
      idea: 'four parameters an invocation, 16-byte loads and stores',
      shader: `${folder}/2_vec4.wgsl`,
      grid: (d, c) => flat(total(d) / 4, c.WORKGROUP!),
      accepts: (d: Counts) => FOUR.every((count) => (d[count] ?? 0) % 4 === 0),
    },
  };
}

/** `adam` of up to 3 tensors; counts may be 0. */
export const adamSteps = defineKernel({
  name: 'adam/steps',
  dims: THREE,
  scalars: ['rate', 'beta1', 'beta2', 'epsilon'],
  bindings: {
    ...({ g0: 'read', p0: 'update', m0: 'update', v0: 'update' } as const),
    ...({ g1: 'read', p1: 'update', m1: 'update', v1: 'update' } as const),
    ...({ g2: 'read', p2: 'update', m2: 'update', v2: 'update' } as const),
  },
  elements: ({ count0, count1, count2 }) => {
    const [a, b, c] = [bound(count0), bound(count1), bound(count2)];
    return {
      ...{ g0: a, p0: a, m0: a, v0: a },
      ...{ g1: b, p1: b, m1: b, v1: b },
      ...{ g2: c, p2: c, m2: c, v2: c },
    };
  },
  flops: (d) => 14 * total(d),
  choice: { classes: ['count0'] },
  variants: variants<(typeof THREE)[number] | 'rate' | 'beta1' | 'beta2' | 'epsilon'>('adam/steps'),
});

/** `sgd` of up to 4 tensors; counts may be 0. */
export const sgdSteps = defineKernel({
  name: 'sgd/steps',
  dims: [...FOUR, 'nesterov'],
  scalars: ['rate', 'momentum'],
  bindings: {
    ...({ g0: 'read', p0: 'update', v0: 'update', g1: 'read', p1: 'update', v1: 'update' } as const),
    ...({ g2: 'read', p2: 'update', v2: 'update', g3: 'read', p3: 'update', v3: 'update' } as const),
  },
  elements: ({ count0, count1, count2, count3 }) => {
    const [a, b, c, d] = [bound(count0), bound(count1), bound(count2), bound(count3)];
    return {
      ...{ g0: a, p0: a, v0: a, g1: b, p1: b, v1: b },
      ...{ g2: c, p2: c, v2: c, g3: d, p3: d, v3: d },
    };
  },
  flops: (d) => (d.nesterov ? 6 : 4) * total(d),
  choice: { classes: ['count0'] },
  variants: variants<(typeof FOUR)[number] | 'nesterov' | 'rate' | 'momentum'>('sgd/steps'),
});

/** `rmsprop` of up to 4 tensors; counts may be 0. */
export const rmspropSteps = defineKernel({
  name: 'rmsprop/steps',
  dims: FOUR,
  scalars: ['rate', 'rho', 'epsilon'],
  bindings: {
    ...({ g0: 'read', p0: 'update', a0: 'update', g1: 'read', p1: 'update', a1: 'update' } as const),
    ...({ g2: 'read', p2: 'update', a2: 'update', g3: 'read', p3: 'update', a3: 'update' } as const),
  },
  elements: ({ count0, count1, count2, count3 }) => {
    const [a, b, c, d] = [bound(count0), bound(count1), bound(count2), bound(count3)];
    return {
      ...{ g0: a, p0: a, a0: a, g1: b, p1: b, a1: b },
      ...{ g2: c, p2: c, a2: c, g3: d, p3: d, a3: d },
    };
  },
  flops: (d) => 10 * total(d),
  choice: { classes: ['count0'] },
  variants: variants<(typeof FOUR)[number] | 'rate' | 'rho' | 'epsilon'>('rmsprop/steps'),
});

/** The kernels of an optimizer: their bindings are those of one tensor, numbered for several. Which there are is checked as they run. */
export interface StepKernels {
  readonly one: Kernel;
  readonly several: Kernel;
}

export const ADAM = { one: adam, several: adamSteps } as unknown as StepKernels;
export const SGD = { one: sgd, several: sgdSteps } as unknown as StepKernels;
export const RMSPROP = { one: rmsprop, several: rmspropSteps } as unknown as StepKernels;

/** A parameter of `count` elements and what belongs to it, by the names of the kernel's bindings. */
export interface Stepped {
  readonly count: number;
  readonly blocks: Readonly<Record<string, Block>>;
}

/**
 * Steps tensors, as many in a dispatch as the device binds: on software to the bits of one dispatch each.
 * @param values of the kernel's scalars, and of its dims but the counts
 */
export function stepTogether(
  gpu: Gpu,
  kernels: StepKernels,
  values: Readonly<Record<string, number>>,
  tensors: readonly Stepped[],
): void {
  const { one, several } = kernels;
  const fits = Object.keys(several.bindings).length <= gpu.capabilities.limits.maxStorageBuffersPerShaderStage;
  const most = fits ? several.dims.filter((dim) => dim.startsWith('count')).length : 1;
  const ordered = inOrder(tensors);
  for (let first = 0; first < ordered.length; first += most) {
    const group = ordered.slice(first, first + most);
    if (group.length === 1) run(gpu, one, { ...values, count: group[0]!.count }, group[0]!.blocks);
    else stepGroup(gpu, kernels, values, group, most);
  }
}

/** The largest first, and those that vectors of 4 divide before the others: a bias of 2 numbers shall not cost a large kernel its 16-byte loads. */
function inOrder(tensors: readonly Stepped[]): Stepped[] {
  const odd = ({ count }: Stepped) => Number(count % 4 !== 0);
  return [...tensors].sort((a, b) => odd(a) - odd(b) || b.count - a.count);
}

function stepGroup(
  gpu: Gpu,
  { one, several }: StepKernels,
  values: Readonly<Record<string, number>>,
  group: readonly Stepped[],
  most: number,
): void {
  const dims: Record<string, number> = { ...values };
  const blocks: Record<string, Block> = {};
  const absent: Block[] = []; // each binding that is written needs a buffer of its own
  for (let i = 0; i < most; i++) {
    dims[`count${i}`] = group[i]?.count ?? 0;
    for (const name of Object.keys(one.bindings)) {
      const block = group[i]?.blocks[name] ?? gpu.pool.take(4 * bound(0), 'a tensor that is not there');
      if (!group[i]) absent.push(block);
      blocks[`${name}${i}`] = block;
    }
  }
  run(gpu, several, dims, blocks);
  for (const block of absent) gpu.pool.give(block);
}
