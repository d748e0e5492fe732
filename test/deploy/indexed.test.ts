// What the pods of deploy/kubernetes do, as processes of this machine: the same commands, told apart by JOB_COMPLETION_INDEX.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { vggpu } from '../cli/run.js';
import { writeColours } from '../cli/samples.js';
import { temporaryFolder } from '../temporary-folder.js';
import { jobsIn } from './manifests.js';

const WEIGHTS = join(import.meta.dirname, '../../models/vgg-mini.h5');
const MANIFESTS = join(import.meta.dirname, '../../deploy/kubernetes');
const SHARDS = 3;
const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const environment = { VGGPU_CACHE: at('cache') };

beforeAll(async () => {
  await writeColours(at('train'), 15, 1);
  await writeColours(at('valid'), 6, 2);
  writeFileSync(at('train/red/torn.jpg'), readFileSync(at('train/red/red.3.jpg')).subarray(0, 300));
});

/** Runs a command that must succeed, as a pod of an Indexed Job where `index` is given. @returns its JSON */
async function run(parameters: readonly string[], index?: number): Promise<Record<string, unknown>> {
  const pod = index === undefined ? {} : { JOB_COMPLETION_INDEX: String(index) };
  const { code, stdout, stderr } = await vggpu([...parameters, '--json'], { ...environment, ...pod });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const features = (set: string, shards: number) => [
  ...['features', at(set), '--weights', WEIGHTS, '--out', at('features', set)],
  ...['--of', String(shards), '--chunk', '4'],
];
const training = ['--epochs', '3', '--seed', '7', '--batch-size', '8', '--weights', WEIGHTS];
const indices = Array.from({ length: SHARDS }, (_, index) => index);

it('pods of an Indexed Job compute the shards, in any order and again', async () => {
  await run([...features('train', SHARDS), '--manifest-only']);
  const results = await Promise.all(indices.toReversed().map((index) => run(features('train', SHARDS), index)));
  expect(results.map(({ shard, of, rows }) => [shard, of, rows])).toEqual([
    [2, 3, 10],
    [1, 3, 10],
    [0, 3, 10],
  ]);
  expect(results.flatMap(({ skipped }) => skipped as { file: string }[])).toEqual([
    expect.objectContaining({ file: expect.stringContaining('torn.jpg') }),
  ]);
  expect(await run(features('train', SHARDS), 1)).toMatchObject({ shard: 1, computed: 0, rows: 10 });
});

it('pods that start together without a manifest agree on one', async () => {
  const results = await Promise.all([0, 1].map((index) => run(features('valid', 2), index)));
  expect(results.map(({ rows }) => rows)).toEqual([6, 6]);
});

it('finetune from the merged shards has the losses of one machine', async () => {
  const sets = ['train', 'valid'].map((set) => at('features', set));
  for (const set of sets) await run(['merge', set]);
  const sharded = ['--features', sets[0]!, '--valid-features', sets[1]!, '--out', at('sharded.h5')];
  const single = ['--train', at('train'), '--valid', at('valid'), '--out', at('single.h5')];
  const epochs = [];
  for (const where of [sharded, single]) {
    const result = await run(['finetune', ...where, ...training]);
    epochs.push((result.epochs as Record<string, number>[]).map(({ seconds: _, ...losses }) => losses));
  }
  expect(epochs[0]).toHaveLength(3);
  expect(epochs[0]).toEqual(epochs[1]);
});

it('an index that does not fit, or one of an unknown number, is refused', async () => {
  for (const [parameters, index, message] of [
    [features('train', SHARDS), SHARDS, /JOB_COMPLETION_INDEX 3 with --of 3/],
    [features('train', SHARDS).filter((word) => word !== '--of' && word !== String(SHARDS)), 0, /--of/],
  ] as const) {
    const { code, stderr } = await vggpu(parameters, { ...environment, JOB_COMPLETION_INDEX: String(index) });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(message);
  }
});

it('the Jobs name options that their commands have', async () => {
  const containers = ['manifest-job.yaml', 'features-job.yaml', 'finetune-job.yaml']
    .flatMap((name) => jobsIn(readFileSync(join(MANIFESTS, name), 'utf8')))
    .flatMap(({ spec }) => spec.template.spec.containers);
  const lines = containers.flatMap(({ command, args }) =>
    command ? args[0]!.replaceAll('\\\n', ' ').split('\n') : [`vggpu ${args.join(' ')}`],
  );
  const calls = lines.flatMap((line) => {
    const [, command, rest] = /\bvggpu (\w+)(.*)/.exec(line) ?? [];
    return command === undefined ? [] : [{ command, options: rest!.match(/--[a-z-]+/g) ?? [] }];
  });
  const both = ['features', 'features'];
  expect(calls.map(({ command }) => command)).toEqual([...both, ...both, 'merge', 'merge', 'finetune']);
  for (const { command, options } of calls) {
    const { stdout: help } = await vggpu([command, '--help']);
    for (const option of options) expect(help, command).toMatch(new RegExp(`${option}\\b`));
  }
});
