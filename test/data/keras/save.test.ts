// Saved models: bit-equal when read again, laid out as Keras 2 does it, and all or nothing.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KerasLayer, readArchitecture } from '../../../src/data/keras/architecture.js';
import { modelConfig } from '../../../src/data/keras/architecture-config.js';
import { openHdf5 } from '../../../src/data/keras/hdf5.js';
import { checkOutput, type SavedLayer, saveWeights, type WeightTile, weightOf } from '../../../src/data/keras/save.js';
import { openWeights } from '../../../src/data/keras/weights-file.js';
import { describeVgg16 } from '../../../src/vgg16/vgg16-weights.js';
import { hasShared, itWith, python, runPython, SHARED } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { canonicalWeights, hex, readKernel, sampleVgg16 } from './samples.js';

const folder = temporaryFolder();
const sample = sampleVgg16();
const layers: SavedLayer[] = [
  { name: 'input_1' },
  ...sample.map(({ name, shape, kernel, bias }) => ({
    name,
    kernel: weightOf(shape, kernel),
    bias: weightOf([bias.length], bias),
  })),
];
const attributes = { classes: ['Zoë ☃', 'cat'], preprocessing: { mean: [103.939, 116.779, 123.68] } };

describe('saveWeights', () => {
  it('is read again bit by bit, with its attributes', async () => {
    const path = join(folder, 'model.h5');
    let last = [0, 1];
    await saveWeights(path, layers, attributes, (done, total) => (last = [done, total]));
    expect(last[0]).toBe(last[1]);
    const file = await openWeights(path);
    expect([file.layout, file.orientationSource]).toEqual(['keras2', 'attributes']);
    expect(file.attributes).toEqual(attributes);
    expect(describeVgg16(file)).toMatchObject({ hasTop: true, classes: 3, inputSize: 64 });
    expect(await canonicalWeights(file)).toEqual(
      sample.map((layer) => `${layer.shape} ${hex(layer.kernel)} ${hex(layer.bias)}`),
    );
    await file.close();
  });

  it('streams a large matrix from tiles in any order, and keeps every bit pattern', async () => {
    const path = join(folder, 'large.h5');
    const [rows, columns] = [2100, 2048];
    const bits = Uint32Array.from({ length: rows * columns }, (_, index) => Math.imul(index, 2654435761));
    const values = new Float32Array(bits.buffer); // NaNs, infinities and denormals among them
    function* tiles(): Generator<WeightTile> {
      for (const [from, to] of [
        [1000, 2048],
        [0, 1000],
      ] as const) {
        for (const firstRow of [1400, 0, 700]) {
          const tile = new Uint32Array(700 * (to - from));
          for (let row = 0; row < 700; row++) {
            const start = (firstRow + row) * columns;
            tile.set(bits.subarray(start + from, start + to), row * (to - from));
          }
          yield { values: new Float32Array(tile.buffer), firstRow, firstColumn: from, columns: to - from };
        }
      }
    }
    await saveWeights(path, [{ name: 'fc1', kernel: { shape: [rows, columns], tiles } }], {});
    const file = await openWeights(path);
    expect(Buffer.compare(Buffer.from((await readKernel(file, 0)).buffer), Buffer.from(values.buffer))).toBe(0);
    await file.close();
  });

  it('splits lists and attributes that HDF5 does not take whole', async () => {
    const path = join(folder, 'split.h5');
    const names = Array.from({ length: 700 }, (_, index) => `a_name_that_is_long_${'x'.repeat(80)}_${index}`);
    const many = { classes: Array.from({ length: 5000 }, (_, index) => `class number ${index} é`) };
    await saveWeights(path, [...names.map((name) => ({ name })), ...layers.slice(1, 2)], many);
    const raw = await openHdf5(path);
    expect(raw.attributeList('', 'layer_names')).toEqual([...names, 'block1_conv1']);
    expect(raw.attribute('', 'layer_names')).toBeUndefined();
    expect(raw.attribute('', 'layer_names1')).toBeDefined();
    expect(raw.attributeList(names[0] as string, 'weight_names')).toEqual([]);
    raw.close();
    const file = await openWeights(path);
    expect(file.attributes).toEqual(many);
    await file.close();
  });

  it('leaves the old file and nothing else behind when it fails', async () => {
    const inside = join(folder, 'kept');
    mkdirSync(inside);
    const path = join(inside, 'model.h5');
    writeFileSync(path, 'old');
    const half = (tiles: () => Generator<WeightTile>): SavedLayer[] => [
      { name: 'fc', kernel: { shape: [4, 2], tiles } },
    ];
    const fails = half(function* () {
      yield { values: new Float32Array(4), firstRow: 0 };
      throw new Error('the device is lost');
    });
    await expect(saveWeights(path, fails, {})).rejects.toThrow('the device is lost');
    const short = half(function* () {
      yield { values: new Float32Array(4), firstRow: 0 };
    });
    await expect(saveWeights(path, short, {})).rejects.toThrow(/fc\/fc\/kernel:0: got 4 values; expected 8/);
    const outside = half(function* () {
      yield { values: new Float32Array(4), firstRow: 3 };
    });
    await expect(saveWeights(path, outside, {})).rejects.toThrow(/does not fit a weight \(4, 2\)/);
    const twice = half(function* () {
      yield { values: new Float32Array(4).fill(1), firstRow: 0 };
      yield { values: new Float32Array(4).fill(2), firstRow: 0 };
    });
    await expect(saveWeights(path, twice, {})).rejects.toThrow(/reads back differently/);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(inside)).toEqual(['model.h5']);
    await saveWeights(path, layers, {});
    expect(readdirSync(inside)).toEqual(['model.h5']);
  });
});

