// VGG16 as a whole against logits that numpy computed: one network in six layouts, small; and once in full size.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf, freeTensor, readTensor } from '../../src/autograd/tensor.js';
import { VggpuError } from '../../src/errors.js';
import { type Picture, picturesToFeatures } from '../../src/nn/pictures.js';
import { type Engine, startEngine } from '../../src/node/engine.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import { hasShared, python, runPython, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';

interface Oracle {
  readonly logits: number[];
  readonly top5: [index: number, probability: number][];
  readonly pools: { shape: number[]; sum: number; first: number[] }[];
}

const LAYOUTS = ['fastai', 'keras1-th', 'keras1-th-tfkernels', 'keras2-tf', 'keras2-nested', 'keras3'];
const tool = join(SHARED, 'tools/make_vgg16_h5.py');
const missing = !hasShared('tools/make_vgg16_h5.py')
  ? '../shared/tools/make_vgg16_h5.py is not there'
  : python === undefined
    ? 'no Python with numpy and h5py'
    : undefined;
if (missing) console.warn(`skipped: VGG16 against numpy's logits: ${missing}`);

const folder = temporaryFolder();
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ say: () => {} });
});
afterAll(() => engine?.close());

const oracle = (name: string): Oracle => JSON.parse(readFileSync(join(SHARED, 'data/oracle', name), 'utf8'));

/** The picture that the oracles call pixels3: whole numbers from numpy's Philox generator, seed 3. */
function pixels3(size: number): Picture {
  const rgb = join(folder, `pixels3-${size}.u8`);
  const draw = `np.random.Generator(np.random.Philox(3)).integers(0, 256, (${size}, ${size}, 3))`;
  runPython('-c', `import numpy as np; ${draw}.astype(np.uint8).tofile(${JSON.stringify(rgb)})`);
  const bytes = readFileSync(rgb);
  const data = new Uint8Array(size * size * 4).fill(255);
  for (let i = 0; i < size * size; i++) data.set(bytes.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width: size, height: size, data };
}

/** Kernels of (out, in, 3, 3) do not tell how they are turned; only one layout needs to be told. */
const kernelsOf = (layout: string) => (layout === 'keras1-th-tfkernels' ? { kernels: 'plain' as const } : {});

function expectLogits(found: Float32Array, { logits, top5 }: Oracle): void {
  const largest = Math.max(...logits.map(Math.abs));
  expect(found.length).toBe(logits.length);
  const worst = Math.max(...logits.map((expected, i) => Math.abs(found[i]! - expected) / largest));
  expect(worst, 'largest difference of a logit, relative to the largest').toBeLessThanOrEqual(1e-4);
  expect(found.indexOf(Math.max(...found))).toBe(top5[0]![0]);
}

describe.skipIf(missing)('an eighth of the width, 64 pixels', () => {
  const expected = missing ? undefined : oracle('vgg16_seed7_width0.125_size64_classes10_pixels3.json');
  let picture: Picture;
  beforeAll(() => {
    picture = pixels3(64);
  });

  it.each(LAYOUTS)('%s', async (layout) => {
    const weights = join(folder, `${layout}.h5`);
    runPython(tool, weights, '--layout', layout, '--width', '0.125', '--size', '64', '--classes', '10');
    const live = engine.gpu.pool.bytes().live;
    const vgg = await Vgg16.create({ weights, engine, say: () => {}, ...kernelsOf(layout) });
    const { outputs } = await vgg.predict([picture, picture, picture]);
    for (const { logits } of outputs) expectLogits(logits, expected!);
    expect(outputs[0]!.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    for (const [index, probability] of expected!.top5) {
      expect(outputs[0]!.probabilities[index]).toBeCloseTo(probability, 4);
    }
    const pools = vgg.network.layers.flatMap(({ spec }, i) => (spec.kind === 'maxPool' ? [i + 1] : []));
    for (const [i, depth] of pools.entries()) {
      const { shape, sum, first } = expected!.pools[i]!;
      const features = picturesToFeatures(vgg.network, [picture], depth);
      const values = await readTensor(engine.gpu, features);
      freeTensor(engine.gpu, features);
      expect(features.shape).toEqual([1, ...shape]);
      expect(Math.abs(values.reduce((a, b) => a + b, 0) / sum - 1)).toBeLessThan(1e-4);
      const largest = Math.max(...values);
      expect(Math.max(...first.map((v, at) => Math.abs(v - values[at]!) / largest))).toBeLessThan(1e-4);
    }
    await vgg.close();
    expect(engine.gpu.pool.bytes().live).toBe(live);
  });

  it('a file that was cut short is refused', async () => {
    const weights = join(folder, 'short.h5');
    writeFileSync(weights, readFileSync(join(folder, 'keras2-tf.h5')).subarray(0, 500_000));
    const live = engine.gpu.pool.bytes().live;
    await expect(Vgg16.create({ weights, engine, say: () => {} })).rejects.toBeInstanceOf(VggpuError);
    expect(engine.gpu.pool.bytes().live).toBe(live);
  });
});

const full = missing ?? (process.env.VGGPU_SKIP_FULL ? 'VGGPU_SKIP_FULL is set' : undefined);
if (full && !missing) console.warn(`skipped: full-size VGG16: ${full}`);

it.skipIf(full)(
  'full size, 553 MB in lesson 1’s layout: the logits, in little memory beside the weights',
  async () => {
    const weights = join(folder, 'full.h5');
    try {
      runPython(tool, weights, '--layout', 'fastai');
      const before = process.memoryUsage();
      let most = 0;
      let done = 0;
      const vgg = await Vgg16.create({
        weights,
        engine,
        say: () => {},
        onLoad(bytes) {
          const { heapUsed, arrayBuffers } = process.memoryUsage();
          most = Math.max(most, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
          done = bytes;
        },
      });
      expect(done).toBe(4 * vgg.network.layers.reduce((sum, { facts }) => sum + facts.parameters, 0));
      expect(done).toBe(4 * 138_357_544);
      expect(done / statSync(weights).size).toBeCloseTo(1, 2);
      expect(most / 2 ** 20, 'MiB of heap and buffers while loading').toBeLessThan(400);
      const fc1 = vgg.network.layers.find(({ spec }) => spec.name === 'fc1')!.parameters!;
      const binding = engine.gpu.capabilities.limits.maxStorageBufferBindingSize;
      expect(fc1.panels.length).toBe(
        Math.ceil((4 * elementsOf(fc1.kernelShape)) / (Math.floor(binding / 401_408) * 401_408)),
      );
      const { outputs } = await vgg.predict([pixels3(224)]);
      expectLogits(outputs[0]!.logits, oracle('vgg16_seed7_full_pixels3.json'));
      expect(vgg.classes[0]).toBe('tench');
      await vgg.close();
    } finally {
      rmSync(weights, { force: true });
    }
  },
  900_000,
);
