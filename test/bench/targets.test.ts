// What was promised against what a report says: sums over layers, the faster setting of the rival, and what is missing.
import { describe, expect, it } from 'vitest';
import { compare, convolutionsForward, single } from '../../bench/ratios.js';
import { isTarget, judgeTargets, TARGETS, targetLines } from '../../bench/targets.js';
import { peerOf, reportOf, rowOf } from './reports.js';

const split = (name: string) => [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)] as const;

/** A report in which every target's case takes 10 ms, and TensorFlow.js `ratio` times as long. */
const all = (ratio: number) =>
  reportOf(
    TARGETS.flatMap(({ cases }) => cases.map(({ name }) => rowOf(...split(name), 10, [peerOf(10 * ratio, 10)]))),
  );

describe('a comparison', () => {
  const forward = convolutionsForward(1);

  it('counts a layer as often as VGG16 has it', () => {
    expect(forward.cases.reduce((sum, { times }) => sum + times, 0)).toBe(13);
    const found = compare(forward, all(4));
    expect(found).toMatchObject({ own: 130, theirs: 520, ratio: 4 });
  });

  it('takes the faster of two settings, and no other peer', () => {
    const peers = [peerOf(50, 10), peerOf(30, 10, 'TensorFlow.js WebGPU, other'), peerOf(1, 10, 'TensorFlow.js wasm')];
    expect(compare(single('x', 'op shape'), reportOf([rowOf('op', 'shape', 10, peers)]))).toMatchObject({ ratio: 3 });
  });

  it('goes by the variant that the engine takes', () => {
    const rows = [
      rowOf('op', 'shape', 1, [peerOf(30, 1)], { chosen: false, variant: 'faster' }),
      rowOf('op', 'shape', 10, [peerOf(30, 10)]),
    ];
    expect(compare(single('x', 'op shape'), reportOf(rows))).toMatchObject({ ratio: 3 });
  });

  it('names what is missing, and why', () => {
    const rows = [rowOf('op', 'shape', 10, [peerOf(null, 10)])];
    expect(compare(single('x', 'op shape'), reportOf(rows))).toEqual({
      missing: ['op shape: too large for one binding'],
    });
    expect(compare(single('x', 'op shape'), reportOf([]))).toEqual({ missing: ['op shape: not run'] });
  });
});

describe('the targets', () => {
  it('are asked by kind of adapter', () => {
    const failed = (adapter: string, ratio: number) =>
      judgeTargets({ ...all(ratio), adapter }).filter(({ pass }) => !pass).length;
    expect(failed('llvmpipe-llvm-15', 15)).toBe(0);
    expect(failed('llvmpipe-llvm-15', 14.9)).toBe(6);
    expect(failed('swiftshader-device', 15)).toBe(6);
    expect(failed('swiftshader-device', 30)).toBe(0);
  });

  it('fail where something was not run', () => {
    const outcomes = judgeTargets(reportOf([]));
    expect(outcomes.every(({ pass, reached }) => !pass && reached === '-')).toBe(true);
    expect(targetLines(outcomes)[0]).toMatch(/^FAIL {2}VGG16's 13 convolutions forward, batch 1 .*not run/);
  });

  it('ask a GPU for a share of its ceiling and for pictures a second', () => {
    const rows = [
      rowOf('matmul/nn', '4096^3', 10, [], { gflops: 81 }),
      rowOf('job/vgg16_forward', 'batch 64', 10, [], { picturesPerSecond: 2000 }),
      rowOf('job/vgg16_forward', 'batch 64', 10, [], { picturesPerSecond: 6000, precision: 'f16' }),
    ];
    const own = judgeTargets(reportOf(rows, { kind: 'gpu', adapter: 'nvidia-h200' })).slice(TARGETS.length);
    expect(own.map(({ pass, reached }) => [pass, reached])).toEqual([
      [true, '0.81'],
      [false, '2000 pictures/s'],
      [true, '6000 pictures/s'],
    ]);
    expect(isTarget('matmul/nn 4096^3', 'gpu')).toBe(true);
    expect(isTarget('matmul/nn 4096^3', 'cpu')).toBe(false);
  });
});
