// Which shard a process computes, by options, by Slurm's and by Kubernetes' environment.
import { expect, it } from 'vitest';
import { type Environment, shardCount, taskNumber } from '../../../src/data/shards/task-number.js';

const slurm = (id: number, count: number, min = 0, more: Environment = {}): Environment => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_MIN: String(min),
  ...more,
});

const right: [string, Parameters<typeof taskNumber>[0], Environment, number, number][] = [
  ['nothing said', {}, {}, 0, 1],
  ['told', { shard: 2, of: 5 }, {}, 2, 5],
  ['told, in an array', { shard: 2, of: 5 }, slurm(7, 9), 2, 5],
  ['an array from 0', {}, slurm(3, 4), 3, 4],
  ['an array from 1', {}, slurm(4, 4, 1), 3, 4],
  ['an array in steps', {}, slurm(14, 4, 2, { SLURM_ARRAY_TASK_STEP: '4' }), 3, 4],
  ['an array that is told its size', { of: 4 }, slurm(3, 4), 3, 4],
  ['an Indexed Job', { of: 4 }, { JOB_COMPLETION_INDEX: '3' }, 3, 4],
  ['one of one', { of: 1 }, {}, 0, 1],
];
it.each(right)('%s', (_, told, env, shard, of) => {
  expect(taskNumber(told, env)).toEqual({ shard, of });
});

const wrong: [string, Parameters<typeof taskNumber>[0], Environment, RegExp][] = [
  ['a shard without a number of them', { shard: 1 }, {}, /--shard 1 needs --of/],
  ['a number without a shard', { of: 3 }, {}, /--of 3 needs --shard.*0 to 2/],
  ['a shard past the last', { shard: 3, of: 3 }, {}, /--shard 3 --of 3.*0 to N - 1/],
  ['an index without a number', {}, { JOB_COMPLETION_INDEX: '0' }, /JOB_COMPLETION_INDEX is 0.*--of N/],
  ['an index past the last', { of: 2 }, { JOB_COMPLETION_INDEX: '2' }, /JOB_COMPLETION_INDEX 2 with --of 2/],
  ['an index that is none', { of: 2 }, { JOB_COMPLETION_INDEX: '-1' }, /'-1' .*whole number/],
  ['an array with holes', {}, slurm(9, 4), /SLURM_ARRAY_TASK_ID 9 in an array of 4 tasks from 0/],
  ['a part of an array', { of: 8 }, slurm(3, 1, 3), /--shard \$SLURM_ARRAY_TASK_ID --of 8/],
  ['half of an array', {}, { SLURM_ARRAY_TASK_ID: '1' }, /without SLURM_ARRAY_TASK_COUNT/],
];
it.each(wrong)('%s is refused', (_, told, env, says) => {
  expect(() => taskNumber(told, env)).toThrow(says);
  expect(() => taskNumber(told, env)).toThrow(expect.objectContaining({ code: 'usage' }));
});

it('counts the shards for a manifest alone', () => {
  expect(shardCount(undefined, {})).toBe(1);
  expect(shardCount(7, slurm(0, 4))).toBe(7);
  expect(shardCount(undefined, slurm(0, 4))).toBe(4);
});
