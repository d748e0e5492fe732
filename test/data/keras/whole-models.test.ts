// Files with an architecture and its weights: what they hold, which weights are which layer's, and other people's files.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { readArchitecture, readArchitectureJson } from '../../../src/data/keras/architecture.js';
import { matchWeights } from '../../../src/data/keras/architecture-weights.js';
import { openWeights } from '../../../src/data/keras/weights-file.js';
import { hasShared, itWith, SHARED } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { zipOf } from '../split/zip-writer.js';
import {
  functional,
  keras1Layers,
  keras1Sequential,
  keras2Layers,
  keras2Sequential,
  keras3Layers,
  keras3Sequential,
  NETWORK,
} from './keras-configs.js';
import { hex, readKernel, type SampleLayer, writeSample } from './samples.js';

const folder = temporaryFolder();

/** Every value tells its place. */
function weights(name: string, shape: readonly number[]): SampleLayer {
  const numbers = (length: number, by: number) => Float32Array.from({ length }, (_, index) => index * by + 1);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  return { name, shape, kernel: numbers(elements, 1), bias: numbers(shape.at(-1) as number, 0.5) };
}

const sample = [
  weights('conv_a', [3, 3, 3, 4]),
  weights('conv_b', [3, 3, 4, 5]),
  weights('fc', [16 * 16 * 5, 6]),
  weights('out', [6, 3]),
];

/** A whole model as Keras 1 and 2 save it: the weights below model_weights, the configuration at the root. */
async function writeModel(name: string, config: object | string, layout: object = {}): Promise<string> {
  const path = await writeSample(join(folder, name), sample, { root: 'model_weights', ...layout });
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const file = new File(path, 'a');
  file.create_attribute('model_config', text);
  file.close();
  return path;
}

async function writeArchive(name: string, members: { name: string; data: string | Buffer; says?: { size: number } }[]) {
  const path = join(folder, name);
  writeFileSync(path, zipOf(members));
  return path;
}

async function loaded(path: string, options: object = {}): Promise<string[]> {
  const file = await openWeights(path, options);
  const kernels = [];
  for (const index of file.layers.keys()) kernels.push(hex(await readKernel(file, index)));
  await file.close();
  return kernels;
}

const canonical = sample.map(({ kernel }) => hex(kernel));

beforeAll(() => ready);

