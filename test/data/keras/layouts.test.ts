// Every layout gives the same canonical weights; published files are recognised.

import { join } from 'node:path';
import type { Group } from 'h5wasm/node';
import { describe, expect, it } from 'vitest';
import { type SavedLayer, saveWeights, weightOf } from '../../../src/data/keras/save.js';
import { openWeights, type WeightsFile } from '../../../src/data/keras/weights-file.js';
import { hasShared, itWith, python, runPython, SHARED } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { canonicalWeights, hex, readKernel, sampleVgg16, writeSample } from './samples.js';

const folder = temporaryFolder();

/** Saves what a file holds, as it was read. */
async function saveAgain(file: WeightsFile, path: string): Promise<void> {
  const layers: SavedLayer[] = [];
  for (const [index, { name, kernelShape }] of file.layers.entries()) {
    const bias = file.readBias(index);
    const kernel = weightOf(kernelShape, await readKernel(file, index));
    layers.push({ name, kernel, bias: weightOf([bias.length], bias) });
  }
  await saveWeights(path, layers, null);
}

const sample = sampleVgg16();
const expected = sample.map((layer) => `${layer.shape} ${hex(layer.kernel)} ${hex(layer.bias)}`);

describe('layouts written here', () => {
  const cases = [
    {
      name: 'Theano, rotated',
      layout: { channelsFirst: true, rotated: true },
      as: 'th_dim_ordering_th_kernels',
      source: 'assumed',
    },
    {
      name: 'Theano order, backend tensorflow',
      layout: { channelsFirst: true, backend: 'tensorflow' },
      as: 'th_dim_ordering_tf_kernels',
      source: 'attributes',
    },
    { name: 'TensorFlow order', layout: {}, as: 'tf_dim_ordering_tf_kernels', source: 'layout' },
    {
      name: 'TensorFlow order, backend theano',
      layout: { rotated: true, backend: 'theano' },
      as: 'keras2',
      source: 'attributes',
    },
    {
      name: 'whole model',
      layout: { root: 'model_weights', backend: 'tensorflow' },
      as: 'keras2',
      source: 'attributes',
    },
    { name: 'Keras 3', layout: { keras3: true }, as: 'keras3', source: 'layout' },
  ] as const;
  it.each(cases)('$name', async ({ name, layout, as, source }) => {
    const path = await writeSample(join(folder, `${name} ünïcode ☃.h5`), sample, layout);
    const file = await openWeights(path);
    expect(file.layout).toBe(as);
    expect(file.orientationSource).toBe(source);
    expect(file.note !== undefined).toBe(source === 'assumed');
    expect(file.layers.map((layer) => layer.name)).toEqual(sample.map((layer) => layer.name));
    expect(await canonicalWeights(file)).toEqual(expected);
    expect(await canonicalWeights(file, 1)).toEqual(expected); // slices as small as they get
    await file.close();
  });

  it('lets --kernels override what was assumed', async () => {
    const path = await writeSample(join(folder, 'plain.h5'), sample, { channelsFirst: true });
    const file = await openWeights(path, { kernels: 'plain' });
    expect([file.layout, file.orientationSource]).toEqual(['th_dim_ordering_tf_kernels', 'option']);
    expect(await canonicalWeights(file)).toEqual(expected);
    await file.close();
  });

  it.each([true, false])('finds the ImageNet fingerprint, rotated: %s', async (rotated) => {
    const [first, ...others] = sampleVgg16();
    if (first === undefined) throw new Error('no layer');
    first.kernel[0] = 0.42947057;
    const layout = { channelsFirst: true, rotated, backend: rotated ? 'tensorflow' : 'theano' }; // which it outweighs
    const file = await openWeights(await writeSample(join(folder, 'imagenet.h5'), [first, ...others], layout));
    expect([file.kernelsRotated, file.orientationSource]).toEqual([rotated, 'fingerprint']);
    expect(hex(await readKernel(file, 0))).toBe(hex(first.kernel));
    await file.close();
  });

  it('reads compressed, float64 and split lists', async () => {
    const some = sample.slice(-3);
    const change = (root: Group) => {
      root.delete_attribute('layer_names');
      root.create_attribute('layer_names0', ['fc1'], [1], 'A8');
      root.create_attribute('layer_names1', ['fc2', 'predictions'], [2], 'A12');
      const group = root.get('fc1') as Group;
      const { kernel, shape, bias } = some[0] as (typeof some)[0];
      group.delete_attribute('weight_names');
      group.create_attribute('weight_names', ['zipped', 'double'], [2], 'A8');
      group.create_dataset({ name: 'zipped', data: kernel, shape: [...shape], chunks: [3, 4], compression: 'gzip' });
      group.create_dataset({ name: 'double', data: Float64Array.from(bias) });
    };
    const file = await openWeights(await writeSample(join(folder, 'odd.h5'), some, { change }));
    expect(await canonicalWeights(file)).toEqual(expected.slice(-3));
    expect(await canonicalWeights(file, 1)).toEqual(expected.slice(-3));
    await file.close();
  });

  it.each([{}, { channelsFirst: true, rotated: true }])('cuts kernels into column panels: %o', async (layout) => {
    const file = await openWeights(await writeSample(join(folder, 'panels.h5'), sample, layout));
    for (const index of [4, 13]) {
      const columns = file.layers[index]?.kernelShape.at(-1) as number;
      const whole = await readKernel(file, index);
      const panels = [
        [0, 3],
        [3, columns],
      ] as const;
      const parts = panels.map(([from, to]) =>
        new Float32Array((whole.length / columns) * (to - from)).fill(Number.NaN),
      );
      await file.readKernel(index, (values, at) => parts[at.panel]?.set(values, at.firstRow * at.columns), {
        panels,
        sliceBytes: 64,
      });
      for (const [panel, [from, to]] of panels.entries()) {
        const column = whole.filter((_, at) => at % columns >= from && at % columns < to);
        expect(hex(parts[panel] as Float32Array)).toBe(hex(column));
      }
    }
    await file.close();
  });

  it('reports progress up to all bytes, and tells contents apart', async () => {
    const path = await writeSample(join(folder, 'progress.h5'), sample, {});
    let last = [0, 1];
    const file = await openWeights(path, { onProgress: (done, total) => (last = [done, total]) });
    await canonicalWeights(file);
    expect(last[0]).toBe(last[1]);
    const again = await openWeights(path);
    expect(again.identity).toBe(file.identity);
    const other = await openWeights(await writeSample(join(folder, 'other.h5'), sampleVgg16(4, 1), {}));
    expect(other.identity).not.toBe(file.identity);
    for (const opened of [file, again, other]) await opened.close();
  });
});

