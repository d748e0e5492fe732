// The Chrome trace: the fields its format demands, events that lie within each other on every thread, and nothing lost.
import { describe, expect, it } from 'vitest';
import { type TraceEvent, toChromeTrace } from '../../src/profile/chrome-trace.js';
import { dispatch, span } from './samples.js';

const winograd = { kernel: 'conv3x3/forward', variant: 'winograd4', dims: { N: 1, K: 16 }, run: 5 };
const records = [
  dispatch(10, 12),
  dispatch(12, 14, { ...winograd, pass: 'first.wgsl', flops: 6e6, bytes: 100, phase: 'backward' }),
  dispatch(13, 15, { ...winograd, pass: 'second.wgsl', phase: 'backward', workgroups: [3, 2, 1] }),
];
const spans = [
  span('read-back', 11, 16, 'loop', 64),
  span('submit', 11, 12),
  span('decode', 8, 12, 'decode'),
  span('decode', 9, 10, 'decode'),
  span('decode', 12, 13, 'decode'),
];
const { traceEvents, displayTimeUnit } = toChromeTrace(records, spans);
const stretches = traceEvents.filter(({ ph }) => ph === 'X');

function thread(name: string): TraceEvent[] {
  const meta = traceEvents.find((event) => event.name === 'thread_name' && event.args.name === name)!;
  return stretches.filter(({ pid, tid }) => pid === meta.pid && tid === meta.tid);
}

describe('a trace', () => {
  it('has the fields that the format demands, in microseconds from the first event', () => {
    expect(displayTimeUnit).toBe('ms');
    for (const event of traceEvents) {
      expect(event).toMatchObject({ ph: expect.stringMatching(/^[XM]$/), name: expect.any(String) });
      expect([event.pid, event.tid].every(Number.isInteger)).toBe(true);
    }
    for (const { ts, dur } of stretches) {
      expect(ts).toBeGreaterThanOrEqual(0);
      expect(dur).toBeGreaterThanOrEqual(0);
    }
    expect(Math.min(...stretches.map(({ ts }) => ts!))).toBe(0);
    expect(thread('kernels')[0]).toMatchObject({ ts: 2000, dur: 2000, cat: 'kernel' });
    expect(JSON.parse(JSON.stringify({ traceEvents }))).toEqual({ traceEvents });
  });

  it('names its processes and threads', () => {
    const names = traceEvents.filter(({ ph }) => ph === 'M').map(({ name, args }) => `${name} ${args.name}`);
    expect(names).toEqual([
      ...['process_name GPU', 'thread_name phases', 'thread_name kernels'],
      ...['process_name host', 'thread_name decode 1', 'thread_name decode 2', 'thread_name loop'],
    ]);
  });

  it('shows a run with what it was, and its passes within it', () => {
    const [single, whole, ...passes] = thread('kernels');
    expect(single).toMatchObject({ name: 'relu/forward/vec4', args: { pass: 'relu/forward/2_vec4.wgsl' } });
    expect(whole).toMatchObject({
      ...{ name: 'conv3x3/forward/winograd4', ts: 4000, dur: 3000 },
      args: {
        dims: winograd.dims,
        variant: 'winograd4',
        bytes: 100,
        flops: 6e6,
        gflops: 2,
        phase: 'backward',
        passes: 2,
      },
    });
    expect(passes).toMatchObject([
      { name: 'first.wgsl', ts: 4000, dur: 2000 },
      { name: 'second.wgsl', ts: 6000, dur: 1000, args: { workgroups: [3, 2, 1] } },
    ]);
    expect(thread('phases')).toMatchObject([
      { name: 'forward', dur: 2000 },
      { name: 'backward', dur: 3000, args: { dispatches: 2 } },
    ]);
  });

  it('keeps events of a thread within each other', () => {
    expect(thread('loop').map(({ name }) => name)).toEqual(['read-back', 'submit']);
    expect(thread('loop')[0]!.args).toEqual({ bytes: 64 });
    expect(thread('decode 1').map(({ ts }) => ts)).toEqual([0, 4000]);
    expect(thread('decode 2').map(({ ts }) => ts)).toEqual([1000]);
    const crossing = toChromeTrace([], [span('a', 0, 5), span('b', 3, 8)]).traceEvents;
    expect(crossing.filter(({ ph }) => ph === 'X').map(({ tid }) => tid)).toEqual([1, 2]);
  });

  it('leaves dispatches without times out, and can be empty', () => {
    const untimed = dispatch(0, 1, { startNs: undefined, endNs: undefined });
    expect(toChromeTrace([untimed], spans).traceEvents.some(({ args }) => args.name === 'GPU')).toBe(false);
    expect(toChromeTrace([], [])).toEqual({ displayTimeUnit: 'ms', traceEvents: [] });
  });
});
