// The lines that --profile prints.
import { expect, it } from 'vitest';
import { breakDown } from '../../src/profile/breakdown.js';
import { breakdownLines, formatTime } from '../../src/profile/table.js';
import { dispatch, profileOf, span } from './samples.js';

const conv = { kernel: 'conv3x3/forward', variant: 'winograd4' };

it('says where the time went, in lines', () => {
  const records = [
    dispatch(2000, 10_000, { ...conv, flops: 8e12, bytes: 8e9 }),
    dispatch(10_000, 11_000, { phase: 'backward' }),
  ];
  const spans = [
    span('decode wait', 0, 1500),
    span('read-back', 2100, 11_100, 'loop', 1000),
    span('decode', 0, 3000, 'decode'),
    span('decode', 0, 2300, 'decode'),
  ];
  expect(breakdownLines(breakDown(profileOf(12_000, records, spans)), 'epoch 1')).toEqual([
    "Where epoch 1's 12.0 s went: forward 8.00 s, backward 1.00 s, GPU idle 3.00 s (decode wait 1.50 s, other 1.40 s, read-back 100 ms)",
    '  2 dispatches in 1 submit; 2.0 MB uploaded, 0.0 MB read back',
    '  The host, some of it while the GPU worked: read-back 9.00 s, decode wait 1.50 s',
    '  Threads beside it, added up: decode 5.30 s in 2 pieces',
    '    share      time     runs   GFLOP/s     GB/s  kernel',
    '    88.9%    8.00 s        1     1,000     1.00  conv3x3/forward/winograd4',
    '    11.1%    1.00 s        1         -        -  relu/forward/vec4',
  ]);
});

it('shows the top kernels and sums the others', () => {
  const records = Array.from({ length: 11 }, (_, i) => dispatch(i, i + 1, { kernel: `k/${i}` }));
  const lines = breakdownLines(breakDown(profileOf(11, records, [])), 'a step');
  expect(lines[0]).toBe("Where a step's 11 ms went: forward 11 ms");
  expect(lines.length).toBe(2 + 1 + 8 + 1);
  expect(lines.at(-1)).toBe('    27.3%    3.0 ms        3                     3 others');
});

it('sums up what is too little to matter, and shows what sums to much', () => {
  const phases = ['forward', 'metrics', 'update', 'other'];
  const records = phases.map((phase, i) => dispatch(i === 0 ? 0 : 996 + i, 997 + i, { phase, run: i }));
  const spans = Array.from({ length: 300 }, (_, i) => span(`wait ${i}`, 1000 + i, 1001 + i));
  const [first, , host] = breakdownLines(breakDown(profileOf(1300, records, spans)), 'a step');
  expect(first).toBe("Where a step's 1.30 s went: forward 997 ms, the rest 3.0 ms, GPU idle 300 ms (the rest 300 ms)");
  expect(host).toMatch(/^ +share/);
  const one = breakdownLines(
    breakDown(profileOf(1000, [dispatch(0, 998), dispatch(998, 1000, { phase: 'update' })], [])),
    'it',
  );
  expect(one[0]).toBe("Where it's 1.00 s went: forward 998 ms, update 2.0 ms");
});

it('says how many dispatches and submits a step of training takes, and their mean where steps differ', () => {
  const lineFor = (count: number, dispatches: number, submits: number) =>
    breakdownLines(
      breakDown({ ...profileOf(1, [dispatch(0, 1)], []), steps: { count, dispatches, submits } }),
      'it',
    )[2];
  expect(lineFor(19, 19 * 31, 38)).toBe('  19 steps of training, each with 31 dispatches in 2 submits');
  expect(lineFor(3, 100, 3)).toBe('  3 steps of training, each with 33.3 dispatches in 1 submit');
  expect(lineFor(1, 1234, 7)).toBe('  1 step of training, with 1,234 dispatches in 7 submits');
  expect(lineFor(0, 0, 0)).toMatch(/share/);
});

it('says that the times are missing where the adapter cannot measure them', () => {
  const untimed = dispatch(0, 1, { startNs: undefined, endNs: undefined });
  const profile = { ...profileOf(1000, [untimed], [span('read-back', 0, 900)]), clock: undefined };
  expect(breakdownLines(breakDown(profile), 'epoch 2')).toEqual([
    "Where epoch 2's 1.00 s went: read-back 900 ms, other 100 ms",
    '  1 dispatch in 1 submit; 2.0 MB uploaded, 0.0 MB read back',
    '  This adapter has no timestamp queries (timestamp-query), so the times of the GPU itself are missing.',
  ]);
});

it('of nothing says so', () => {
  expect(breakdownLines(breakDown(profileOf(0, [], [])), 'it')).toEqual([
    "Where it's 0 µs went: nothing was recorded",
    '  0 dispatches in 0 submits; 2.0 MB uploaded, 0.0 MB read back',
  ]);
});

it('gives times three digits or fewer', () => {
  expect([0, 0.0000123, 0.0004, 0.00996, 0.045, 0.9994, 0.9996, 9.994, 9.996, 320].map(formatTime)).toEqual([
    '0 µs',
    '12 µs',
    '0.4 ms',
    '10 ms',
    '45 ms',
    '999 ms',
    '1.00 s',
    '9.99 s',
    '10.0 s',
    '320.0 s',
  ]);
});
