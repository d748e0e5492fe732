// The real VGG16 up to block2_pool, in both of its layouts, against activations that others published and computed.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freeTensor, type Precision, readTensor } from '../../src/autograd/tensor.js';
import { freeNetwork } from '../../src/nn/network.js';
import { type Picture, picturesToFeatures } from '../../src/nn/pictures.js';
import { startEngine } from '../../src/node/engine.js';
import { loadModel } from '../../src/vgg16/load.js';
import { predictPictures } from '../../src/vgg16/predict.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import { expectClose } from '../compare.js';
import { hasFloat16 } from '../float16.js';
import { useGpu } from '../gpu.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';

const gpu = useGpu({ float16: hasFloat16 });
const data = join(SHARED, 'data/vgg16-blocks1-2');
const present = hasShared('data/vgg16-blocks1-2');
const bytes = (name: string) => readFileSync(join(data, name));
const floats = (name: string) => new Float32Array(new Uint8Array(bytes(name)).buffer);

function persianCat(): Picture {
  const rgb = bytes('persian_cat_rgb_224.u8');
  const rgba = new Uint8Array(224 * 224 * 4).fill(255);
  for (let i = 0; i < 224 * 224; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width: 224, height: 224, data: rgba };
}

for (const file of ['vgg16_blocks1-2_tf.h5', 'vgg16_blocks1-2_fastai_th.h5']) {
  itWith(present, `../shared/data/vgg16-blocks1-2/${file}`)(`${file} has the published activations`, async () => {
    const notes: string[] = [];
    const { network, spec } = await loadModel(gpu(), join(data, file), { say: (line) => notes.push(line) });
    expect(notes, 'ImageNet’s own weights tell how they are turned').toEqual([]);
    expect(spec.layers.at(-1)?.name).toBe('block2_pool');
    const activations = async (depth: number) => {
      const y = picturesToFeatures(network, [persianCat()], depth);
      const values = await readTensor(gpu(), y);
      freeTensor(gpu(), y);
      return { shape: y.shape, values };
    };

    const input = await activations(0);
    expectClose(
      input.values,
      floats('persian_cat_input_hwc_bgr_meansub.f32'),
      { absolute: 1e-4, relative: 0 },
      'input',
    );

    const { published } = JSON.parse(bytes('block1_conv1_check.json').toString()) as {
      published: Record<string, number>;
    };
    const conv = await activations(1);
    expect(conv.shape).toEqual([1, 224, 224, 64]);
    const places = Object.keys(published).map((place) => JSON.parse(place) as [number, number, number]);
    const found = places.map(([h, w, c]) => conv.values[(h * 224 + w) * 64 + c]!);
    expect(found.length).toBeGreaterThan(10);
    expectClose(found, Object.values(published), { absolute: 5e-4, relative: 0 }, 'block1_conv1');

    const pool = await activations(6);
    const expected = floats('numpy_block2_pool_persian_cat_hwc_56x56x128.f32');
    const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expectClose(pool.values, expected, { absolute: 1e-3 * largest, relative: 0 }, 'block2_pool');

    await expect(predictPictures(network, [persianCat()])).rejects.toThrow(/end at block2_pool.*--cut block2_pool/);
    freeNetwork(network);
  });
}

itWith(present && hasFloat16, '../shared/data/vgg16-blocks1-2 or float16')(
  'in float16 the activations agree',
  async () => {
    const { network } = await loadModel(gpu(), join(data, 'vgg16_blocks1-2_tf.h5'), { precision: 'f16' });
    const y = picturesToFeatures(network, [persianCat()], 6);
    const found = await readTensor(gpu(), y);
    freeTensor(gpu(), y);
    freeNetwork(network);
    const expected = floats('numpy_block2_pool_persian_cat_hwc_56x56x128.f32');
    const rms = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0) / expected.length);
    const error = Math.sqrt(expected.reduce((sum, v, i) => sum + (v - found[i]!) ** 2, 0) / expected.length);
    expect(error / rms).toBeLessThan(1e-3);
    expectClose(found, expected, { absolute: 2e-2 * rms, relative: 4e-3 }, 'block2_pool');
  },
);

const folder = temporaryFolder();
const photos = join(SHARED, 'data/photos/dogscats');
itWith(present && hasFloat16 && existsSync(photos), '../shared/data/photos, vgg16-blocks1-2 or float16')(
  'in float16 photos get the same class, to 5e-3 in probability',
  async () => {
    const weights = join(folder, 'finetuned.h5');
    const valid = join(folder, 'valid');
    for (const [set, count] of [
      ['train', 2],
      ['valid', 2],
    ] as const) {
      for (const name of ['cats', 'dogs']) {
        mkdirSync(join(folder, set, name), { recursive: true });
        const files = readdirSync(join(photos, set, name))
          .sort()
          .slice(0, count);
        for (const file of files) symlinkSync(join(photos, set, name, file), join(folder, set, name, file));
      }
    }
    const engine = await startEngine({ say: () => {}, float16: true });
    try {
      const run = async <Result>(file: string, precision: Precision, use: (vgg: Vgg16) => Promise<Result>) => {
        const vgg = await Vgg16.create({ weights: file, engine, precision, say: () => {} });
        return use(vgg).finally(() => vgg.close());
      };
      await run(join(data, 'vgg16_blocks1-2_tf.h5'), 'f32', async (vgg) => {
        const batches = await vgg.getBatches(join(folder, 'train'), { batchSize: 4 });
        await vgg.finetune(batches, { cut: { layer: 'block2_pool', head: 'gap' } });
        await vgg.fit(batches, undefined, { epochs: 20, learningRate: 0.02 });
        await vgg.saveWeights(weights);
      });
      const rows = (precision: Precision) =>
        run(weights, precision, async (vgg) => (await vgg.test(valid)).predictions.flatMap((row) => [...row]));
      const [wide, half] = [await rows('f32'), await rows('f16')];
      expect(wide).toHaveLength(8);
      expectClose(half, wide, { absolute: 5e-3, relative: 0 }, 'probabilities');
      expect(half.map((p) => p > 0.5)).toEqual(wide.map((p) => p > 0.5));
      expect(half).not.toEqual(wide);
    } finally {
      await engine.close();
    }
  },
);
