// Where time goes, added up: every moment counts once, and the parts come to the whole.
import { describe, expect, it } from 'vitest';
import { reluForward } from '../../src/kernels/relu.js';
import { run } from '../../src/kernels/run.js';
import { type Breakdown, breakDown } from '../../src/profile/breakdown.js';
import { layFlat } from '../../src/profile/host-timeline.js';
import { useGpu } from '../gpu.js';
import { dispatch, profileOf, span } from './samples.js';

/** Milliseconds by name, rounded to whole nanoseconds. */
const inMilliseconds = (shares: readonly { name: string; seconds: number | undefined }[]) =>
  Object.fromEntries(shares.map(({ name, seconds }) => [name, Math.round(seconds! * 1e9) / 1e6]));

const total = ({ phases, idle }: Breakdown) =>
  [...phases, ...idle].reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);

describe('a breakdown', () => {
  it('gives the GPU its dispatches, and the rest to what the host did meanwhile', () => {
    const spans = [span('decode wait', 0, 10), span('upload', 12, 14), span('read-back', 15, 40)];
    const records = [dispatch(16, 20), dispatch(20, 30, { phase: 'backward' })];
    const breakdown = breakDown(profileOf(45, records, spans));
    expect(breakdown.seconds).toBe(0.045);
    expect(inMilliseconds(breakdown.phases)).toEqual({ forward: 4, backward: 10 });
    expect(breakdown.phases.map(({ dispatches }) => dispatches)).toEqual([1, 1]);
    expect(inMilliseconds(breakdown.idle)).toEqual({ 'read-back': 11, 'decode wait': 10, other: 8, upload: 2 });
    expect(breakdown.idle[0]!.name).toBe('read-back');
    expect(total(breakdown)).toBeCloseTo(0.045, 12);
    expect(inMilliseconds(breakdown.host)).toEqual({ 'decode wait': 10, upload: 2, 'read-back': 25 });
    expect(breakdown).toMatchObject({ timed: true, clockAccuracySeconds: 1e-4 });
    expect(breakdown.counts).toEqual({ dispatches: 2, submits: 1 });
  });

  it('counts two waits for the device at once as one', () => {
    const spans = [span('read-back', 0, 10), span('read-back', 4, 14), span('read-back', 20, 21)];
    expect(inMilliseconds(breakDown(profileOf(30, [], spans)).host)).toEqual({ 'read-back': 15 });
  });

  it('counts a stretch that two dispatches share once, for the earlier', () => {
    const records = [dispatch(0, 10), dispatch(2, 12, { phase: 'backward' }), dispatch(3, 8, { phase: 'update' })];
    const { phases } = breakDown(profileOf(12, records, []));
    expect(inMilliseconds(phases)).toEqual({ forward: 10, backward: 2, update: 0 });
  });

  it('tells pauses within a submit from waiting for the host', () => {
    const records = [dispatch(1, 2), dispatch(4, 5), dispatch(9, 10, { submit: 1 })];
    const breakdown = breakDown(profileOf(10, records, [span('read-back', 0, 10)]));
    expect(inMilliseconds(breakdown.idle)).toEqual({ 'between dispatches': 2, 'read-back': 5 });
    expect(total(breakdown)).toBeCloseTo(0.01, 12);
  });

  it('sums kernels by variant, with their rates once a run, the longest first', () => {
    const conv = { kernel: 'conv3x3/forward', variant: 'winograd4', run: 7 };
    const records = [
      dispatch(0, 1, { flops: 5, bytes: 6 }),
      dispatch(1, 3, { ...conv, flops: 100, bytes: 10 }),
      dispatch(3, 5, conv),
      dispatch(5, 6, { flops: 5, bytes: 6 }),
    ];
    const { kernels } = breakDown(profileOf(6, records, []));
    expect(kernels).toEqual([
      { kernel: conv.kernel, variant: conv.variant, seconds: 0.004, runs: 1, dispatches: 2, flops: 100, bytes: 10 },
      { kernel: 'relu/forward', variant: 'vec4', seconds: 0.002, runs: 2, dispatches: 2, flops: 10, bytes: 12 },
    ]);
  });

  it('adds the threads beside the loop up, and leaves them out of what the loop waited for', () => {
    const spans = [span('decode', 0, 8, 'decode', 100), span('decode', 1, 9, 'decode', 100), span('decode wait', 0, 3)];
    const breakdown = breakDown(profileOf(10, [dispatch(3, 9)], spans));
    expect(breakdown.host).toContainEqual({ name: 'decode', thread: 'decode', seconds: 0.016, count: 2, bytes: 200 });
    expect(inMilliseconds(breakdown.idle)).toEqual({ 'decode wait': 3, other: 1 });
  });

  it('divides all of the time by what the host did where dispatches have no times', () => {
    const untimed = { startNs: undefined, endNs: undefined };
    const profile = profileOf(10, [dispatch(3, 9, untimed)], [span('read-back', 2, 9)]);
    const breakdown = breakDown({ ...profile, clock: undefined });
    expect(breakdown).toMatchObject({ timed: false, clockAccuracySeconds: undefined });
    expect(breakdown.phases).toEqual([{ name: 'forward', seconds: undefined, dispatches: 1 }]);
    expect(breakdown.kernels[0]).toMatchObject({ seconds: undefined, runs: 1 });
    expect(inMilliseconds(breakdown.idle)).toEqual({ 'read-back': 7, other: 3 });
  });

  it('of nothing is nothing', () => {
    expect(breakDown(profileOf(0, [], []))).toMatchObject({ seconds: 0, phases: [], idle: [], host: [], kernels: [] });
  });
});

