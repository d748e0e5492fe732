// The bench end to end on this adapter: a small op beside TensorFlow.js on the same device, ceilings included.
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { readOptions } from '../../bench/options.js';
import { reportSchema } from '../../bench/report.js';
import { listCases, runBench } from '../../bench/run-bench.js';
import { caseLines } from '../../bench/table.js';

const silent = { say: () => {}, show: () => {} };

it('measures every variant of a case and TensorFlow.js, and says what it ran on', async () => {
  const report = await runBench(readOptions(['--filter', 'softmax/forward', '--rounds', '2']), silent);
  expect(v.parse(reportSchema, JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(report.ceilings.fma).toBeGreaterThan(0);
  expect(report.ceilings.copy).toBeGreaterThan(0);
  expect(report.rows.map(({ variant }) => variant)).toEqual(['naive', 'workgroup', 'online']);
  expect(report.rows.filter(({ chosen }) => chosen)).toHaveLength(1);
  for (const { medianMs, difference, samples, peers } of report.rows) {
    expect(medianMs).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-5);
    expect(samples).toBe(2);
    const [webgpu] = peers;
    expect(webgpu!.name).toMatch(/^TensorFlow\.js 4\.\d+\.\d+ WebGPU$/);
    expect(webgpu!.error).toBeUndefined();
    expect(webgpu!.ratio).toBeCloseTo(webgpu!.medianMs! / medianMs!);
  }
  const lines = caseLines(report.rows);
  expect(lines[0]).toBe('softmax/forward (64, 1000)');
  expect(lines.filter((line) => line.startsWith('*'))).toHaveLength(1);
}, 300_000);

it('lists the cases by importance, and refuses a filter that fits none', async () => {
  const names = await listCases(readOptions(['--targets']));
  expect(names[0]).toMatch(/^conv3x3\/forward conv1_1 1x/);
  expect(names).toContain('job/training_step vgg-mini, batch 32');
  await expect(listCases(readOptions(['--filter', 'nothing is called so']))).rejects.toThrow(/--list prints them all/);
});

it('refuses options that say nothing', () => {
  expect(() => readOptions(['--time', 'long'])).toThrow(/--time must be a number above 0/);
  expect(() => readOptions(['--nonsense'])).toThrow(/nonsense/);
});
