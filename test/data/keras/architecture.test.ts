// Configurations of every Keras, read into one vocabulary; what it has no word for is refused by name and place.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KerasLayer, readArchitectureJson } from '../../../src/data/keras/architecture.js';
import { modelConfig } from '../../../src/data/keras/architecture-config.js';
import type { KerasLayer as EngineLayer } from '../../../src/nn/keras-layers.js';
import { temporaryFolder } from '../../temporary-folder.js';
import {
  type Entry,
  entry,
  functional,
  keras1Layers,
  keras1Sequential,
  keras2Layers,
  keras2Sequential,
  keras3Layers,
  keras3Sequential,
  NETWORK,
} from './keras-configs.js';

const folder = temporaryFolder();
const VGG = { scale: 1, mean: [123.68, 116.779, 103.939], reverse: true } as const;

function written(configuration: unknown): string {
  const path = join(folder, 'model.json');
  writeFileSync(path, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
  return path;
}

const read = (configuration: unknown, options = {}) => readArchitectureJson(written(configuration), options);

describe('one network, as every Keras describes it', () => {
  it.each([
    ['Keras 1, tf', keras1Sequential(keras1Layers('tf')), false],
    ['Keras 1, th', keras1Sequential(keras1Layers('th')), true],
    ['Keras 2', keras2Sequential(keras2Layers()), false],
    ['Keras 2, functional', functional(keras2Layers()), false],
    ['Keras 3', keras3Sequential(keras3Layers()), false],
    ['Keras 3, functional', functional(keras3Layers(), { keras3: true }), false],
    ['JSON of to_json as a string', JSON.stringify(JSON.stringify(keras2Sequential(keras2Layers()))), false],
  ])('%s', async (_, configuration, rowsChannelsFirst) => {
    const found = await read(configuration);
    expect(found.layers).toEqual(NETWORK);
    expect([found.inputSize, found.rowsChannelsFirst, found.notes]).toEqual([32, rowsChannelsFirst, []]);
  });

  it('is what the engine takes, and takes what the engine has', async () => {
    const { layers } = await read(keras2Sequential(keras2Layers()));
    const engine: readonly EngineLayer[] = layers;
    const back: readonly KerasLayer[] = engine;
    expect(modelConfig(back, 32)).toMatchObject({ class_name: 'Sequential' });
  });

  it('follows a functional model along its chain, in whatever order it lists the layers', async () => {
    const model = functional(keras2Layers()) as { config: { layers: unknown[] } };
    model.config.layers.reverse();
    expect((await read(model)).layers).toEqual(NETWORK);
  });

  it('has no size where the model takes any', async () => {
    const layers = keras2Layers().slice(0, 5);
    expect((await read(functional(layers, { shape: [null, null, null, 3] }))).inputSize).toBeUndefined();
    const unbuilt = { class_name: 'Sequential', config: { name: 'unbuilt', layers } };
    expect(await read(unbuilt)).toMatchObject({ name: 'unbuilt', inputSize: undefined });
  });

  it('knows when Flatten moves the channels last', async () => {
    const shape = [null, 3, 32, 32];
    const moving = keras2Layers('channels_first');
    const asItLies = moving.map((one) => (one.class_name === 'Flatten' ? entry('Flatten', 'flat') : one));
    expect((await read(keras2Sequential(moving, shape))).rowsChannelsFirst).toBe(false);
    expect((await read(keras2Sequential(asItLies, shape))).rowsChannelsFirst).toBe(true);
  });

  it('reads back what it writes', async () => {
    const rescale = { scale: 1 / 127.5, mean: [1, 1, 1], reverse: false } as const;
    const layers = [{ className: 'Lambda', name: 'rescaling', preprocessing: rescale }, ...NETWORK] as KerasLayer[];
    expect(await read(modelConfig(layers, 48, 'mine'))).toMatchObject({ name: 'mine', inputSize: 48, layers });
    const taken = [{ className: 'Flatten', name: 'input_1' }, ...NETWORK.slice(-1)] as KerasLayer[];
    expect(JSON.stringify(modelConfig(taken, 8))).toContain('"name":"input_2"');
  });

  it('says what only training would notice', async () => {
    const l2 = { class_name: 'L2', config: { l2: 0.01 } };
    const [, conv, , , , flat, fc] = keras2Layers().map((one) => ({
      ...one,
      config: { ...one.config, kernel_regularizer: l2 },
    }));
    const { notes } = await read(keras2Sequential([conv, flat, fc] as Entry[]));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/training leaves out the kernel_regularizer of conv_a, flat, fc/);
  });
});

describe('preprocessing', () => {
  const lambda = entry('Lambda', 'lambda_1', { function: ['4wEAAAA=', null, null], function_type: 'lambda' });
  const layers = keras2Layers();

  it('is a Rescaling, whose offset is added where a mean is subtracted', async () => {
    const scaled = (config: object) => read(keras3Sequential([entry('Rescaling', 'scale', config), ...layers]));
    expect((await scaled({ scale: 1 / 255, offset: 0 })).layers[0]).toEqual({
      className: 'Lambda',
      name: 'scale',
      preprocessing: { scale: 1 / 255, mean: [0, 0, 0], reverse: false },
    });
    expect((await scaled({ scale: 2, offset: [-1, -2, 3] })).layers[0]).toMatchObject({
      preprocessing: { scale: 2, mean: [1, 2, -3] },
    });
  });

  it('is stated where it is Python code or not in the model', async () => {
    await expect(read(keras2Sequential([lambda, ...layers]))).rejects.toThrow(
      /layer lambda_1 \(Lambda, layer 1 of 10\) is Python code.*--preprocess vgg, rescale or none/,
    );
    const stated = { preprocessing: VGG };
    const first = { className: 'Lambda', preprocessing: VGG };
    expect((await read(keras2Sequential([lambda, ...layers]), stated)).layers).toEqual([
      { ...first, name: 'lambda_1' },
      ...NETWORK,
    ]);
    expect((await read(keras2Sequential(layers), stated)).layers).toEqual([
      { ...first, name: 'preprocessing' },
      ...NETWORK,
    ]);
  });

  it('is not stated twice', async () => {
    const model = keras3Sequential([entry('Rescaling', 'scale', { scale: 0.5 }), ...layers]);
    await expect(read(model, { preprocessing: VGG })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/layer scale already makes .* \(a scale of 0\.5\): leave out/),
    });
  });

  it('names what cannot be helped before the code that could be stated', async () => {
    await expect(read(keras2Sequential([lambda, entry('ELU', 'elu_1')]))).rejects.toThrow(/layer elu_1/);
  });
});
