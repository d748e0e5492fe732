// Runs workgroups of a compiled program: invocations one after another from one place where they wait for each other to the next.
import { VggpuError } from '../../errors.js';
import type { Recording } from './accesses.js';
import { checkProgram } from './check.js';
import { emit } from './emit.js';
import { exchange, type Request, touchMatrix } from './exchange.js';
import { createMemory, type Memory } from './memory.js';
import type { Program } from './program.js';
import { RUNTIME } from './runtime.js';
import { createSlice } from './slice.js';
import { Trace, type Watch } from './trace.js';
import { scalarBytes, scalarOf, sizeOf, type Type } from './types.js';

export type Triple = readonly [x: number, y: number, z: number];

/** A program ready to run. */
export interface Machine {
  readonly workgroup: Triple;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  /** Storage and workgroup variables: bytes of a scalar, and whether the shader may write them. */
  readonly variables: readonly {
    readonly name: string;
    readonly space: string;
    readonly scalarBytes: number;
    readonly writable: boolean;
  }[];
  /**
   * Gives the program its bindings.
   * @param bindings by variable: contents, which the run changes, or only a number of bytes, where addresses are what is asked for
   */
  bind(bindings: Readonly<Record<string, ArrayBuffer | number>>, grid: Triple, subgroupSize: number): BoundMachine;
}

export interface BoundMachine {
  /**
   * Runs one workgroup to its end. The trace holds until the next run.
   * @param watch what to record; without it, all accesses that the program was compiled to record, and no lines
   * @throws VggpuError 'kernel' where invocations wait for each other at different places
   */
  run(workgroup: Triple, watch?: Watch): Trace;
}

type Step = Generator<Request | { readonly barrier: number }, void, unknown>;
type Builtins = Readonly<Record<string, number | readonly number[]>>;
interface Compiled {
  readonly main: (builtins: Builtins) => Step | undefined;
  readonly waits: boolean;
  readonly own: (() => unknown) | undefined;
}

/** Everything, without a record: what the shader computes. */
export const RESULTS: Recording = { results: true, reads: false, writes: [], lines: false, values: false };

/** The scalar that a variable is counted in. */
function countedIn(type: Type): number {
  if (type.kind === 'array') return countedIn(type.of);
  if (type.kind === 'struct') return Math.min(...type.members.map((member) => countedIn(member.type)));
  const of = scalarOf(type);
  return of ? scalarBytes(of) : 4;
}

/**
 * Compiles a shader to JavaScript.
 * @param text a whole WGSL program with an entry point `main`
 * @param name what it is called in errors
 * @throws VggpuError 'kernel' with the line of what is wrong, or no part of WGSL that can be traced
 */
export function createMachine(text: string, name: string, recording: Recording = RESULTS): Machine {
  return machineOf(checkProgram(text, name), recording);
}

export function machineOf(program: Program, recording: Recording): Machine {
  const slice = createSlice(program, recording);
  const create = new Function('R', 'M', 'T', emit(program, slice)) as (
    runtime: typeof RUNTIME,
    memories: Readonly<Record<string, Memory>>,
    trace: Trace,
  ) => Compiled;
  const { workgroup } = program;
  const inMemory = program.variables.filter(({ symbol }) => symbol.memory);
  const invocations = workgroup[0] * workgroup[1] * workgroup[2];

  return {
    workgroup,
    invocations,
    variables: inMemory
      .filter(({ symbol }) => symbol.space !== 'uniform')
      .map(({ symbol, writable }) => ({
        ...{ name: symbol.name, space: symbol.space, writable, scalarBytes: countedIn(symbol.type) },
      })),
    bind(bindings, grid, subgroupSize) {
      const memories = inMemory.map(({ symbol }, index) => {
        const shared = symbol.space === 'workgroup';
        const contents = shared ? new ArrayBuffer(Math.ceil(sizeOf(symbol.type) / 4) * 4) : bindings[symbol.name];
        if (contents === undefined) {
          throw new VggpuError('kernel', `${program.name} needs contents for '${symbol.name}'.`);
        }
        const facts = { name: symbol.name, index, recorded: symbol.space !== 'uniform' };
        return createMemory({ ...facts, scalarBytes: countedIn(symbol.type) }, contents);
      });
      const shared = memories.filter((_, i) => inMemory[i]!.symbol.space === 'workgroup');
      const { reads, writes } = recording;
      const trace = new Trace(memories, reads, (own) => writes === 'all' || writes.includes(own));
      trace.touchMatrix = (request) =>
        touchMatrix(request as Request, trace, trace.invocation % subgroupSize, subgroupSize);
      const byName = Object.fromEntries(memories.map((memory) => [memory.name, memory]));
      const compiled = create(RUNTIME, byName, trace);
      return {
        run(at, watch = {}) {
          for (const memory of shared) memory.u32.fill(0);
          trace.reset(watch);
          const place = { name: program.name, size: workgroup, at, grid, subgroupSize };
          const { followed = 0, alone = false } = watch;
          if (alone && slice.independent) runAlone(compiled, trace, place, followed);
          else runWorkgroup(compiled, trace, place);
          return trace;
        },
      };
    },
  };
}

