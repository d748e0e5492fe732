// What a description says of a network: shapes, parameters, multiply-adds, and what a finetune makes of it.
import { describe, expect, it } from 'vitest';
import { classesOf, describeLayers, type LayerSpec, type NetworkSpec } from '../../src/nn/specification.js';
import { finetuned, VGG16, vgg16 } from '../../src/nn/vgg16.js';
import { smallSpec } from './small-network.js';

const whole = vgg16(VGG16);
const names = ({ layers }: NetworkSpec) => layers.map(({ name }) => name);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const usage = (message: RegExp) => expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) });

describe('VGG16', () => {
  it('has the published parameters and multiply-adds', () => {
    const facts = describeLayers(whole);
    expect(sum(facts.map(({ parameters }) => parameters))).toBe(138_357_544);
    expect(sum(facts.map(({ multiplyAdds }) => multiplyAdds))).toBe(15_470_264_320);
    expect(facts.filter(({ layer }) => layer.kind === 'conv3x3').length).toBe(13);
    const output = (name: string) => facts.find(({ layer }) => layer.name === name)?.output;
    expect(output('block1_conv2')).toEqual([224, 224, 64]);
    expect(output('block5_pool')).toEqual([7, 7, 512]);
    expect(output('flatten')).toEqual([25_088]);
    expect(output('predictions')).toEqual([1000]);
    expect(facts.find(({ layer }) => layer.name === 'fc1')?.parameters).toBe(102_764_544);
  });

  it('is these layers, under these names, in this order', () => {
    const conv = (name: string, filters: number) =>
      ({ kind: 'conv3x3', name, filters, pad: 1, activation: 'relu' }) as const;
    const pool = (block: number) => ({ kind: 'maxPool', name: `block${block}_pool` }) as const;
    const expected: NetworkSpec = {
      inputSize: 224,
      preprocessing: { resize: 'nearest', scale: 1, mean: [123.68, 116.779, 103.939], reverse: true },
      layers: [
        ...[conv('block1_conv1', 64), conv('block1_conv2', 64), pool(1)],
        ...[conv('block2_conv1', 128), conv('block2_conv2', 128), pool(2)],
        ...[conv('block3_conv1', 256), conv('block3_conv2', 256), conv('block3_conv3', 256), pool(3)],
        ...[conv('block4_conv1', 512), conv('block4_conv2', 512), conv('block4_conv3', 512), pool(4)],
        ...[conv('block5_conv1', 512), conv('block5_conv2', 512), conv('block5_conv3', 512), pool(5)],
        { kind: 'flatten', name: 'flatten' },
        { kind: 'dense', name: 'fc1', units: 4096, activation: 'relu' },
        { kind: 'dropout', name: 'dropout1', rate: 0.5 },
        { kind: 'dense', name: 'fc2', units: 4096, activation: 'relu' },
        { kind: 'dropout', name: 'dropout2', rate: 0.5 },
        { kind: 'dense', name: 'predictions', units: 1000, activation: 'linear' },
      ],
    };
    expect(whole).toStrictEqual(expected);
    expect(JSON.stringify(whole), 'as the keys of caches have it').toBe(JSON.stringify(expected));
  });

  it('ends where its sizes end', () => {
    const cut = (filters: number, units: number) =>
      names(vgg16({ inputSize: 64, filters: VGG16.filters.slice(0, filters), units: VGG16.units.slice(0, units) }));
    expect(cut(1, 0)).toEqual(['block1_conv1']);
    expect(cut(2, 0)).toEqual(['block1_conv1', 'block1_conv2', 'block1_pool']);
    expect(cut(6, 0).at(-1)).toBe('block3_conv2');
    expect(cut(13, 0).at(-1)).toBe('block5_pool');
    expect(cut(13, 1).slice(-3)).toEqual(['flatten', 'fc1', 'dropout1']);
    expect(cut(13, 3).slice(-4)).toEqual(['dropout1', 'fc2', 'dropout2', 'predictions']);
  });

  it('cannot take a picture that its pools use up', () => {
    const small = { ...whole, inputSize: 16 };
    expect(() => describeLayers(small)).toThrow(/Layer block5_pool \(maxPool\) cannot take an input of \(1, 1, 512\)/);
    expect(() => vgg16({ ...VGG16, inputSize: 16 })).toThrowError(
      usage(/MaxPooling2D 'block5_pool' \(layer 32 of 38\) is given \(1, 1, 512\), which is too small/),
    );
    const bare = { ...smallSpec(), inputSize: 2, layers: [{ ...smallSpec().layers[0]!, pad: 0 } as never] };
    expect(() => describeLayers(bare)).toThrow(/block1_conv1.*\(2, 2, 3\)/);
  });
});