describe('whole models', () => {
  it.each([
    ['Keras 1, tf', keras1Sequential(keras1Layers('tf')), {}],
    ['Keras 1, th', keras1Sequential(keras1Layers('th')), { channelsFirst: true, rotated: true }],
    ['Keras 2', keras2Sequential(keras2Layers()), { backend: 'tensorflow' }],
    ['Keras 2, functional', functional(keras2Layers()), { backend: 'tensorflow' }],
  ])('%s', async (name, config, layout) => {
    const path = await writeModel(`${name}.h5`, config, layout);
    const architecture = await readArchitecture(path);
    expect(architecture?.layers).toEqual(NETWORK);
    const file = await openWeights(path);
    expect(matchWeights(file, architecture as NonNullable<typeof architecture>)).toEqual([0, 1, 2, 3]);
    await file.close();
    expect(await loaded(path)).toEqual(canonical);
  });

  it('.keras archives, and archives of weights alone', async () => {
    const inner = await writeSample(join(folder, 'inner.h5'), sample, { keras3: true });
    const data = readFileSync(inner);
    const config = JSON.stringify(keras3Sequential(keras3Layers()));
    const model = await writeArchive('model.keras', [
      { name: 'metadata.json', data: '{}' },
      { name: 'config.json', data: config },
      { name: 'model.weights.h5', data },
    ]);
    expect((await readArchitecture(model))?.layers).toEqual(NETWORK);
    expect(await loaded(model)).toEqual(canonical);
    const alone = await writeArchive('alone.keras', [{ name: 'model.weights.h5', data }]);
    expect(await readArchitecture(alone)).toBeUndefined();
    const torn = await writeArchive('torn.keras', [
      { name: 'config.json', data: config.slice(0, 100) },
      { name: 'model.weights.h5', data },
    ]);
    await expect(readArchitecture(torn)).rejects.toThrow(/torn\.keras: .*not whole JSON/);
    expect(await loaded(torn)).toEqual(canonical); // its weights are whole
    const huge = await writeArchive('huge.keras', [
      { name: 'config.json', data: config, says: { size: 2 ** 30 } },
      { name: 'model.weights.h5', data },
    ]);
    await expect(readArchitecture(huge)).rejects.toThrow(/config\.json has 1,073,741,824 bytes, which no Keras model/);
    const other = await writeArchive('other.zip', [{ name: 'config.json', data: config }]);
    await expect(readArchitecture(other)).rejects.toThrow(/not a \.keras file: it holds config\.json/);
  });

  it('take the order of dense rows from what Flatten does', async () => {
    const shape = [null, 3, 32, 32];
    const moving = keras2Sequential(keras2Layers('channels_first'), shape);
    const path = await writeModel('moving.h5', moving, { backend: 'tensorflow' });
    expect(await loaded(path)).toEqual(canonical); // Keras moved the channels last before it flattened
    const text = JSON.stringify(moving).replace(/("name":"flat"[^}]*)"data_format":"channels_first"/, '$1"a":0');
    const lying = await loaded(await writeModel('lying.h5', text, { backend: 'tensorflow' }));
    expect(lying.map((kernel, index) => kernel === canonical[index])).toEqual([true, true, false, true]);
    expect(lying[2]?.slice(0, 8)).toBe(canonical[2]?.slice(0, 8));
    // Row 1 is channel 1 at the first pixel: 256 rows on in the file, of 6 columns each.
    expect(lying[2]?.slice(48, 56)).toBe(hex(Float32Array.of(256 * 6 + 1)));
    const data = readFileSync(await writeSample(join(folder, 'inner.h5'), sample, { keras3: true }));
    const members = [
      { name: 'model.weights.h5', data },
      { name: 'config.json', data: text },
    ];
    expect(await loaded(await writeArchive('lying.keras', members))).toEqual(lying);
    const apart = await writeSample(join(folder, 'apart.h5'), sample, { backend: 'tensorflow' });
    expect(await loaded(apart, { rowsChannelsFirst: true })).toEqual(lying);
    expect(await loaded(apart)).toEqual(canonical);
  });

  it('tell 3x3 kernels of 3 to 3 channels by the configuration of Keras 1', async () => {
    const only = [weights('conv_a', [3, 3, 3, 3])];
    for (const order of ['th', 'tf'] as const) {
      const layout = { channelsFirst: order === 'th', rotated: order === 'th' };
      const path = await writeSample(join(folder, `${order}.h5`), only, { ...layout, root: 'model_weights' });
      const file = new File(path, 'a');
      file.create_attribute('model_config', JSON.stringify(keras1Sequential(keras1Layers(order))));
      file.close();
      expect(await loaded(path)).toEqual([hex((only[0] as SampleLayer).kernel)]);
    }
  });
});

describe('matchWeights', () => {
  const stored = (layers: readonly SampleLayer[], layout: 'keras2' | 'keras3' = 'keras2') => ({
    path: 'model.h5',
    layout,
    layers: layers.map(({ name, shape }) => ({
      ...{ name, kind: shape.length === 4 ? ('conv3x3' as const) : ('dense' as const) },
      ...{ kernelShape: shape, biasShape: [shape.at(-1) as number], storedShape: shape },
    })),
  });
  const architecture = async () => {
    const path = join(folder, 'match.json');
    writeFileSync(path, JSON.stringify(keras2Sequential(keras2Layers())));
    return readArchitectureJson(path);
  };
  const renamed = sample.map((layer, index) => ({ ...layer, name: `layer_${index}` }));

  it('goes by name where all names are there, by order otherwise', async () => {
    const wanted = await architecture();
    expect(matchWeights(stored([...sample].reverse()), wanted)).toEqual([3, 2, 1, 0]);
    expect(matchWeights(stored(renamed), wanted)).toEqual([0, 1, 2, 3]);
    const shifted = sample.map((layer, index) => ({ ...layer, name: sample[(index + 1) % 4]?.name as string }));
    expect(matchWeights(stored(shifted, 'keras3'), wanted)).toEqual([0, 1, 2, 3]);
  });

  it('refuses other numbers and other shapes', async () => {
    const wanted = await architecture();
    expect(() => matchWeights(stored(sample.slice(1)), wanted)).toThrow(
      /model\.h5 has 3 layers with weights \(conv_b, fc, out\); the architecture has 4 \(conv_a, conv_b, fc, out\)/,
    );
    const other = renamed.map((layer) => (layer.shape[0] === 1280 ? { ...layer, shape: [720, 6] } : layer));
    expect(() => matchWeights(stored(other), wanted)).toThrow(
      /layer_2 has a kernel \(720, 6\); the architecture's layer fc takes a kernel \(1280, 6\) and a bias/,
    );
    const unsized = { ...wanted, inputSize: undefined };
    expect(matchWeights(stored(other), unsized)).toEqual([0, 1, 2, 3]);
    const bare = stored(sample);
    const layers = bare.layers.map((layer) => ({ ...layer, biasShape: undefined }));
    expect(() => matchWeights({ ...bare, layers }, wanted)).toThrow(/conv_a has no bias; .* and a bias/);
  });
});