it('spans within each other are laid flat: the inner one counts', () => {
  const spans = [
    span('outer', 0, 10),
    span('inner', 2, 6),
    span('innermost', 3, 4),
    span('inner', 6, 7),
    span('b', 12, 13),
  ];
  expect(layFlat(spans).map(({ name, startNs, endNs }) => [name, startNs / 1e6, endNs / 1e6])).toEqual([
    ['outer', 0, 2],
    ['inner', 2, 3],
    ['innermost', 3, 4],
    ['inner', 4, 6],
    ['inner', 6, 7],
    ['outer', 7, 10],
    ['b', 12, 13],
  ]);
});

describe('of a real run', () => {
  const gpu = useGpu();

  it('comes to the wall time', async () => {
    const count = 2 ** 16;
    const [x, y] = [gpu().pool.take(4 * count, 'x'), gpu().pool.take(4 * count, 'y')];
    const begun = performance.now();
    gpu().profiler.start();
    for (let step = 0; step < 3; step++) {
      gpu().write(x, new Float32Array(count).fill(step));
      for (let i = 0; i < 4; i++) gpu().profiler.phase('forward', () => run(gpu(), reluForward, { count }, { x, y }));
      await gpu().read(y, 0, 4);
      await gpu().profiler.span('decode wait', () => new Promise((done) => setTimeout(done, 20)));
    }
    const breakdown = breakDown(await gpu().profiler.stop());
    const wall = (performance.now() - begun) / 1000;
    expect(breakdown.timed).toBe(true);
    expect(breakdown.seconds).toBeLessThanOrEqual(wall);
    expect(total(breakdown)).toBeCloseTo(breakdown.seconds, 9);
    expect(breakdown.phases).toEqual([{ name: 'forward', seconds: expect.any(Number), dispatches: 12 }]);
    expect(breakdown.phases[0]!.seconds).toBeGreaterThan(0);
    const waited = breakdown.idle.find(({ name }) => name === 'decode wait')!.seconds;
    expect(waited).toBeGreaterThan(0.05);
    expect(waited).toBeLessThan(breakdown.seconds);
    expect(breakdown.bytes).toEqual({ uploaded: 3 * 4 * count, read: 12 });
    expect(breakdown.host.find(({ name }) => name === 'upload')).toMatchObject({ count: 3, bytes: 3 * 4 * count });
    for (const block of [x, y]) gpu().pool.give(block);
  });
});
