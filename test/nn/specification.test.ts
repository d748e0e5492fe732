// What a description says of a network: shapes, parameters, multiply-adds, and what a finetune makes of it.
import { describe, expect, it } from 'vitest';
import { describeLayers, type NetworkSpec } from '../../src/nn/specification.js';
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
    const spec = vgg16({ ...VGG16, inputSize: 16 });
    expect(() => describeLayers(spec)).toThrow(/Layer block5_pool \(maxPool\) cannot take an input of \(1, 1, 512\)/);
    const bare = { ...smallSpec(), inputSize: 2, layers: [{ ...smallSpec().layers[0]!, pad: 0 } as never] };
    expect(() => describeLayers(bare)).toThrow(/block1_conv1.*\(2, 2, 3\)/);
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
  });
});
