// The report's rows: shape of the JSON, what stands for what was not measured, and shares of the ceilings.
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Case, Entrant } from '../../bench/case.js';
import { shareOf } from '../../bench/ceilings.js';
import type { Entry } from '../../bench/measure.js';
import { reportSchema, rowsOf } from '../../bench/report.js';
import { reportOf } from './reports.js';

const test: Case = {
  ...{ op: 'matmul/nn', shape: '8^3', flops: 1e9, bytes: 1e6, pictures: 4, importance: 1 },
  open: () => Promise.reject(new Error('not opened here')),
};
const entrant = (name: string, peer: boolean): Entrant => ({
  ...{ name, peer, chosen: name === 'tiled', precision: 'f32' },
  open: () => Promise.reject(new Error('not opened here')),
});
const entry = (name: string, peer: boolean, median: number, more: Partial<Entry> = {}): Entry => ({
  ...{ entrant: entrant(name, peer), median, spread: 0.1, samples: 5, kernel: Number.NaN, readBack: 1, error: 1e-6 },
  ...more,
});
const ceilings = { fma: 2000, copy: 100 };

describe('rows of a case', () => {
  const wrong = { samples: 0, spread: Number.NaN, readBack: Number.NaN, problem: 'differs' };
  const rows = rowsOf(
    test,
    [
      entry('naive', false, Number.NaN, wrong),
      entry('tiled', false, 2, { kernel: 1.5 }),
      entry('TensorFlow.js', true, 6),
      entry('another', true, Number.NaN, wrong),
    ],
    ceilings,
  );

  it('are one a variant, each with all peers', () => {
    expect(rows.map(({ variant }) => variant)).toEqual(['naive', 'tiled']);
    expect(rows[1]).toMatchObject({
      ...{ op: 'matmul/nn', shape: '8^3', chosen: true, medianMs: 2, kernelMs: 1.5, picturesPerSecond: 2000 },
      ...{ gflops: 500, gbps: 0.5, share: 0.25 },
    });
    expect(rows[1]!.peers).toMatchObject([
      { name: 'TensorFlow.js', medianMs: 6, ratio: 3 },
      { name: 'another', medianMs: null, ratio: null, error: 'differs' },
    ]);
  });

  it('have null and no key for what was not measured, and the reason', () => {
    expect(rows[0]).toMatchObject({ medianMs: null, gflops: null, share: null, error: 'differs' });
    expect(rows[0]).not.toHaveProperty('kernelMs');
    expect(rows[0]!.peers[0]!.ratio).toBeNull();
  });

  it('make a report that is JSON of its schema', () => {
    const report = reportOf(rows, { ceilings });
    expect(v.parse(reportSchema, JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(v.safeParse(reportSchema, { ...report, rows: [{ ...rows[1], gflops: '500' }] }).success).toBe(false);
    expect(v.safeParse(reportSchema, { ...report, extra: 1 }).success).toBe(false);
  });
});

describe('the share of the ceilings', () => {
  it('is held against the one that bounds the work', () => {
    const busy = { flops: 2e9, bytes: 1 };
    const moving = { flops: 1, bytes: 1e9 };
    expect(shareOf(ceilings, busy, 2, 'f32')).toBeCloseTo(0.5);
    expect(shareOf(ceilings, moving, 40, 'f32')).toBeCloseTo(0.25);
    expect(shareOf({ ...ceilings, fmaF16: 4000 }, busy, 2, 'f16')).toBeCloseTo(0.25);
    expect(shareOf(ceilings, { flops: Number.NaN, bytes: 1 }, 1, 'f32')).toBeNaN();
  });
});
