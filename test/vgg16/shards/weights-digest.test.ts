// The name of weights: the same for every layout of the same values, another for any value or layer more.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openModel } from '../../../src/vgg16/describe.js';
import { weightsDigest } from '../../../src/vgg16/shards/weights-digest.js';
import { type SampleLayout, sampleVgg16, writeSample } from '../../data/keras/samples.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();

async function digest(name: string, layers = sampleVgg16(), layout: SampleLayout = {}, upTo = 'fc1'): Promise<string> {
  const path = await writeSample(join(folder, `${name}${layout.keras3 ? '.weights' : ''}.h5`), layers, layout);
  const model = await openModel(path);
  try {
    const { layers: specs } = model.description.spec;
    return await weightsDigest(model, specs.slice(0, specs.findIndex((spec) => spec.name === upTo) + 1));
  } finally {
    await model.file.close();
  }
}

it('does not depend on the layout', async () => {
  const expected = await digest('tf');
  expect(expected).toMatch(/^[0-9a-f]{64}$/);
  expect(await digest('th', sampleVgg16(), { channelsFirst: true, rotated: true })).toBe(expected);
  expect(await digest('keras3', sampleVgg16(), { keras3: true })).toBe(expected);
});

it('depends on each value up to the layer, and on none behind it', async () => {
  const expected = await digest('same');
  const change = (layer: number, which: 'kernel' | 'bias', at: number) => {
    const layers = sampleVgg16();
    layers[layer]![which][at]! += 1;
    return layers;
  };
  expect(await digest('kernel', change(0, 'kernel', 0))).not.toBe(expected);
  expect(await digest('bias', change(12, 'bias', 3))).not.toBe(expected);
  expect(await digest('last', change(13, 'kernel', 95))).not.toBe(expected);
  expect(await digest('behind', change(14, 'kernel', 0))).toBe(expected);
  expect(await digest('fc2', sampleVgg16(), {}, 'fc2')).not.toBe(expected);
});
