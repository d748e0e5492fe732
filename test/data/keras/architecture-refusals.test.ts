// Models that are no chain of supported layers: each is refused with the layer's name, its place, and what is supported.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArchitectureJson } from '../../../src/data/keras/architecture.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { type Entry, entry, functional, keras2Layers, keras2Sequential, keras3Sequential } from './keras-configs.js';

const folder = temporaryFolder();

function read(configuration: object | string) {
  const path = join(folder, 'model.json');
  writeFileSync(path, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
  return readArchitectureJson(path);
}

describe('what is refused', () => {
  const [pad, conv, , , pool, flat, dense] = keras2Layers() as [Entry, Entry, Entry, Entry, Entry, Entry, Entry];
  const of = (one: Entry, config: object): Entry => ({
    ...one,
    config: { ...one.config, name: 'odd', ...config },
  });
  const wide = [3, 3];
  /** Second of five layers. */
  const among = (odd: Entry) => keras2Sequential([conv, odd, pool, flat, dense]);

  it.each<[string, Entry, string, RegExp]>([
    ['5x5', of(conv, { kernel_size: [5, 5] }), 'Conv2D', /has a kernel of 5x5\. Supported: a kernel of 3x3/],
    ['3x5', of(conv, { kernel_size: [3, 5] }), 'Conv2D', /kernel of 3x5/],
    ['1x1', of(conv, { kernel_size: 1 }), 'Conv2D', /kernel of 1\. Supported: a kernel of 3/],
    ['stride', of(conv, { strides: [2, 2] }), 'Conv2D', /strides of 2x2\. Supported: strides of 1x1/],
    ['dilation', of(conv, { dilation_rate: [2, 2] }), 'Conv2D', /a dilation of 2x2\. Supported: a dilation of 1x1/],
    ['groups', of(conv, { groups: 2 }), 'Conv2D', /has groups 2\. Supported: groups 1/],
    ['no bias', of(conv, { use_bias: false }), 'Conv2D', /has use_bias false\. Supported: use_bias true/],
    ['causal', of(conv, { padding: 'causal' }), 'Conv2D', /has the padding causal\. Supported: valid, same/],
    ['filters', of(conv, { filters: '8' }), 'Conv2D', /has filters 8\. Supported: a whole number of filters/],
    [
      'elu',
      of(conv, { activation: 'elu' }),
      'Conv2D',
      /the activation elu\. Supported: relu, sigmoid, softmax, linear/,
    ],
    ['activation layer', of(conv, { activation: { class_name: 'PReLU', config: {} } }), 'Conv2D', /activation PReLU/],
    [
      'order',
      of(conv, { data_format: 'channels_first' }),
      'Conv2D',
      /channels_first after layers that are channels_last/,
    ],
    ['axes', of(conv, { data_format: 'NHWC' }), 'Conv2D', /order of axes NHWC\. Supported: channels_first/],
    ['pool 3x3', of(pool, { pool_size: [3, 3] }), 'MaxPooling2D', /a pool of 3x3\. Supported: a pool of 2x2/],
    ['pool stride', of(pool, { strides: [1, 1] }), 'MaxPooling2D', /strides of 1x1\. Supported: strides of 2x2/],
    ['pool same', of(pool, { padding: 'same' }), 'MaxPooling2D', /the padding same\. Supported: the padding valid/],
    ['padding', of(pad, { padding: [wide, wide] }), 'ZeroPadding2D', /pads by \[\[3,3\],\[3,3\]\]/],
    ['padding of pool', of(pad, {}), 'MaxPooling2D', /stands behind odd, which pads.*Conv2D with the padding valid/],
    ['depthwise', entry('DepthwiseConv2D', 'odd'), 'DepthwiseConv2D', /class that is not supported\. Supported: Resc/],
    ['separable', entry('SeparableConv2D', 'odd'), 'SeparableConv2D', /class that is not supported/],
    ['normalization', entry('BatchNormalization', 'odd'), 'BatchNormalization', /class that is not supported/],
    ['average', entry('AveragePooling2D', 'odd'), 'AveragePooling2D', /class that is not supported/],
    ['spatial dropout', entry('SpatialDropout2D', 'odd', { rate: 0.1 }), 'SpatialDropout2D', /class that is not/],
    ['PReLU', entry('PReLU', 'odd'), 'PReLU', /class that is not supported.*Activation \(relu, sigmoid/],
    ['leaky', entry('ReLU', 'odd', { negative_slope: 0.1 }), 'ReLU', /negative_slope 0\.1/],
    ['relu6', entry('ReLU', 'odd', { max_value: 6 }), 'ReLU', /max_value 6/],
    ['softmax axis', entry('Softmax', 'odd', { axis: 1 }), 'Softmax', /axis 1\. Supported: axis -1/],
    ['dense map', of(dense, {}), 'Dense', /is dense over a feature map/],
    ['dropout', entry('Dropout', 'odd', { rate: 1.5 }), 'Dropout', /the rate 1\.5\. Supported: a rate from 0/],
    ['late Lambda', entry('Lambda', 'odd', { function: [] }), 'Lambda', /Python code in another place than the first/],
    ['late Rescaling', entry('Rescaling', 'odd', { scale: 2 }), 'Rescaling', /in another place than the first/],
    ['input', entry('InputLayer', 'odd'), 'InputLayer', /is a second input/],
    [
      'Sequential inside',
      { ...entry('Sequential', 'odd'), config: { name: 'odd', layers: [] } },
      'Sequential',
      /a model used as one layer/,
    ],
  ])('%s', async (_, odd, kind, message) => {
    const late = message.source.includes('stands behind');
    const failure = await read(among(odd)).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'weights' });
    const { message: text } = failure as Error;
    expect(text).toContain(late ? `layer pool (${kind}, layer 3 of 5)` : `layer odd (${kind}, layer 2 of 5)`);
    expect(text).toMatch(message);
    expect(text).toContain('model.json: ');
  });

  it('somebody’s own class that is called like a known one', async () => {
    const own = { ...conv, registered_name: 'mine>Conv2D' };
    await expect(read(among(own))).rejects.toThrow(/layer conv_a \(mine>Conv2D, layer 2 of 5\) is of a class/);
  });

  it('a picture layer after Flatten, scales that differ, softmax over columns', async () => {
    await expect(read(keras2Sequential([flat, conv]))).rejects.toThrow(/conv_a .*no rows and columns left/);
    const scale = entry('Rescaling', 'scale', { scale: [1, 2, 3] });
    await expect(read(keras3Sequential([scale, conv]))).rejects.toThrow(/the scale 1x2x3 and the offset 0/);
    const columns = of(conv, { data_format: 'channels_first', activation: 'softmax' });
    await expect(read(keras2Sequential([columns], [null, 3, 8, 8]))).rejects.toThrow(/softmax along the columns/);
  });

  it.each<[string, unknown, RegExp]>([
    ['not square', [null, 66, 200, 3], /takes an input of \(66, 200, 3\)\. Supported: square RGB/],
    ['grey', [null, 28, 28, 1], /\(28, 28, 1\)/],
    ['no channels', [null, 28, 28], /\(28, 28\)/],
    ['half known', [null, null, 28, 3], /\(any, 28, 3\)/],
    ['a vector', [null, 784], /\(784\)/],
    ['no list', 'large', /an input of \(large\)/],
  ])('an input that is %s', async (_, shape, message) => {
    await expect(read(keras2Sequential([conv, pool], shape))).rejects.toThrow(message);
    await expect(read(keras2Sequential([conv, pool], shape))).rejects.toThrow(/layer conv_a takes/);
    await expect(read(functional([conv, pool], { shape }))).rejects.toThrow(/layer input_1 takes/);
  });

  const next = (one: Entry, name: string, ...from: string[][]): Entry => ({ ...of(one, { name }), from });
  const merged = [next(conv, 'a', ['input_1']), next(pool, 'b', ['a']), next(entry('Add', 'c'), 'c', ['a', 'b'])];
  const inChain = /Supported: layers in one chain, each used once/;
  it.each<[string, object, RegExp]>([
    ['branches', functional(merged), /layer a \(Conv2D, layer 1 of 3\) branches into b, c/],
    [
      'the input branching',
      functional([next(conv, 'a', ['input_1']), next(conv, 'b', ['input_1'])]),
      /layer input_1 \(InputLayer\) branches into a, b/,
    ],
    [
      'joins',
      functional([next(conv, 'a', ['input_1', 'input_1'])]),
      /layer a \(Conv2D, layer 1 of 1\) joins input_1, input_1/,
    ],
    ['a shared layer', functional([next(conv, 'a', ['input_1'], ['a'])]), /layer a .* is used 2 times/],
    [
      'a layer left out',
      functional([next(conv, 'a', ['input_1']), next(pool, 'b')], { outputs: ['a'] }),
      /layer a .*ends a chain of 1 layers that leaves 1 out/,
    ],
    [
      'nothing behind the input',
      functional([next(conv, 'a')]),
      /layer input_1 \(InputLayer\) ends a chain of 0 layers/,
    ],
    [
      'an output before the end',
      functional([next(conv, 'a', ['input_1']), next(pool, 'b', ['a'])], { outputs: ['a'] }),
      /layer b \(MaxPooling2D, layer 2 of 2\) follows the output a/,
    ],
    [
      'layers in a circle',
      functional([next(conv, 'a', ['input_1']), next(conv, 'b', ['a']), next(conv, 'c', ['b', 'c'])], {
        outputs: ['elsewhere'],
      }),
      /joins b, c/,
    ],
  ])('%s', async (_, model, message) => {
    await expect(read(model)).rejects.toThrow(message);
    await expect(read(model)).rejects.toThrow(inChain);
  });

  it('several outputs, and branches that Keras 3 writes', async () => {
    await expect(read(functional(merged.slice(0, 2), { outputs: ['a', 'b'] }))).rejects.toThrow(/2 outputs \(a, b\)/);
    await expect(read(functional(merged, { keras3: true }))).rejects.toThrow(/branches into b, c/);
  });

  it.each<[string, string, RegExp]>([
    ['half a file', '{"class_name": "Sequential", "config": [', /is not whole JSON .*save or download it again/],
    ['nothing', '', /is not whole JSON/],
    ['other JSON', '{"0": ["n01440764", "tench"]}', /not a Keras model's: expected class_name and config/],
    ['a number', '3', /not a Keras model's/],
    ['another model', '{"class_name": "MyModel", "config": {}}', /the model is a MyModel\. Supported: Sequential/],
    ['no layers', '{"class_name": "Sequential", "config": []}', /lists no layers/],
    ['an input alone', JSON.stringify(keras3Sequential([])), /no layer but its input/],
    ['no name', '{"class_name": "Sequential", "config": [{"class_name": "Flatten"}]}', /layer 1 .*no class or no name/],
    ['no input', JSON.stringify(functional([])).replace('"InputLayer"', '"Flatten"'), /no layer input_1 for its input/],
  ])('a file with %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'weights', message: expect.stringMatching(message) });
  });

  it('a file that is not there, with its neighbours', async () => {
    await expect(readArchitectureJson(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringMatching(/none\.json does not exist/),
    });
    await expect(readArchitectureJson(folder)).rejects.toThrow(/cannot be read/);
  });
});
