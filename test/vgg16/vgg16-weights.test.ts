// Which files are VGG16, whole or cut, and how others are refused: layer, found and expected shapes.

import { join } from 'node:path';
import type { Group } from 'h5wasm/node';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../src/data/keras/weights-file.js';
import { closedBlocks, describeVgg16, type Vgg16Description } from '../../src/vgg16/vgg16-weights.js';
import { type SampleLayer, type SampleLayout, sampleVgg16, writeSample } from '../data/keras/samples.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

async function described(path: string): Promise<Vgg16Description> {
  const file = await openWeights(path);
  try {
    return describeVgg16(file);
  } finally {
    await file.close();
  }
}

const describeSample = async (layers: SampleLayer[], layout: SampleLayout = {}): Promise<Vgg16Description> =>
  described(await writeSample(join(folder, 'sample.h5'), layers, layout));

const reshaped = (layers: SampleLayer[], index: number, shape: number[]): SampleLayer[] => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const bias = new Float32Array(shape.at(-1) as number);
  return layers.map((layer, at) => (at === index ? { ...layer, shape, kernel: new Float32Array(size), bias } : layer));
};

describe('describeVgg16', () => {
  it('a whole network', async () => {
    const expected = {
      widths: new Array(13).fill(4),
      convolutions: 13,
      pools: 5,
      denseWidths: [6, 5, 3],
      denseUnits: [6, 5],
      classes: 3,
      inputSize: 64,
      hasTop: true,
    };
    expect(await describeSample(sampleVgg16())).toEqual(expected);
    expect(await describeSample(sampleVgg16(), { channelsFirst: true, rotated: true })).toEqual(expected);
    expect(await describeSample(sampleVgg16(4, 7))).toEqual({ ...expected, inputSize: 224 });
  });

  it.each(Array.from({ length: 13 }, (_, index) => index + 1))('ends after convolution %d', async (count) => {
    const found = await describeSample(sampleVgg16(4, 2, count, 0));
    expect(found).toMatchObject({ convolutions: count, pools: closedBlocks(count), denseWidths: [], hasTop: false });
    expect([found.inputSize, found.classes]).toEqual([224, undefined]);
  });

  it('counts whole blocks', () => {
    expect([1, 2, 3, 4, 6, 7, 9, 10, 12, 13].map(closedBlocks)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
  });

  it('ends after a dense layer', async () => {
    expect(await describeSample(sampleVgg16(4, 2, 13, 1))).toMatchObject({
      denseWidths: [6],
      hasTop: false,
      inputSize: 64,
    });
    expect(await describeSample(sampleVgg16(4, 2, 13, 2))).toMatchObject({ denseUnits: [6, 5], hasTop: false });
  });

  it('takes any head on any part from a file of this project', async () => {
    const layers = [...sampleVgg16(4, 2, 4, 0), ...sampleVgg16(4, 56, 13, 3).slice(13, 15)];
    const change: SampleLayout['change'] = (root) => root.create_attribute('vggpu', '{"head": "fc"}', [], 'A40');
    expect(await describeSample(layers, { change })).toMatchObject({ convolutions: 4, pools: 2, denseWidths: [6, 5] });
    expect((await describeSample(layers, { change })).inputSize).toBe(224);
    await expect(describeSample(layers)).rejects.toThrow(
      /layer fc1 .* expected convolution 5 of 13: a kernel \(3, 3, 4, out\)/,
    );
  });

  it.each([
    [1, [5, 5, 4, 4], /layer block1_conv2 has weights \(5, 5, 4, 4\); expected convolution 2 of 13.*\(3, 3, 4, out\)/],
    [2, [3, 3, 5, 4], /layer block2_conv1 has weights \(3, 3, 5, 4\); expected convolution 3 of 13.*\(3, 3, 4, out\)/],
    [0, [3, 3, 1, 4], /layer block1_conv1 has weights \(3, 3, 1, 4\); expected convolution 1 of 13.*\(3, 3, 3, out\)/],
    [13, [21, 6], /layer fc1 has weights \(21, 6\); expected dense layer 1 of 3: side \* side \* 4 rows/],
    [14, [7, 5], /layer fc2 has weights \(7, 5\); expected dense layer 2 of 3: a kernel \(6, out\)/],
  ])('refuses layer %d of shape %o', async (index, shape, message) => {
    await expect(describeSample(reshaped(sampleVgg16(), index, shape))).rejects.toThrow(message);
  });

  it('refuses one layer too many, and a missing bias', async () => {
    const layers = sampleVgg16();
    const last = { ...(layers[12] as SampleLayer), name: 'extra' };
    await expect(describeSample([...layers.slice(0, 13), last])).rejects.toThrow(/extra .* expected a dense layer/);
    const fourth = { ...(layers[15] as SampleLayer), name: 'extra', shape: [3, 5], bias: new Float32Array(5) };
    await expect(describeSample([...layers, fourth])).rejects.toThrow(/layer extra .* expected the end of the file/);
    const change: SampleLayout['change'] = (root) => {
      const group = root.get('block3_conv1') as Group;
      group.delete_attribute('weight_names');
      group.create_attribute('weight_names', ['block3_conv1_W']);
    };
    await expect(describeSample(layers, { change })).rejects.toThrow(/layer block3_conv1 .* a bias beside the kernel/);
  });

  const data = 'data/squeezenet';
  itWith(hasShared(data), data)('refuses other networks by their first odd layer', async () => {
    const other = (path: string) => described(join(SHARED, 'data', path));
    await expect(other('squeezenet/squeezenet_weights_th_dim_ordering_th_kernels_notop.h5')).rejects.toThrow(
      /layer fire2\/squeeze1x1 has weights \(16, 64, 1, 1\); expected convolution 2 of 13.*\(out, 64, 3, 3\)/,
    );
    await expect(other('keras-files/keras1.2-model-lambda.h5')).rejects.toThrow(
      /layer convolution2d_6 .*\(5, 5, 3, 24\)/,
    );
    await expect(other('keras-files/keras3.keras')).rejects.toThrow(/layer dense_12 has weights \(784, 100\)/);
    await expect(other('keras-files/keras2.2-weights-cats-dogs-64px.h5')).rejects.toThrow(
      /layer dense_2 .*convolution 4/,
    );
    expect(await other('vgg16-blocks1-2/vgg16_blocks1-2_fastai_th.h5')).toMatchObject({
      widths: [64, 64, 128, 128],
      pools: 2,
    });
  });
});
