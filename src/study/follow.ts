// One invocation followed through its workgroup.
import type { Writer } from './find-writer.js';
import type { Filling, Followed, FollowedAccess } from './mapping.js';
import { bindingsOf, type StudiedRun } from './passes.js';
import type { Access, LineStep, Machine, Triple } from './wgsl/index.js';

type Place = Pick<Access, 'variable' | 'index' | 'count'>;

const overlaps = (a: Place, b: Place): boolean =>
  a.variable === b.variable && a.index < b.index + b.count && b.index < a.index + a.count;

/** @param machine compiled to record every access and line, of the writer's pass */
export function follow(run: StudiedRun, machine: Machine, writer: Writer, subgroupSize: number): Followed {
  const pass = run.passes[writer.pass]!;
  const { invocation, workgroup } = writer;
  const bytesOf = (tensor: string) => run.bytes[tensor] ?? 0;
  const bound = machine.bind(bindingsOf(pass, bytesOf, run.uniform), pass.grid, subgroupSize);
  const tensors = new Map(pass.bindings.map(({ variable, tensor }) => [variable, tensor]));
  const scalars = new Map(machine.variables.map(({ name, scalarBytes }) => [name, scalarBytes]));
  const widen = (access: Access): FollowedAccess =>
    Object.assign(access, { tensor: tensors.get(access.variable), scalarBytes: scalars.get(access.variable) ?? 4 });
  const alone = (own: number) => {
    const trace = bound.run(workgroup, { followed: own, alone: true });
    return { accesses: Array.from(trace.accesses(), widen), lines: trace.copyOfSteps() };
  };
  const { accesses, lines } = alone(invocation);
  const step = (i: number): LineStep => ({ line: lines[2 * i]!, accesses: lines[2 * i + 1]! });
  const [x, y] = machine.workgroup;
  const local: Triple = [invocation % x, Math.floor(invocation / x) % y, Math.floor(invocation / (x * y))];
  const [a, b, c] = local.map((at, axis) => at + workgroup[axis]! * machine.workgroup[axis]!) as [
    number,
    number,
    number,
  ];

  return {
    ...{ workgroupSize: machine.workgroup, writer, local, global: [a, b, c], accesses, steps: lines.length / 2 },
    step,
    get lines() {
      return Array.from({ length: lines.length / 2 }, (_, i) => step(i));
    },
    sharers(access) {
      const found = new Set<number>();
      for (const other of bound.run(workgroup, { near: access }).accesses()) {
        if (other.access === access.access) found.add(other.invocation);
      }
      found.delete(invocation);
      return [...found].sort((p, q) => p - q);
    },
    filledBy: (access) =>
      filledBy(
        access,
        accesses,
        () => [...bound.run(workgroup, { near: access }).accesses()],
        (own) => alone(own).accesses,
      ),
  };
}

/** @param nearby all accesses of the workgroup to the place, in order */
function filledBy(
  access: FollowedAccess,
  own: readonly FollowedAccess[],
  nearby: () => readonly Access[],
  accessesOf: (invocation: number) => FollowedAccess[],
): Filling | undefined {
  const position = own.indexOf(access);
  if (access.tensor !== undefined || access.access !== 'read' || position < 0) return undefined;
  const same = (other: Access) => other.access === 'read' && other.invocation === access.invocation;
  const earlier = own.slice(0, position).filter((other) => same(other) && overlaps(other, access)).length;
  const all = nearby();
  const reads = all.flatMap((other, i) => (same(other) ? [i] : []));
  const write = all.findLastIndex((other, i) => i < reads[earlier]! && other.access === 'write');
  const filler = all[write];
  if (!filler) return undefined;
  const round = all
    .slice(0, write)
    .filter((other) => other.access === 'write' && other.invocation === filler.invocation);
  const theirs = accessesOf(filler.invocation);
  const writes = theirs.filter((other) => other.access === 'write' && overlaps(other, access));
  const stored = writes[round.length];
  const sources = stored ? sourcesOf(theirs, stored) : [];
  return { invocation: filler.invocation, line: filler.line, sources };
}

/**
 * The reads of storage that a write of workgroup memory hands on: an invocation fetches some, then stores as many or a part of them, in order.
 * Only that order is looked at, so for sums made on the way these are their terms of the last round.
 */
function sourcesOf(own: readonly FollowedAccess[], stored: FollowedAccess): FollowedAccess[] {
  const isStore = ({ access, tensor }: FollowedAccess) => access === 'write' && tensor === undefined;
  const isFetch = ({ access, tensor }: FollowedAccess) => access === 'read' && tensor !== undefined;
  const moves = own.filter((access) => isStore(access) || isFetch(access));
  const at = moves.indexOf(stored);
  let [begin, end] = [at, at];
  while (begin > 0 && isStore(moves[begin - 1]!)) begin--;
  while (end + 1 < moves.length && isStore(moves[end + 1]!)) end++;
  let start = begin;
  while (start > 0 && isFetch(moves[start - 1]!)) start--;
  const share = (begin - start) / (end - begin + 1);
  if (!Number.isInteger(share)) return moves.slice(start, begin);
  return moves.slice(start + (at - begin) * share, start + (at - begin + 1) * share);
}
