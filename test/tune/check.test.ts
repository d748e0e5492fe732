// The judge of variants: every kernel that can be tuned has inputs on which right variants pass, and on which wrong ones do not. That all
// variants are right is what test/kernels tests.
import { describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/kernels/gpu.js';
import { kernels } from '../../src/kernels/index.js';
import { accepts, chooseVariant, type Kernel } from '../../src/kernels/kernel.js';
import { createJudge } from '../../src/tune/check.js';
import { spotOf } from '../../src/tune/float64.js';
import { createMaterial } from '../../src/tune/material.js';
import type { Need } from '../../src/tune/needs.js';
import { useGpu } from '../gpu.js';

const gpu = useGpu();

/** Sizes that any dim or scalar of any kernel may have. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ N: 2, H: 8, W: 12, C: 16, K: 24, pad: 1, relu: 1, M: 5, rows: 300, columns: 40, count: 1024 },
  ...{ first: 0, seed: 3, step: 2, layer: 1, seen: 64, width: 8, total: 40, weighted: 1, nesterov: 1 },
  ...{ count0: 1024, count1: 64, count2: 0, count3: 8 },
  ...{ rate: 0.25, momentum: 0.9, scale: 0.5, epsilon: 1e-3, beta1: 0.9, beta2: 0.99, rho: 0.9 },
};

function needOf(kernel: Kernel, device: Gpu['capabilities']): Need {
  const dims = Object.fromEntries([...kernel.dims, ...(kernel.scalars ?? [])].map((name) => [name, SIZES[name]!]));
  const variants = Object.keys(kernel.variants).filter((name) => accepts(kernel.variants[name]!, dims, device));
  return { key: kernel.name, kernel, dims, variants, chosen: chooseVariant(kernel, dims, device), flops: 1 };
}

describe('every kernel with a choice', () => {
  for (const kernel of kernels.filter(({ choice }) => choice)) {
    it(kernel.name, async () => {
      if (kernel.name.includes('f16') && !gpu().capabilities.features.has('shader-f16')) {
        console.warn(`${kernel.name} is skipped: this adapter has no float16`);
        return;
      }
      const need = needOf(kernel, gpu().capabilities);
      expect(Object.values(need.dims)).not.toContain(undefined);
      const live = gpu().pool.bytes().live;
      const material = createMaterial(gpu(), need);
      const judge = createJudge(gpu(), need, material);
      for (const variant of new Set([need.variants[0]!, need.chosen])) {
        const verdict = await judge.judge(variant);
        expect(verdict, `${kernel.name}/${variant}`).toEqual({ error: expect.any(Number) });
        expect(verdict.error).toBeLessThan(kernel.name.includes('f16') ? 3e-3 : 2e-5);
      }
      material.free();
      expect(gpu().pool.bytes().live).toBe(live);
    });
  }
});

it('sums of products are judged by float64', () => {
  const judged = kernels.filter((kernel) => spotOf(kernel)).map(({ name }) => name);
  for (const name of ['conv3x3/forward', 'matmul/nn', 'matmul/nt', 'matmul/tn', 'conv3x3/forward_f16', 'matmul/nn_f16'])
    expect(judged).toContain(name);
});

describe('a wrong variant', () => {
  const relu = kernels.find(({ name }) => name === 'relu/forward')!;
  const conv = kernels.find(({ name }) => name === 'conv3x3/forward')!;
  const verdictOf = async (kernel: Kernel, variants: Kernel['variants']) => {
    const need = needOf({ ...kernel, variants: { ...kernel.variants, ...variants } }, gpu().capabilities);
    const material = createMaterial(gpu(), need);
    const verdict = await createJudge(gpu(), need, material).judge(Object.keys(variants)[0]!);
    material.free();
    return verdict.wrong;
  };
  const vec4 = relu.variants.vec4!;

  it('that computes something else is told by how far it is off', async () => {
    const other = { ...vec4, shader: 'sigmoid/forward/2_vec4.wgsl' } as typeof vec4;
    expect(await verdictOf(relu, { other })).toMatch(/^element \d+ of y is off by [\d.e+-]+ of the RMS$/);
  });

  it('that leaves elements out is told by the first of them', async () => {
    const half = { ...vec4, grid: () => [2] } as unknown as typeof vec4; // 2 workgroups of 64 times 4
    expect(await verdictOf(relu, { half })).toBe('element 512 of y is not written');
  });

  it('of a convolution is told too, by float64', async () => {
    const { register } = conv.variants as { register: Kernel['variants'][string] };
    const rotated = { ...register, rename: { b: 'x' } } as typeof register; // another bias
    expect(await verdictOf(conv, { rotated })).toMatch(/of y is off by/);
  });
});
