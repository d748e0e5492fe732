// Keras' layers become the engine's and come back; what does not fit is refused by name, place and what is supported.
import { describe, expect, it } from 'vitest';
import {
  Activation,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  type KerasLayer,
  Lambda,
  MaxPooling2D,
  type NewLayer,
  ZeroPadding2D,
} from '../../src/nn/keras-layers.js';
import { lower } from '../../src/nn/lowering.js';
import { raise } from '../../src/nn/raising.js';
import { Sequential } from '../../src/nn/sequential.js';
import { VGG_PREPROCESSING } from '../../src/nn/specification.js';
import { VGG16, vgg16 } from '../../src/nn/vgg16.js';

const usage = (message: RegExp) => expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) });
const modelOf = (...layers: NewLayer[]) => new Sequential({ layers });
const input = { inputShape: [8, 8, 3] } as const;

describe('lowering', () => {
  it('joins padding with its convolution and ReLU with what it follows', () => {
    const model = modelOf(
      Lambda('rescale', input),
      ZeroPadding2D([1, 1]),
      Conv2D(4, [3, 3], { activation: 'relu' }),
      Conv2D(5, 3, { padding: 'same' }),
      Activation('relu'),
      Conv2D(6, 3),
      Activation('linear'),
      Activation('relu'),
      MaxPooling2D(2),
      Flatten(),
      Dense(7, { activation: 'sigmoid' }),
      Dropout(0.25),
      Dense(3, { activation: 'softmax' }),
    );
    const { spec, layerOf, output, shapes } = model.lowered;
    expect(spec.preprocessing).toEqual({ resize: 'nearest', scale: 1 / 255, mean: [0, 0, 0], reverse: false });
    expect(spec.layers).toEqual([
      { kind: 'conv3x3', name: 'conv2d_1', filters: 4, pad: 1, activation: 'relu' },
      { kind: 'conv3x3', name: 'conv2d_2', filters: 5, pad: 1, activation: 'relu' },
      { kind: 'conv3x3', name: 'conv2d_3', filters: 6, pad: 0, activation: 'linear' },
      { kind: 'activation', name: 'activation_3', activation: 'relu' },
      { kind: 'maxPool', name: 'max_pooling2d_1' },
      { kind: 'flatten', name: 'flatten_1' },
      { kind: 'dense', name: 'dense_1', units: 7, activation: 'linear' },
      { kind: 'activation', name: 'dense_1_sigmoid', activation: 'sigmoid' },
      { kind: 'dropout', name: 'dropout_1', rate: 0.25 },
      { kind: 'dense', name: 'dense_2', units: 3, activation: 'linear' },
    ]);
    const none = undefined;
    expect(layerOf).toEqual([none, none, 0, 1, none, 2, none, 3, 4, 5, 6, 8, 9]);
    expect(output).toBe('softmax');
    expect(shapes.map((shape) => shape.join('x'))).toEqual([
      ...['8x8x3', '10x10x3', '8x8x4', '8x8x5', '8x8x5', '6x6x6', '6x6x6', '6x6x6', '3x3x6', '54', '7', '7', '3'],
    ]);
  });

  it('gives logits for each kind of output', () => {
    const ends = (...end: NewLayer[]) => modelOf(Conv2D(4, 3, input), GlobalAveragePooling2D(), ...end).lowered;
    const binary = ends(Dense(1, { activation: 'sigmoid' }));
    expect(binary.output).toBe('sigmoid');
    expect(binary.spec.layers.slice(2)).toEqual([
      { kind: 'dense', name: 'dense_1', units: 1, activation: 'linear' },
      { kind: 'binaryLogits', name: 'dense_1_sigmoid' },
    ]);
    expect(ends(Dense(1), Activation('sigmoid')).spec.layers.at(-1)).toEqual({
      kind: 'binaryLogits',
      name: 'activation_1',
    });
    const apart = ends(Dense(2), Activation('softmax'), Activation('linear'));
    expect([apart.output, apart.spec.layers.at(-1)?.name, apart.layerOf.at(-2)]).toEqual([
      ...['softmax', 'dense_1', undefined],
    ]);
    expect(ends(Activation('softmax')).spec.layers.map(({ kind }) => kind)).toEqual(['conv3x3', 'globalAveragePool']);
    expect(ends(Dense(2)).output).toBe('linear');
    const pixels = modelOf(Conv2D(4, 3, { ...input, activation: 'softmax' })).lowered;
    expect([pixels.output, pixels.spec.layers.at(-1)?.kind], 'no classes').toEqual(['linear', 'activation']);
  });

  it('takes size and resize from the caller first', () => {
    const layers = modelOf(Conv2D(4, 3, input)).layers;
    expect(lower(layers, { inputSize: 16, resize: 'area' }).spec).toMatchObject({
      inputSize: 16,
      preprocessing: { resize: 'area', scale: 1, mean: [0, 0, 0], reverse: false },
    });
  });

  const conv = Conv2D(4, 3, { ...input, name: 'c' });
  const bad = (layer: object) => ({ name: 'bad', ...layer }) as unknown as NewLayer;
  it.each<[string, NewLayer[], RegExp]>([
    ['no size', [Conv2D(4, 3)], /first layer needs the size.*inputShape/],
    ['a size that is none', [Conv2D(4, 3, { inputShape: [1.5, 1.5, 3] })], /side is 1\.5; expected a whole number/],
    [
      'a late Lambda',
      [conv, Lambda('vgg')],
      /Lambda 'lambda_1' \(layer 2 of 2\) is a preprocessing, which comes first/,
    ],
    [
      'padding before nothing',
      [conv, ZeroPadding2D()],
      /ZeroPadding2D 'zero_padding2d_1' \(layer 2 of 2\) stands before the end; expected a Conv2D that is 'valid'/,
    ],
    ['padding before a pool', [conv, ZeroPadding2D(), MaxPooling2D()], /before MaxPooling2D 'max_pooling2d_1'/],
    ['padding twice', [conv, ZeroPadding2D(), ZeroPadding2D(), Conv2D(4)], /before ZeroPadding2D 'zero_padding2d_2'/],
    ['padding before same', [conv, ZeroPadding2D(), Conv2D(4, 3, { padding: 'same' })], /before Conv2D 'conv2d_2'/],
    [
      'padding by 2',
      [conv, bad({ className: 'ZeroPadding2D', padding: 2 }), Conv2D(4)],
      /pads by 2; this engine pads by 1/,
    ],
    [
      'an unknown class',
      [conv, bad({ className: 'BatchNormalization' })],
      /BatchNormalization 'bad' \(layer 2 of 2\) is not supported; there are Lambda, /,
    ],
    [
      'an unknown activation',
      [conv, bad({ className: 'Activation', activation: 'elu' })],
      /'bad' .* has the activation 'elu'; there are relu/,
    ],
    [
      'an unknown padding',
      [bad({ ...Conv2D(4, 3, input), padding: 'causal' })],
      /has the padding 'causal'; there are valid, same/,
    ],
    ['filters', [Conv2D(0, 3, input)], /has 0 filters/],
    ['units', [conv, Flatten(), Dense(2.5)], /Dense 'dense_1' \(layer 3 of 3\) has 2\.5 units/],
    ['a rate', [conv, Dropout(1)], /has the rate 1; expected a share from 0 to below 1/],
    [
      'a dense layer on pictures',
      [conv, Dense(2)],
      /is given \(6, 6, 4\); put Flatten or GlobalAveragePooling2D before it/,
    ],
    [
      'a convolution on features',
      [conv, Flatten(), Conv2D(4)],
      /'conv2d_2' \(layer 3 of 3\) needs pictures .*; it is given \(144\)/,
    ],
    [
      'a convolution on too little',
      [conv, MaxPooling2D(), MaxPooling2D(), Conv2D(4)],
      /is given \(1, 1, 4\), which is too small/,
    ],
    [
      'a pool on too little',
      [conv, MaxPooling2D(), MaxPooling2D(), MaxPooling2D()],
      /MaxPooling2D 'max_pooling2d_3' \(layer 4 of 4\) is given \(1, 1, 4\)/,
    ],
    [
      'several sigmoid units',
      [conv, Flatten(), Dense(3, { activation: 'sigmoid' })],
      /Dense 'dense_1' \(layer 3 of 3\) ends the network with a sigmoid of \(3\); the output is one unit, or softmax/,
    ],
    ['sigmoid pictures', [conv, Activation('sigmoid')], /Activation 'activation_1' .* sigmoid of \(6, 6, 4\)/],
  ])('refuses %s', (_, layers, message) => {
    expect(() => modelOf(...layers).spec).toThrowError(usage(message));
  });

  it('refuses a name twice in a description', () => {
    const twice = { className: 'Dropout', name: 'c', rate: 0.5 } as const satisfies KerasLayer;
    const layers = modelOf(conv).layers;
    expect(() => lower([...layers, twice])).toThrowError(
      usage(/Dropout 'c' \(layer 2 of 2\) has the name of an earlier/),
    );
  });
});

