// Which shard a process is to compute: what it was told, or what Slurm or Kubernetes put in its environment.

import { VggpuError } from '../../errors.js';

/** One shard of a number of them. */
export interface TaskNumber {
  /** From 0. */
  readonly shard: number;
  /** How many shards there are. */
  readonly of: number;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What `--shard` and `--of` say comes first. Without `--shard`, a task of a Slurm array takes its place in the array
 * (`SLURM_ARRAY_TASK_ID`, counted from `SLURM_ARRAY_TASK_MIN` in steps of `SLURM_ARRAY_TASK_STEP`; N is
 * `SLURM_ARRAY_TASK_COUNT`), and a pod of an Indexed Job its `JOB_COMPLETION_INDEX`, with `--of`. With none of these: 0 of 1.
 *
 * @throws VggpuError 'usage' where one half is missing, the two do not fit, or the environment contradicts `--of`
 */
export function taskNumber(
  told: { shard?: number | undefined; of?: number | undefined },
  env: Environment,
): TaskNumber {
  const { shard, of } = told;
  if (shard !== undefined) {
    if (of !== undefined) return checked({ shard, of }, `--shard ${shard} --of ${of}`);
    throw usage(`--shard ${shard} needs --of N: how many shards there are in all`);
  }
  if (env.SLURM_ARRAY_TASK_ID !== undefined) return fromSlurm(of, env);
  const index = env.JOB_COMPLETION_INDEX;
  if (index !== undefined) {
    if (of === undefined) {
      throw usage(`JOB_COMPLETION_INDEX is ${index}, and nothing says of how many: add --of N, the Job's completions`);
    }
    const what = `JOB_COMPLETION_INDEX ${index} with --of ${of}`;
    return checked({ shard: whole(index, 'JOB_COMPLETION_INDEX'), of }, what);
  }
  if (of === undefined || of === 1) return { shard: 0, of: 1 };
  throw usage(`--of ${of} needs --shard I: which of the shards 0 to ${of - 1} to compute`);
}

/**
 * The number of shards alone, for a manifest that is made before any of them.
 * @throws VggpuError 'usage'
 */
export function shardCount(of: number | undefined, env: Environment): number {
  if (of !== undefined || env.SLURM_ARRAY_TASK_COUNT === undefined) return of ?? 1;
  return whole(env.SLURM_ARRAY_TASK_COUNT, 'SLURM_ARRAY_TASK_COUNT');
}

function fromSlurm(told: number | undefined, env: Environment): TaskNumber {
  const count = env.SLURM_ARRAY_TASK_COUNT;
  const of = told ?? (count === undefined ? undefined : whole(count, 'SLURM_ARRAY_TASK_COUNT'));
  if (of === undefined) {
    throw usage('SLURM_ARRAY_TASK_ID is there without SLURM_ARRAY_TASK_COUNT: name the shard by --shard I --of N');
  }
  if (count !== undefined && Number(count) !== of) {
    throw usage(
      `--of ${of} was given to an array of ${count} tasks. Where the array is a part of the shards, name each by its own number: --shard $SLURM_ARRAY_TASK_ID --of ${of}`,
    );
  }
  const id = whole(env.SLURM_ARRAY_TASK_ID!, 'SLURM_ARRAY_TASK_ID');
  const first = whole(env.SLURM_ARRAY_TASK_MIN ?? '0', 'SLURM_ARRAY_TASK_MIN');
  const step = whole(env.SLURM_ARRAY_TASK_STEP ?? '1', 'SLURM_ARRAY_TASK_STEP') || 1;
  const what = `SLURM_ARRAY_TASK_ID ${id} in an array of ${of} tasks from ${first}`;
  return checked({ shard: (id - first) / step, of }, what);
}

function checked({ shard, of }: TaskNumber, what: string): TaskNumber {
  if (Number.isSafeInteger(of) && of >= 1 && Number.isSafeInteger(shard) && shard >= 0 && shard < of) {
    return { shard, of };
  }
  throw usage(`${what}: the shards are numbered from 0, so of N they are 0 to N - 1`);
}

function whole(text: string, name: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw usage(`${name} is '${text}' and should be a whole number`);
}

function usage(what: string): VggpuError {
  return new VggpuError('usage', `${what}.`);
}