describe('files of others', () => {
  const layouts = ['fastai', 'keras1-th', 'keras1-th-tfkernels', 'keras2-tf', 'keras2-nested', 'keras3'];
  const tool = 'tools/make_vgg16_h5.py';
  itWith(python !== undefined && hasShared(tool), `python with h5py, or ${tool},`)(
    'six layouts, one network, saved and loaded again',
    async () => {
      let first: string[] | undefined;
      for (const layout of layouts) {
        const path = join(folder, `${layout}.h5`);
        runPython(join(SHARED, tool), path, '--layout', layout, '--width', '0.125', '--size', '64', '--classes', '10');
        const file = await openWeights(path, layout === 'keras1-th-tfkernels' ? { kernels: 'plain' } : {});
        const weights = await canonicalWeights(file);
        first ??= weights;
        expect(weights, layout).toEqual(first);
        const again = join(folder, `${layout} again.h5`);
        await saveAgain(file, again);
        await file.close();
        const saved = await openWeights(again);
        expect(saved.layers.map((layer) => layer.name)).toEqual(file.layers.map((layer) => layer.name));
        expect(await canonicalWeights(saved), `${layout}, saved and loaded again`).toEqual(first);
        await saved.close();
      }
      expect(first).toHaveLength(16);
    },
  );

  const real = 'data/vgg16-blocks1-2';
  itWith(hasShared(real), real)('real VGG16 blocks, by their fingerprint', async () => {
    const rotated = await openWeights(join(SHARED, real, 'vgg16_blocks1-2_fastai_th.h5'));
    const plain = await openWeights(join(SHARED, real, 'vgg16_blocks1-2_tf.h5'));
    expect([rotated.layout, rotated.kernelsRotated, rotated.orientationSource]).toEqual([
      'fastai',
      true,
      'fingerprint',
    ]);
    expect([plain.layout, plain.kernelsRotated, plain.orientationSource]).toEqual([
      'tf_dim_ordering_tf_kernels',
      false,
      'fingerprint',
    ]);
    expect(await canonicalWeights(rotated)).toEqual(await canonicalWeights(plain));
    await rotated.close();
    await plain.close();
  });

  const squeezenet = 'data/squeezenet';
  itWith(hasShared(squeezenet), squeezenet)('SqueezeNet in both orders, nested names and 1x1 kernels', async () => {
    const theano = await openWeights(
      join(SHARED, squeezenet, 'squeezenet_weights_th_dim_ordering_th_kernels_notop.h5'),
    );
    const plain = await openWeights(join(SHARED, squeezenet, 'squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5'));
    expect(theano.layers).toHaveLength(25);
    expect(theano.layers[1]).toMatchObject({ name: 'fire2/squeeze1x1', kind: 'conv', storedShape: [16, 64, 1, 1] });
    expect(theano.layers.filter((layer) => layer.kind === 'conv3x3')).toHaveLength(9);
    expect(await canonicalWeights(theano)).toEqual(await canonicalWeights(plain));
    await theano.close();
    await plain.close();
  });

  const keras = 'data/keras-files';
  itWith(hasShared(keras), keras)('files that Keras 1.2, 2.2 and 3 wrote', async () => {
    const open = (name: string) => openWeights(join(SHARED, keras, name));
    const lambda = await open('keras1.2-model-lambda.h5');
    expect(lambda.layers.map((layer) => layer.kind).join(' ')).toBe(
      'conv conv conv conv3x3 conv3x3 dense dense dense dense',
    );
    const catsAndDogs = await open('keras2.2-weights-cats-dogs-64px.h5');
    expect([catsAndDogs.layout, catsAndDogs.orientationSource]).toEqual(['keras2', 'attributes']);
    expect(catsAndDogs.layers.map((layer) => layer.kernelShape.join())).toEqual([
      '3,3,3,32',
      '3,3,32,32',
      '3,3,32,64',
      '2304,64',
      '64,1',
    ]);
    const keras3 = await open('keras3.weights.h5');
    const archive = await open('keras3.keras');
    expect(archive.layers.map((layer) => layer.name)).toEqual(['dense_12', 'dense_13', 'dense_14']);
    expect(await canonicalWeights(archive)).toEqual(await canonicalWeights(keras3));
    for (const file of [lambda, catsAndDogs, keras3, archive]) await file.close();
  });
});