describe('builders', () => {
  it.each<[string, () => NewLayer, RegExp]>([
    [
      '5x5 kernels',
      () => Conv2D(4, [5, 5], { name: 'wide' }),
      /Conv2D 'wide' has a kernel of 5x5; this engine has 3x3/,
    ],
    ['strides', () => Conv2D(4, 3, { strides: [2, 2] }), /Conv2D has a stride of 2x2; this engine has 1x1/],
    ['pools', () => MaxPooling2D([3, 3]), /MaxPooling2D has a window of 3x3; this engine has 2x2/],
    ['overlapping pools', () => MaxPooling2D(2, { strides: 1 }), /a stride of 1x1; this engine has 2x2/],
    ['paddings', () => ZeroPadding2D([2, 1]), /a padding of 2x1; this engine has 1x1/],
    [
      'oblong pictures',
      () => Conv2D(4, 3, { inputShape: [8, 9, 3] }),
      /an input of \(8, 9, 3\); pictures are square and RGB/,
    ],
    ['grey pictures', () => Lambda('vgg', { inputShape: [8, 8, 1] }), /an input of \(8, 8, 1\)/],
    [
      'preprocessings',
      () => Lambda('caffe' as 'vgg'),
      /Lambda runs no preprocessing 'caffe'; there are vgg, rescale, none/,
    ],
  ])('refuse other %s', (_, layer, message) => {
    expect(layer).toThrowError(usage(message));
  });
});