/** Which workgroup of what grid runs. */
interface Place {
  readonly name: string;
  readonly size: Triple;
  readonly at: Triple;
  readonly grid: Triple;
  readonly subgroupSize: number;
}

function builtinsOf(local: number, { size, at, grid, subgroupSize }: Place): Builtins {
  const own = [local % size[0], Math.floor(local / size[0]) % size[1], Math.floor(local / (size[0] * size[1]))];
  return {
    local_invocation_index: local,
    local_invocation_id: own,
    workgroup_id: at,
    num_workgroups: grid,
    global_invocation_id: own.map((value, i) => value + at[i]! * size[i]!),
    subgroup_invocation_id: local % subgroupSize,
    subgroup_size: subgroupSize,
    subgroup_id: Math.floor(local / subgroupSize),
    num_subgroups: Math.ceil((size[0] * size[1] * size[2]) / subgroupSize),
  };
}

function runWorkgroup({ main, waits, own }: Compiled, trace: Trace, place: Place): void {
  const { name, size, subgroupSize } = place;
  const count = size[0] * size[1] * size[2];
  const steps: (Step | undefined)[] = [];
  const owns = Array.from({ length: own ? count : 0 }, () => own?.());
  const waiting: (Request | { readonly barrier: number } | undefined)[] = new Array(count).fill(undefined);
  const answers: unknown[] = new Array(count).fill(undefined);

  const advance = (local: number): void => {
    trace.invocation = local;
    trace.own = owns[local];
    const step = steps[local]!;
    const { done, value } = step.next(answers[local]);
    waiting[local] = done ? undefined : value;
    if (done) steps[local] = undefined;
  };
  for (let local = 0; local < count; local++) {
    trace.invocation = local;
    trace.own = owns[local];
    const step = main(builtinsOf(local, place));
    if (waits) steps[local] = step;
  }
  if (!waits) return;

  let ready = steps.map((_, local) => local);
  while (ready.length > 0) {
    for (const local of ready) advance(local);
    ready = released(waiting, answers, trace, name, subgroupSize);
  }
}

/** Runs one invocation, which need not wait for others: what they would tell it decides nothing. */
function runAlone({ main, waits, own }: Compiled, trace: Trace, place: Place, invocation: number): void {
  trace.invocation = invocation;
  trace.own = own?.();
  const step = main(builtinsOf(invocation, place));
  while (waits && step && !step.next().done);
}

/** Invocations that need wait no longer, with what they get. */
function released(
  waiting: readonly (Request | { readonly barrier: number } | undefined)[],
  answers: unknown[],
  trace: Trace,
  name: string,
  subgroupSize: number,
): number[] {
  const ready: number[] = [];
  for (let first = 0; first < waiting.length; first += subgroupSize) {
    const group = waiting.slice(first, first + subgroupSize);
    const present = group.filter((request) => request !== undefined);
    const requests = group.map((request) => (request && 'operation' in request ? request : undefined));
    if (present.length === 0 || present.some((request) => 'barrier' in request)) continue;
    exchange(requests, trace, first).forEach((answer, lane) => {
      answers[first + lane] = answer;
      if (requests[lane]) ready.push(first + lane);
    });
  }
  if (ready.length > 0) return ready;
  const lines = new Set<number>();
  waiting.forEach((request, local) => {
    if (!request) return;
    lines.add('barrier' in request ? request.barrier : request.line);
    ready.push(local);
  });
  if (lines.size > 1) {
    throw new VggpuError(
      'kernel',
      `${name}: invocations of one workgroup wait at different lines: ${[...lines].join(', ')}.`,
    );
  }
  for (const local of ready) answers[local] = undefined;
  return ready;
}