describe('a whole model', () => {
  it('is read again as weights and as an architecture, with a description of any length', async () => {
    const path = join(folder, 'whole.h5');
    const conv = (index: number): KerasLayer => ({
      ...{ className: 'Conv2D', name: `block_${'x'.repeat(40)}_${index}`, filters: 4 },
      ...{ padding: 'same', activation: 'relu' },
    });
    for (const count of [2, 400]) {
      const chain = Array.from({ length: count }, (_, index) => conv(index));
      await saveWeights(path, layers, attributes, undefined, modelConfig(chain, 64));
      expect((await readArchitecture(path))?.layers).toEqual(chain);
      const raw = await openHdf5(path);
      expect(raw.attributeList('', 'layer_names')).toBeUndefined();
      expect((raw.attribute('', 'model_config')?.length ?? 0) > 64512).toBe(count === 400);
      raw.close();
      const file = await openWeights(path);
      expect([file.layout, file.orientationSource, file.attributes]).toEqual(['keras2', 'attributes', attributes]);
      expect(await canonicalWeights(file)).toEqual(
        sample.map((layer) => `${layer.shape} ${hex(layer.kernel)} ${hex(layer.bias)}`),
      );
      await file.close();
    }
    await saveWeights(path, layers, attributes);
    expect(await readArchitecture(path)).toBeUndefined();
  });
});

describe('checkOutput', () => {
  it('accepts a name in a folder and leaves nothing there', async () => {
    await checkOutput(join(folder, 'fine.h5'), 1000);
    expect(existsSync(join(folder, 'fine.h5'))).toBe(false);
  });

  it.each([
    ['model.keras', /Call it model\.h5/],
    ['model.weights.h5', /Call it model\.h5/],
    ['model', /Call it model\.h5/],
    ['nowhere/model.h5', /nowhere does not exist/],
    ['a-file/model.h5', /a-file is no folder/],
    ['a-folder.h5', /it is a folder/],
  ])('refuses %s', async (name, message) => {
    writeFileSync(join(folder, 'a-file'), '');
    mkdirSync(join(folder, 'a-folder.h5'), { recursive: true });
    await expect(checkOutput(join(folder, name))).rejects.toMatchObject({
      code: 'output',
      message: expect.stringMatching(message),
    });
  });

  it('refuses what the disk has no room for', async () => {
    await expect(checkOutput(join(folder, 'huge.h5'), 1e18)).rejects.toThrow(
      /needs 1,000,000,000,000,000,000 bytes, but/,
    );
  });
});

const SCRIPT = join(import.meta.dirname, 'read-saved.py');

describe('what Keras sees', () => {
  const valuesOf = (change: (values: Record<string, string>) => void = () => {}): string => {
    const values = Object.fromEntries(
      sample.flatMap(({ name, kernel, bias }) => [
        [`${name}/kernel:0`, hex(kernel)],
        [`${name}/bias:0`, hex(bias)],
      ]),
    );
    change(values);
    const path = join(folder, 'values.json');
    writeFileSync(path, JSON.stringify(values));
    return path;
  };
  const withPython = itWith(python !== undefined, 'python with h5py');

  withPython('has the structure and values, by h5py', async () => {
    const path = join(folder, 'keras.h5');
    await saveWeights(path, layers, attributes);
    const seen = JSON.parse(runPython(SCRIPT, path, valuesOf()));
    const real = join(SHARED, 'data/keras-files/keras2.2-weights-cats-dogs-64px.h5');
    if (!hasShared('data/keras-files')) return;
    const theirs = JSON.parse(runPython(SCRIPT, real));
    expect([seen.root, seen.backend, seen.keras, seen.kinds]).toEqual([
      theirs.root,
      theirs.backend,
      theirs.keras,
      theirs.kinds,
    ]);
    expect(seen.layers[1]).toEqual(theirs.layers[0]); // a convolution
    expect(seen.layers[0]).toEqual(theirs.layers[1]); // a layer without weights
    expect(seen.layers.at(-1)).toEqual(theirs.layers.at(-1)); // a dense layer
  });

  withPython('has a whole model, by h5py, below model_weights', async () => {
    const path = join(folder, 'whole.h5');
    const config = { class_name: 'Sequential', config: { name: 'Zoë ☃', layers: [] } };
    await saveWeights(path, layers, attributes, undefined, config);
    const seen = JSON.parse(runPython(SCRIPT, path, valuesOf()));
    expect(seen).toMatchObject({ root: ['backend', 'keras_version', 'model_config'], backend: 'tensorflow', config });
    expect(seen.keras).toBe('2.2.4');
    expect(seen.layers).toHaveLength(layers.length);
  });

  withPython('would be told of the first value that differs', async () => {
    const path = join(folder, 'keras.h5');
    await saveWeights(path, layers, attributes);
    const name = 'fc1/bias:0';
    const one = hex(Float32Array.of(1));
    const check = (change: (values: Record<string, string>) => void) => () => runPython(SCRIPT, path, valuesOf(change));
    expect(check((values) => (values[name] = values[name]?.slice(0, -8) + one))).toThrow(
      /fc1\/bias:0\[5\] is .*, not 1\.0/,
    );
    expect(check((values) => delete values[name])).toThrow(/fc1\/bias:0 was not expected/);
    expect(check((values) => (values['fc4/bias:0'] = one))).toThrow(/fc4\/bias:0 is missing/);
    expect(check((values) => (values[name] = one))).toThrow(/fc1\/bias:0 has 6 values, not 1/);
  });
});
