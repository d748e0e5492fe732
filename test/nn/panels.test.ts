// Column panels: on a device that binds little, dense kernels are split, and nothing else is different.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeTensor } from '../../src/autograd/tensor.js';
import { openWeights } from '../../src/data/keras/weights-file.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { freeNetwork, trainFrom } from '../../src/nn/network.js';
import { createAdam, createSgd, type Optimizer } from '../../src/nn/optimizers.js';
import { createParameters, freeParameters } from '../../src/nn/parameters.js';
import type { LayerSpec } from '../../src/nn/specification.js';
import { observe } from '../../src/nn/standardization.js';
import { evaluateStep, trainStep } from '../../src/nn/training.js';
import { saveModel } from '../../src/vgg16/save.js';
import { expectClose } from '../compare.js';
import { canonicalWeights } from '../data/keras/samples.js';
import { useGpu } from '../gpu.js';
import { temporaryFolder } from '../temporary-folder.js';
import { type LayerWeights, randomBatch, randomWeights, smallNetwork, smallSpec, weightsOf } from './small-network.js';

const LIMIT = 2 ** 16; // fc1 of 128 x 600 takes 307,200 bytes: five panels
const whole = useGpu({ debug: true });
const small = useGpu({ debug: true, limits: { maxStorageBufferBindingSize: LIMIT } });
const folder = temporaryFolder();
const spec = smallSpec({ rate: 0.5, units: 600 });
const initial = randomWeights(spec, 2);
const panelsOf = (gpu: Gpu, shape: number[]) => {
  const parameters = createParameters(gpu, 'layer', shape);
  freeParameters(gpu, parameters);
  return parameters.panels.map(({ first, width }) => [first, width]);
};

/** All weights of a file, bit by bit, and its attributes. */
async function contents(path: string): Promise<string[]> {
  const file = await openWeights(path);
  const all = await canonicalWeights(file);
  await file.close();
  return [...all, JSON.stringify(file.attributes)];
}

async function trainAndSave(gpu: Gpu, create: (gpu: Gpu) => Optimizer, file: string) {
  const before = gpu.pool.bytes().live;
  const network = smallNetwork(gpu, spec, initial);
  const optimizer = create(gpu);
  const losses: number[] = [];
  const untrained = join(folder, `untrained ${file}`);
  await saveModel(untrained, network, { classes: ['a', 'b', 'c'] });
  for (let step = 1; step <= 3; step++) {
    const batch = randomBatch(gpu, 6, step);
    losses.push((await evaluateStep(network, batch, { from: 0, microBatch: 3 })).loss);
    losses.push((await trainStep(network, optimizer, batch, { from: 0, seed: 1, step, microBatch: 3 })).loss);
    freeTensor(gpu, batch.x);
  }
  const weights = await weightsOf(network);
  const panels = network.layers.flatMap(({ parameters }) => (parameters ? [parameters.panels.length] : []));
  optimizer.free();
  freeNetwork(network);
  expect(gpu.pool.bytes().live).toBe(before);
  return { losses, weights, panels, saved: await contents(untrained) };
}

function expectSame(a: readonly LayerWeights[], b: readonly LayerWeights[], absolute: number): void {
  for (const [i, { kernel, bias }] of a.entries()) {
    expectClose(kernel, b[i]!.kernel, { absolute, relative: 1e-5 }, `kernel ${i}`);
    expectClose(bias, b[i]!.bias, { absolute, relative: 1e-5 }, `bias ${i}`);
  }
}

describe('panels', () => {
  it('cover all columns in multiples of 4, none larger than a binding', () => {
    expect(panelsOf(whole(), [128, 600])).toEqual([[0, 600]]);
    expect(panelsOf(small(), [128, 600])).toEqual([
      [0, 120],
      [120, 120],
      [240, 120],
      [360, 120],
      [480, 120],
    ]);
    expect(panelsOf(small(), [128, 129])).toEqual([
      [0, 68],
      [68, 61],
    ]);
    expect(panelsOf(small(), [128, 128])).toEqual([[0, 128]]);
    expect(panelsOf(small(), [3, 3, 8, 16])).toEqual([[0, 16]]);
    expect(() => panelsOf(small(), [16_384, 3])).toThrowError(
      expect.objectContaining({ code: 'memory', message: expect.stringMatching(/kernel of layer .*16384, 3/) }),
    );
  });

  it('learn the same as the whole kernel, and are saved to the same file', async () => {
    const expected = await trainAndSave(whole(), createSgd, 'whole.h5');
    const split = await trainAndSave(small(), createSgd, 'split.h5');
    expect([expected.panels, split.panels]).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 1, 5, 1],
    ]);
    expectClose(split.losses, expected.losses, { absolute: 1e-5, relative: 1e-5 }, 'losses');
    expectSame(split.weights, expected.weights, 1e-5);
    expect(split.saved).toEqual(expected.saved);
  });

  it('have running averages of their own', async () => {
    const [expected, split] = [
      await trainAndSave(whole(), createAdam, 'whole.h5'),
      await trainAndSave(small(), createAdam, 'split.h5'),
    ];
    expectClose(split.losses, expected.losses, { absolute: 1e-4, relative: 1e-4 }, 'losses');
  });

  it('of a standardised head are saved with the standardisation folded in', async () => {
    const layers = spec.layers.flatMap((layer): LayerSpec[] =>
      layer.kind === 'flatten' ? [layer, { kind: 'standardize', name: 'standardize' }] : [layer],
    );
    const files: string[][] = [];
    for (const [name, gpu] of Object.entries({ whole: whole(), split: small() })) {
      const before = gpu.pool.bytes().live;
      const network = smallNetwork(gpu, { ...spec, layers }, initial);
      trainFrom(network, layers.length - 1);
      const { x } = randomBatch(gpu, 4, 9);
      const features = { ...x, shape: [4 * 6, 128] };
      observe(gpu, network.layers.find(({ standardization }) => standardization)!.standardization!, features);
      const file = join(folder, `folded ${name}.h5`);
      await saveModel(file, network, { classes: ['a', 'b', 'c'] });
      files.push(await contents(file));
      freeTensor(gpu, x);
      freeNetwork(network);
      expect(gpu.pool.bytes().live).toBe(before);
    }
    expect(files[1]).toEqual(files[0]);
  });
});
