// One element of each pass's output: who writes it, from what, with whom. An example that stands for all.
import type { Writer } from '../find-writer.js';
import type { Followed, FollowedAccess, Mapping } from '../mapping.js';
import type { Triple } from '../wgsl/index.js';

/** What an invocation reads or writes of one tensor, or of workgroup memory. */
export interface Touched {
  readonly name: string;
  readonly access: 'read' | 'write';
  readonly workgroupMemory: boolean;
  readonly accesses: number;
  /** Different scalars. */
  readonly elements: number;
  readonly firstIndex: number;
  /** The access whose place has most in common with the element that is written: for the example of a pass before. */
  readonly nearestIndex: number;
  /** Coordinates of the first one, and of the last one by index; undefined where no header says the shape. */
  readonly first: readonly number[] | undefined;
  readonly last: readonly number[] | undefined;
  /** Invocations of the workgroup that touch the same scalar as this one's first access, ascending. */
  readonly sharers: readonly number[];
  /** For workgroup memory that is read: who put the first of it there, and what that invocation had read for it. */
  readonly filledBy: { readonly invocation: number; readonly sources: readonly string[] } | undefined;
  /** Cells that are touched in the two axes along which it spreads; for a drawing. */
  readonly spread: Spread | undefined;
}

export interface Spread {
  readonly axes: readonly [row: number, column: number];
  readonly cells: readonly (readonly [row: number, column: number])[];
}

export interface Example {
  readonly writer: Writer;
  readonly tensor: string;
  readonly element: number;
  readonly coordinates: readonly number[] | undefined;
  readonly local: Triple;
  readonly workgroup: Triple;
  readonly invocations: number;
  readonly touched: readonly Touched[];
  /** Lines of the shader that ran, counted. */
  readonly steps: number;
}

/**
 * An example for each pass, in their order. It begins with an element in the middle of the op's output; of a pass before, it takes the element
 * that the example after it reads, of those the one that lies nearest to what is written.
 */
export function examplesOf(mapping: Mapping): (Example | undefined)[] {
  const { run } = mapping;
  const examples: (Example | undefined)[] = run.passes.map(() => undefined);
  const wanted = new Map<string, number>();
  for (const [name, access] of Object.entries(run.kernel.bindings)) {
    if (access !== 'read') wanted.set(name, middleOf(mapping, name));
  }
  for (let pass = run.passes.length - 1; pass >= 0; pass--) {
    for (const { tensor, writable } of run.passes[pass]!.bindings) {
      const element = wanted.get(tensor);
      if (!writable || element === undefined || examples[pass]) continue;
      const writer = mapping.writerOf(tensor, element);
      if (writer?.pass !== pass) continue;
      examples[pass] = exampleOf(mapping, writer, tensor, element);
      for (const { name, access, workgroupMemory, nearestIndex } of examples[pass]!.touched) {
        if (access === 'read' && !workgroupMemory && !wanted.has(name)) wanted.set(name, nearestIndex);
      }
    }
  }
  return examples;
}

/** Neither at an edge nor at the beginning of a tile. */
function middleOf(mapping: Mapping, tensor: string): number {
  const elements = mapping.run.bytes[tensor]! / 4;
  const layout = mapping.layoutOf(tensor);
  if (!layout) return Math.floor(elements / 2);
  return layout.sizes.reduce((index, size) => index * size + Math.floor(size / 2), 0);
}

function exampleOf(mapping: Mapping, writer: Writer, tensor: string, element: number): Example {
  const followed = mapping.follow(writer);
  const groups = new Map<string, FollowedAccess[]>();
  for (const access of followed.accesses) {
    const key = `${access.access} ${access.tensor ?? access.variable}`;
    const group = groups.get(key);
    if (group) group.push(access);
    else groups.set(key, [access]);
  }
  return {
    ...{ writer, tensor, element, coordinates: mapping.coordinates(tensor, element), local: followed.local },
    ...{ workgroup: followed.workgroupSize, invocations: followed.workgroupSize.reduce((a, b) => a * b) },
    steps: followed.steps,
    touched: [...groups.values()].map((group) =>
      touchedBy(mapping, followed, group, placeOf(mapping, tensor, element)),
    ),
  };
}

/** Coordinates of an element by the names of its axes; axes that have a number only are left out. */
function placeOf(mapping: Mapping, tensor: string, element: number): Readonly<Record<string, number>> {
  const names = mapping.layoutOf(tensor)?.names ?? [];
  const coordinates = mapping.coordinates(tensor, element) ?? [];
  return Object.fromEntries(names.flatMap((name, i) => (/^\d/.test(name) ? [] : [[name, coordinates[i]!]])));
}

/** The first of the accesses that agree with a place in most axes. */
function nearest(mapping: Mapping, group: readonly FollowedAccess[], place: Readonly<Record<string, number>>): number {
  let [best, most] = [group[0]!.index, -1];
  for (const { tensor, index } of group) {
    if (tensor === undefined) break;
    const own = placeOf(mapping, tensor, index);
    const same = Object.entries(own).filter(([name, at]) => place[name] === at).length;
    if (same > most) [best, most] = [index, same];
  }
  return best;
}

/** @param place where the element lies that is written */
function touchedBy(
  mapping: Mapping,
  followed: Followed,
  group: readonly FollowedAccess[],
  place: Readonly<Record<string, number>>,
): Touched {
  const sharers = followed.sharers(group[0]!);
  const filling = followed.filledBy(group[0]!);
  const { tensor, variable, access, index } = group[0]!;
  const scalars = new Set<number>();
  for (const { index: from, count } of group) for (let i = from; i < from + count; i++) scalars.add(i);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const scalar of scalars) {
    least = Math.min(least, scalar);
    most = Math.max(most, scalar);
  }
  const coordinates = (element: number) => (tensor === undefined ? undefined : mapping.coordinates(tensor, element));
  return {
    ...{ name: tensor ?? variable, access, workgroupMemory: tensor === undefined, sharers },
    ...{
      accesses: group.length,
      elements: scalars.size,
      firstIndex: index,
      nearestIndex: nearest(mapping, group, place),
    },
    ...{ first: coordinates(least), last: coordinates(most) },
    filledBy: filling && {
      invocation: filling.invocation,
      sources: filling.sources.map(
        (source) =>
          `${source.tensor}[${mapping.coordinates(source.tensor!, source.index)?.join(', ') ?? source.index}]`,
      ),
    },
    spread: tensor === undefined ? undefined : spreadOf(mapping, tensor, scalars),
  };
}

/** The two axes before the innermost one if what is touched spreads there, else the two along which it spreads most. */
function spreadOf(mapping: Mapping, tensor: string, scalars: ReadonlySet<number>): Spread | undefined {
  const layout = mapping.layoutOf(tensor);
  if (!layout || layout.sizes.length < 2) return undefined;
  const points = Array.from(scalars, (scalar) => mapping.coordinates(tensor, scalar)!);
  const extent = layout.sizes.map((_, axis) => new Set(points.map((point) => point[axis])).size);
  const inner = layout.sizes.length - 1;
  const spatial = layout.sizes.length === 4 && extent[1]! * extent[2]! > 1;
  const ranked = extent.map((_, axis) => axis).sort((a, b) => extent[b]! - extent[a]! || b - a);
  const [row, column] = spatial ? [1, 2] : [ranked[0] ?? 0, ranked[1] ?? inner].sort((a, b) => a - b);
  const cells = new Map(
    points.map((point) => [`${point[row!]} ${point[column!]}`, [point[row!]!, point[column!]!] as const]),
  );
  return { axes: [row!, column!], cells: [...cells.values()] };
}
