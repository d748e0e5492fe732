// `vggpu trace`: the command does what it does, and every dispatch of it is in the file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addTrace } from '../../src/cli/trace.js';
import type { ChromeTrace } from '../../src/profile/chrome-trace.js';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runCommand } from './in-process.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const weights = at('vgg.h5');
const trace = (...words: string[]) => runCommand(addTrace, 'trace', ...words);
const kernelsIn = (file: string) => {
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as ChromeTrace;
  return traceEvents.filter(({ cat, args }) => cat === 'kernel' && 'variant' in args);
};

beforeAll(async () => {
  await writeSample(weights, sampleVgg16(), { channelsFirst: true, rotated: true });
  await writeColours(at('train'), 4, 1);
});

describe('vggpu trace', () => {
  it('traces predict: its answers and the top kernels on stdout, each run in the file with times, shape and bytes', async () => {
    const [picture] = readdirSync(at('train/red'));
    const path = join(at('train/red'), picture!);
    const { stdout } = await trace('predict', path, '--weights', weights, '--top', '2', '--out', at('predict.json'));
    expect(stdout).toContain(path);
    expect(stdout.match(/^ {2}[01]\.\d{4} {2}/gm)).toHaveLength(2);
    expect(stdout).toMatch(/share +time +runs +GFLOP\/s +GB\/s +kernel/);
    expect(stdout).toMatch(/\d+\.\d% +[\d.]+ \S+ +\d+ .* conv3x3\/forward/);
    const runs = kernelsIn(at('predict.json'));
    expect(stdout).toMatch(/Wrote .*predict\.json: \d+ dispatches/);
    const convolutions = runs.filter(({ name }) => name.startsWith('conv3x3/'));
    expect(convolutions.length).toBeGreaterThanOrEqual(13);
    for (const { ts, dur, args } of runs) {
      expect(ts).toBeGreaterThanOrEqual(0);
      expect(dur).toBeGreaterThanOrEqual(0);
      expect(args.bytes).toBeGreaterThan(0);
      expect(Object.keys(args.dims as object).length).toBeGreaterThan(0);
    }
    expect(convolutions[0]!.args.dims).toMatchObject({ C: 3, pad: 1 });
  });

  it('traces finetune, whose own --out stays its own', async () => {
    const sets = ['--train', at('train'), '--valid', at('train'), '--weights', weights];
    const head = ['--cut', 'block1_pool', '--head', 'gap', '--batch-size', '4'];
    const { stdout } = await trace('--out', at('finetune.json'), 'finetune', ...sets, '--out', at('ft.h5'), ...head);
    expect(existsSync(at('ft.h5'))).toBe(true);
    expect(stdout).toContain(`Saved ${at('ft.h5')}`);
    const names = new Set(kernelsIn(at('finetune.json')).map(({ args }) => args.kernel));
    for (const name of ['picture/to_tensor', 'softmax_cross_entropy/backward', 'adam/steps'])
      expect(names).toContain(name);
    const phases = new Set(kernelsIn(at('finetune.json')).map(({ args }) => args.phase));
    expect([...phases]).toEqual(expect.arrayContaining(['forward', 'backward', 'update']));
  });

  it('leaves stdout to JSON where that is asked for', async () => {
    const options = ['--weights', weights, '--json', '--out', at('json.json')];
    const { stdout, stderr } = await trace('predict', at('train/red'), ...options);
    expect(JSON.parse(stdout)).toHaveLength(4);
    expect(stderr).toMatch(/share +time +runs/);
  });

  it('refuses --profile, which would take the record for itself', async () => {
    const options = ['--train', at('train'), '--weights', weights, '--out', at('no.h5'), '--profile'];
    await expect(trace('finetune', ...options)).rejects.toThrow(/leave --profile away/);
    expect(existsSync(at('no.h5'))).toBe(false);
  });
});
