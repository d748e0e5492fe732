// The tuner end to end on tiny shapes: what is chosen is right and was measured, what is wrong is named, and it can stop anywhere.
import { expect, it, vi } from 'vitest';
import { choiceKey } from '../../src/kernels/choices.js';
import { kernels } from '../../src/kernels/index.js';
import { accepts, type Kernel } from '../../src/kernels/kernel.js';
import type { TunedEntry } from '../../src/kernels/tuned-entry.js';
import { vgg16 } from '../../src/nn/vgg16.js';
import { median } from '../../src/tune/contest.js';
import { type Need, needsOf, needsOfNetwork } from '../../src/tune/needs.js';
import { createSideTuning } from '../../src/tune/on-the-side.js';
import { createTuner } from '../../src/tune/tuner.js';
import { useGpu } from '../gpu.js';

const gpu = useGpu();
const relu = kernels.find(({ name }) => name === 'relu/forward')!;

function needFor(kernel: Kernel, dims: Need['dims'], chosen: string): Need {
  return needsOf([{ kernel, dims, variant: chosen }], gpu().capabilities)[0]!;
}

async function tuneAll(needs: readonly Need[], options: Parameters<typeof createTuner>[2] = {}) {
  const entries: Record<string, TunedEntry> = {};
  const live = gpu().pool.bytes().live;
  const onEntry = (key: string, entry: TunedEntry) => {
    entries[key] = entry;
  };
  const tuner = createTuner(gpu(), needs, { ...options, onEntry });
  let steps = 0;
  while (await tuner.step()) steps++;
  expect(tuner.left()).toEqual([]);
  expect(gpu().pool.bytes().live).toBe(live);
  return { entries, steps };
}

it('a tiny network is tuned whole: every choice is the fastest right one of those that take the shape', async () => {
  const spec = vgg16({ inputSize: 16, filters: [4, 8], units: [] });
  const needs = await needsOfNetwork(gpu(), { spec, precision: 'f32' }, { batch: 2 });
  const { entries } = await tuneAll(needs, { quick: true });
  expect(Object.keys(entries).sort()).toEqual(needs.map(({ key }) => key).sort());
  for (const { key, kernel, dims } of needs) {
    const { variant, measured, dims: at } = entries[key]!;
    expect(accepts(kernel.variants[variant]!, dims, gpu().capabilities)).toBe(true);
    expect(choiceKey(kernel, at)).toBe(key);
    const best = measured[variant]!;
    expect(best.ms, key).toBeGreaterThan(0);
    expect(best.error, key).toBeLessThan(2e-4);
    // The one that ran before is kept unless it lost by 3%.
    for (const { ms } of Object.values(measured)) if (ms !== undefined) expect(best.ms! * 0.97, key).toBeLessThan(ms);
  }
}, 300_000);

it('wrong variants are never chosen, however fast, and are named with what is wrong', async () => {
  const { vec4, naive } = relu.variants as Record<'vec4' | 'naive', Kernel['variants'][string]>;
  const variants = {
    naive,
    vec4,
    half: { ...vec4, grid: () => [1] },
    other: { ...vec4, shader: 'sigmoid/forward/2_vec4.wgsl' },
    unbound: { ...vec4, shader: 'adam/step/1_naive.wgsl' },
  } as unknown as Kernel['variants'];
  const need = needFor({ ...relu, variants }, { count: 2 ** 20 }, 'half');
  const { entries } = await tuneAll([need]);
  const { variant, measured, left } = entries[need.key]!;
  expect(['naive', 'vec4']).toContain(variant);
  expect(measured.half).toEqual({ wrong: expect.stringMatching(/^element \d+ of y is not written$/) });
  expect(measured.other).toEqual({ wrong: expect.stringContaining('is off by') });
  expect(measured.unbound).toEqual({ wrong: expect.stringContaining('neither a binding nor scratch') });
  expect(left).toEqual([]);
  await gpu().finish(); // nothing is left behind that fails the next call
});

it('where none is right there is no choice, and that is told', async () => {
  const { vec4 } = relu.variants as { vec4: Kernel['variants'][string] };
  const variants = {
    naive: relu.variants.naive!,
    ...{ a: { ...vec4, grid: () => [1] }, b: { ...vec4, grid: () => [2] } },
  };
  const need = needFor({ ...relu, variants } as unknown as Kernel, { count: 2 ** 16 }, 'a');
  const told: string[] = [];
  const onNoneRight = (key: string) => void told.push(key);
  const { entries } = await tuneAll([{ ...need, variants: ['a', 'b'] }], { onNoneRight });
  expect(entries).toEqual({});
  expect(told).toEqual([need.key]);
});

it('goes on where it stopped, and does nothing where nothing is left', async () => {
  const need = needFor(relu, { count: 4096 }, 'vec4');
  const entries: Record<string, TunedEntry> = {};
  const onEntry = (key: string, entry: TunedEntry) => {
    entries[key] = entry;
  };
  const tuner = createTuner(gpu(), [need], { onEntry });
  expect(await tuner.step()).toBe(true);
  tuner.close();
  expect(entries[need.key]).toMatchObject({ variant: 'vec4', left: ['naive'], kernel: 'relu/forward' });
  const { entries: rest, steps } = await tuneAll([need], { before: entries });
  expect(steps).toBe(1);
  expect(Object.keys(rest[need.key]!.measured)).toEqual(['vec4', 'naive']);
  expect(await createTuner(gpu(), [need], { before: rest }).step()).toBe(false);
});

it('on the side it takes no more than its share of the time', async () => {
  const needs = [needFor(relu, { count: 4096 }, 'vec4')];
  const side = createSideTuning(gpu(), needs, {});
  await side.afterStep(); // a moment after the beginning
  expect(side.end()).toMatchObject({ tried: 0, seconds: 0, needed: 1, left: 1, entries: {} });

  let skipped = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + skipped);
  const patient = createSideTuning(gpu(), needs, {});
  const tried: number[] = [];
  for (const seconds of [1, 4, 4]) {
    skipped += 1000 * seconds;
    await patient.afterStep();
    tried.push(gpu().counts.dispatches);
  }
  clock.mockRestore();
  expect(tried[1]).toBe(tried[0]); // a twentieth of 5 seconds is less than a try takes
  expect(tried[2]).toBeGreaterThan(tried[1]!);
  const result = patient.end();
  expect(result).toMatchObject({ tried: 1, needed: 1, left: 0 });
  expect(result.entries[needs[0]!.key]!.variant).toBe('vec4');
  await patient.afterStep();
  expect(gpu().counts.dispatches).toBe(tried[2]);
});

it('gives the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