describe('files of others', () => {
  const keras = 'data/keras-files';
  const expected: readonly (readonly [file: string, outcome: RegExp | undefined, layers: number])[] = [
    ['keras1.2-model-lambda.h5', /layer lambda_2 takes an input of \(66, 200, 3\)\. Supported: square RGB/, 9],
    ['keras2.2-weights-cats-dogs-64px.h5', undefined, 5],
    ['keras3.weights.h5', undefined, 3],
    ['keras3.keras', /layer input_layer_6 takes an input of \(28, 28\)\. Supported: square RGB/, 3],
  ];
  itWith(hasShared(keras), keras).each(expected)('%s', async (name, outcome, layers) => {
    const path = join(SHARED, keras, name);
    if (outcome === undefined)
      expect(await readArchitecture(path)).toBeUndefined(); // weights alone
    else await expect(readArchitecture(path)).rejects.toThrow(outcome);
    const file = await openWeights(path);
    expect(file.layers).toHaveLength(layers);
    await file.close();
  });

  itWith(hasShared(keras), keras)('the published 64x64 network, with its architecture stated', async () => {
    const path = join(folder, 'cats-and-dogs.json');
    const relu = { activation: 'relu' };
    const layers = [32, 32, 64].flatMap((filters, index) => [
      { class_name: 'Conv2D', config: { name: `c${index}`, filters, kernel_size: [3, 3], ...relu } },
      { class_name: 'MaxPooling2D', config: { name: `p${index}`, pool_size: [2, 2] } },
    ]);
    const head = [
      { class_name: 'Flatten', config: { name: 'f' } },
      { class_name: 'Dense', config: { name: 'd', units: 64, ...relu } },
      { class_name: 'Dense', config: { name: 'o', units: 1, activation: 'sigmoid' } },
    ];
    writeFileSync(path, JSON.stringify(keras2Sequential([...layers, ...head], [null, 64, 64, 3])));
    const file = await openWeights(join(SHARED, keras, 'keras2.2-weights-cats-dogs-64px.h5'));
    expect(matchWeights(file, await readArchitectureJson(path))).toEqual([0, 1, 2, 3, 4]);
    await file.close();
  });

  const squeezenet = 'data/squeezenet';
  itWith(hasShared(squeezenet), squeezenet)('SqueezeNet: one set of 3x3 kernels in both layouts', async () => {
    const kernels = async (layout: string) => {
      const name = `squeezenet_weights_${layout}_notop.h5`;
      expect(await readArchitecture(join(SHARED, squeezenet, name))).toBeUndefined();
      const file = await openWeights(join(SHARED, squeezenet, name));
      const found = new Map<string, string>();
      for (const [index, { kind, name: layer }] of file.layers.entries()) {
        if (kind === 'conv3x3') found.set(layer, hex(await readKernel(file, index)));
      }
      await file.close();
      return found;
    };
    const theano = await kernels('th_dim_ordering_th_kernels');
    expect(theano.size).toBe(9);
    expect([...theano.keys()].slice(0, 2)).toEqual(['conv1', 'fire2/expand3x3']);
    expect(theano).toEqual(await kernels('tf_dim_ordering_tf_kernels'));
  });
});