describe('classesOf', () => {
  it('counts the logits of a network, where it ends in some', () => {
    const cut = (count: number) => classesOf({ ...whole, layers: whole.layers.slice(0, count) });
    expect(classesOf(whole)).toBe(1000);
    expect(cut(23), 'behind a dropout').toBe(undefined);
    expect(cut(19), 'flattened pictures').toBe(undefined);
    expect(cut(18), 'pictures').toBe(undefined);
    const average: LayerSpec = { kind: 'globalAveragePool', name: 'gap' };
    expect(classesOf({ ...whole, layers: [...whole.layers.slice(0, 3), average] })).toBe(64);
    const one: LayerSpec = { kind: 'dense', name: 'one', units: 1, activation: 'linear' };
    const binary: LayerSpec = { kind: 'binaryLogits', name: 'binary' };
    expect(classesOf({ ...whole, layers: [...whole.layers, one, binary] })).toBe(2);
    const wrong = { ...whole, layers: [...whole.layers, binary] };
    expect(() => describeLayers(wrong)).toThrow(/Layer binary \(binaryLogits\) cannot take an input of \(1000\)/);
  });
});

describe('finetuned', () => {
  it('replaces the last dense layer, as lesson 1 does', () => {
    const { spec, kept } = finetuned(whole, 2);
    expect(kept).toBe(whole.layers.length - 1);
    expect(spec.layers.slice(0, kept)).toEqual(whole.layers.slice(0, kept));
    expect(spec.layers.at(-1)).toEqual({ kind: 'dense', name: 'predictions', units: 2, activation: 'linear' });
  });

  it('cuts after a layer and puts a standardised head behind', () => {
    const gap = finetuned(whole, 5, { layer: 'block2_pool', head: 'gap' });
    expect(names(gap.spec)).toEqual([
      ...['block1_conv1', 'block1_conv2', 'block1_pool', 'block2_conv1', 'block2_conv2', 'block2_pool'],
      ...['global_average_pooling2d', 'standardize', 'predictions'],
    ]);
    expect(gap.kept).toBe(6);
    const fc = finetuned(whole, 5, { layer: 'block5_conv1', head: 'fc' });
    expect(names(fc.spec).slice(fc.kept)).toEqual(['flatten', 'standardize', 'fc1', 'dropout1', 'predictions']);
    expect(describeLayers(fc.spec).at(-1)?.output).toEqual([5]);
  });

  it('says where it can cut', () => {
    expect(() => finetuned(whole, 2, { layer: 'block9_pool', head: 'gap' })).toThrowError(
      usage(/Cannot cut at 'block9_pool': .*block1_conv1, .*block5_pool\./),
    );
    expect(() => finetuned(whole, 2, { layer: 'fc1', head: 'gap' })).toThrowError(usage(/Cannot cut at 'fc1'/));
    const short = vgg16({ ...VGG16, filters: VGG16.filters.slice(0, 4), units: [] });
    expect(() => finetuned(short, 2)).toThrowError(usage(/end at block2_pool.*--cut block2_pool --head gap/));
    const averaged = { ...short, layers: [...short.layers, { kind: 'globalAveragePool', name: 'gap' } as const] };
    expect(() => finetuned(averaged, 2)).toThrowError(usage(/end at gap, .*--cut block2_pool --head gap/));
  });

  it('replaces one sigmoid unit together with its two logits', () => {
    const layers = [...whole.layers.slice(0, -1), { ...whole.layers.at(-1)!, units: 1 } as LayerSpec];
    const binary: NetworkSpec = {
      ...whole,
      layers: [...layers, { kind: 'binaryLogits', name: 'predictions_sigmoid' }],
    };
    const { spec, kept } = finetuned(binary, 2);
    expect(spec).toEqual(finetuned(whole, 2).spec);
    expect(kept).toBe(whole.layers.length - 1);
  });

  it('keeps the activation that belongs to the layer, and gives no name twice', () => {
    const layers: LayerSpec[] = [
      { kind: 'conv3x3', name: 'fc1', filters: 4, pad: 1, activation: 'linear' },
      { kind: 'activation', name: 'fc1_sigmoid', activation: 'sigmoid' },
      { kind: 'activation', name: 'apart', activation: 'sigmoid' },
    ];
    const { spec, kept } = finetuned({ ...whole, layers }, 2, { layer: 'fc1', head: 'fc' });
    expect(kept).toBe(2);
    expect(names(spec).slice(0, 5)).toEqual(['fc1', 'fc1_sigmoid', 'flatten', 'standardize', 'fc1_1']);
  });

  it('cuts by name in a network that has other layers between its convolutions', () => {
    const between: LayerSpec = { kind: 'dropout', name: 'dropout_1', rate: 0.25 };
    const layers = [...whole.layers.slice(0, 3), between, ...whole.layers.slice(3)];
    const { spec, kept } = finetuned({ ...whole, layers }, 2, { layer: 'block2_conv1', head: 'gap' });
    expect(names(spec).slice(0, kept)).toEqual([
      ...['block1_conv1', 'block1_conv2', 'block1_pool', 'dropout_1', 'block2_conv1'],
    ]);
  });
});