describe('raising', () => {
  const { scale, mean, reverse } = VGG_PREPROCESSING;

  it('gives VGG16 as Keras has it', () => {
    const layers = raise(vgg16({ ...VGG16, inputSize: 64 }));
    expect(layers[0]).toEqual({
      ...{ className: 'Lambda', name: 'preprocessing', inputSize: 64 },
      preprocessing: { scale, mean, reverse },
    });
    expect(layers[1]).toEqual({
      ...{ className: 'Conv2D', name: 'block1_conv1', filters: 64, padding: 'same', activation: 'relu' },
    });
    expect(layers.at(-1)).toEqual({ className: 'Dense', name: 'predictions', units: 1000, activation: 'softmax' });
    expect(layers).toHaveLength(25);
  });

  it.each<[string, NewLayer[]]>([
    [
      'a sigmoid unit',
      [Conv2D(4, 3, { ...input, activation: 'sigmoid' }), Flatten(), Dense(1, { activation: 'sigmoid' })],
    ],
    ['activations apart', [Conv2D(4, 3, input), Activation('softmax'), Flatten(), Dense(1), Activation('sigmoid')]],
    [
      'pooled logits',
      [Lambda('rescale', input), Conv2D(4, 3, { padding: 'same' }), GlobalAveragePooling2D(), Activation('softmax')],
    ],
    ['logits', [Lambda('vgg', input), Conv2D(4, 3), Dropout(0.5), MaxPooling2D(), Flatten(), Dense(3)]],
    ['pictures', [Lambda('vgg', input), Conv2D(4, 3), MaxPooling2D()]],
  ])('and lowering again gives the same network: %s', (_, layers) => {
    const { spec, output } = modelOf(...layers).lowered;
    const again = lower(raise(spec, output));
    expect(again.spec).toEqual(spec);
    expect(again.output).toBe(output);
  });

  it('refuses what Keras has not', () => {
    const spec = vgg16({ ...VGG16, inputSize: 64 });
    const standardised = { ...spec, layers: [{ kind: 'standardize', name: 's' } as const, ...spec.layers] };
    expect(() => raise(standardised)).toThrowError(usage(/Layer s standardises its inputs/));
  });
});
