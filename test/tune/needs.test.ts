// What a rehearsal finds is what really runs, and needs leave out of a choice what would make a picture's bits depend on its batch.
import { expect, it } from 'vitest';
import { createTensor, freeTensor, tensorFrom } from '../../src/autograd/tensor.js';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { createNetwork, freeNetwork, trainFrom } from '../../src/nn/network.js';
import { createAdam } from '../../src/nn/optimizers.js';
import { initialize } from '../../src/nn/parameters.js';
import { trainStep } from '../../src/nn/training.js';
import { VGG16, vgg16 } from '../../src/nn/vgg16.js';
import { askedForFeatures, askedForTraining, needsOf, needsOfNetwork } from '../../src/tune/needs.js';
import { createRehearsal } from '../../src/tune/rehearsal.js';
import { useGpu } from '../gpu.js';

const gpu = useGpu();
const small = vgg16({ inputSize: 32, filters: [4, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8], units: [16, 16, 3] });
const described = { spec: small, precision: 'f32' } as const;

it('a training step asks for the runs that really happen, in their order', async () => {
  const network = createNetwork(gpu(), small);
  for (const [i, { parameters }] of network.layers.entries())
    if (parameters) initialize(gpu(), parameters, { method: 'he', seed: 1, stream: i });
  trainFrom(network, 0);
  const x = tensorFrom(gpu(), [3, 32, 32, 3], new Float32Array(3 * 32 * 32 * 3).fill(0.5), 'pictures');
  const optimizer = createAdam(gpu());
  const batch = { x, labels: Uint32Array.of(0, 1, 2) };
  gpu().profiler.start();
  await trainStep(network, optimizer, batch, { from: 0, seed: 0, step: 1 });
  const { records } = await gpu().profiler.stop();
  optimizer.free();
  freeTensor(gpu(), x);
  freeNetwork(network);
  const really = records.filter(({ run }, i) => records[i - 1]?.run !== run);
  const rehearsed = await askedForTraining(gpu(), described, { batch: 3, trained: 0, depth: 0 });
  const facts = ({ kernel, dims, variant }: (typeof rehearsed)[number]) => ({
    ...{ kernel: kernel.name, variant },
    dims: Object.fromEntries(kernel.dims.map((name) => [name, dims[name]])),
  });
  expect(rehearsed.map(facts)).toEqual(really.map(({ kernel, variant, dims }) => ({ kernel, variant, dims })));
  expect(rehearsed.length).toBeGreaterThan(80);
});

it('a rehearsal of full-size VGG16 takes no memory of the device', async () => {
  const live = gpu().pool.bytes();
  const dispatches = gpu().counts.dispatches;
  const needs = await needsOfNetwork(gpu(), { spec: vgg16(VGG16), precision: 'f32' }, { batch: 64 });
  expect(gpu().pool.bytes()).toEqual(live);
  expect(gpu().counts.dispatches).toBe(dispatches);
  const keys = needs.map(({ key }) => key);
  for (const [H, C, K] of [
    [224, 3, 64],
    [224, 64, 64],
    [56, 256, 256],
    [14, 512, 512],
  ]) {
    const shape = `H=${H} W=${H} C=${C} K=${K} pad=1`;
    expect(keys).toContain(`conv3x3/forward ${shape}`);
    expect(keys).toContain(`conv3x3/weight_gradient ${shape}`);
    if (C !== 3) expect(keys).toContain(`conv3x3/input_gradient ${shape}`);
  }
  for (const op of ['max_pool', 'matmul/nn', 'matmul/nt', 'matmul/tn', 'softmax_cross_entropy', 'adam', 'dropout'])
    expect(keys.filter((key) => key.startsWith(op)).length, op).toBeGreaterThan(0);
  const work = needs.map(({ flops }) => flops);
  expect(work).toEqual([...work].sort((a, b) => b - a));
});

it('features of any number of pictures come from the same variants', () => {
  const device = gpu().capabilities;
  const choicesFor = (pictures: number) =>
    needsOf(askedForFeatures(gpu(), described, small.layers.length, pictures), device)
      .filter(({ kernel }) => kernel.name !== 'matmul/nn') // all variants of which come to the same bits
      .map(({ key }) => key);
  expect(choicesFor(1)).toEqual(choicesFor(17));
});

it('a variant that does not take every batch, or outgrows the micro-batches, is no choice', () => {
  const device = gpu().capabilities;
  const dims = { N: 1, H: 16, W: 16, C: 16, K: 16, pad: 1, relu: 1 };
  const grows = { ...conv3x3Forward.variants.winograd2!, scratch: { V: (d: { N: number }) => d.N * 16 * 16 * 16 * 4 } };
  const stays = { ...conv3x3Forward.variants.winograd4!, scratch: { U: () => 2 ** 20 } };
  const picky = { ...conv3x3Forward.variants.naive!, accepts: (d: { N: number }) => d.N < 5 };
  const variants = { naive: conv3x3Forward.variants.naive!, grows, stays, picky };
  const kernel = { ...conv3x3Forward, variants } as unknown as Parameters<typeof needsOf>[0][number]['kernel'];
  const asked = [1, 5].map((N) => ({ kernel, dims: { ...dims, N }, variant: 'naive' }));
  expect(needsOf(asked.slice(0, 1), device)[0]!.variants).toEqual(['naive', 'stays', 'picky']);
  const [need] = needsOf(asked, device);
  expect(need!.variants).toEqual(['naive', 'stays']);
  expect(need!.dims.N).toBe(5);
});

it('what is read on a rehearsal is zero, and its limits are the device’s', async () => {
  const { gpu: stage } = createRehearsal(gpu());
  expect(stage.capabilities).toEqual(gpu().capabilities);
  const block = createTensor(stage, [3], 'three');
  expect(new Float32Array(await stage.read(block))).toEqual(new Float32Array(3));
  expect(() => stage.pool.take(gpu().capabilities.limits.maxStorageBufferBindingSize + 4, 'too much')).toThrow(/binds/);
});
