// What is drawn: invocations of a kernel at a small shape, followed by the interpreter, and the elements that they touch.
import type { Kernel } from '../../src/kernels/kernel.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import type { Writer } from '../../src/study/find-writer.js';
import { createMapping, type FollowedAccess, type Mapping } from '../../src/study/mapping.js';
import { bindingsOf } from '../../src/study/passes.js';
import { createMachine } from '../../src/study/wgsl/index.js';

/** Of the device that is studied. */
export const SUBGROUP = 32;

export type Dims = Readonly<Record<string, number>>;

/** The mapping of a variant. @param kernel any descriptor */
export function study(kernel: unknown, variant: string, dims: Dims): Mapping {
  return createMapping(shaderFromFile, kernel as Kernel, variant, dims, SUBGROUP);
}

/** The invocation that writes the element at these coordinates. @throws Error where none does */
export function writerAt(mapping: Mapping, tensor: string, place: readonly number[]): Writer {
  const { sizes } = mapping.layoutOf(tensor)!;
  const element = sizes.reduce((index, size, axis) => index * size + place[axis]!, 0);
  const writer = mapping.writerOf(tensor, element);
  if (!writer) throw new Error(`Nothing writes ${tensor}[${place.join(', ')}].`);
  return writer;
}

/** The invocation of the same workgroup that is `steps` further. */
export const neighbour = (writer: Writer, steps: number): Writer => ({
  ...writer,
  invocation: writer.invocation + steps,
});

/** Coordinates of the scalars that accesses touch, each once. */
export function places(mapping: Mapping, accesses: readonly FollowedAccess[]): (readonly number[])[] {
  const scalars = new Map<number, string>();
  for (const { tensor, index, count } of accesses) for (let i = index; i < index + count; i++) scalars.set(i, tensor!);
  return Array.from(scalars, ([scalar, tensor]) => mapping.coordinates(tensor, scalar)!);
}

/** An invocation with what it reads and writes. */
export interface Acting {
  readonly writer: Writer;
  /** Invocations of the workgroup. */
  readonly company: number;
  reads(tensor: string): readonly FollowedAccess[];
  writes(tensor: string): readonly FollowedAccess[];
  /** Coordinates of what it reads or writes of a tensor. */
  readPlaces(tensor: string): (readonly number[])[];
  writtenPlaces(tensor: string): (readonly number[])[];
}

export function acting(mapping: Mapping, writer: Writer): Acting {
  const { accesses, workgroupSize } = mapping.follow(writer);
  const of = (tensor: string, kind: 'read' | 'write') =>
    accesses.filter((access) => access.tensor === tensor && access.access === kind);
  return {
    writer,
    company: workgroupSize.reduce((a, b) => a * b),
    reads: (tensor) => of(tensor, 'read'),
    writes: (tensor) => of(tensor, 'write'),
    readPlaces: (tensor) => places(mapping, of(tensor, 'read')),
    writtenPlaces: (tensor) => places(mapping, of(tensor, 'write')),
  };
}

/** Places that both touch. */
export function common(one: readonly (readonly number[])[], other: readonly (readonly number[])[]): number {
  const known = new Set(one.map(String));
  return other.filter((place) => known.has(String(place))).length;
}

/** Everything that a workgroup does, in the order of one possible run. */
export function companyOf(mapping: Mapping, { pass, workgroup }: Writer): FollowedAccess[] {
  const studied = mapping.run.passes[pass]!;
  const machine = createMachine(studied.text, studied.shader, {
    ...{ results: false, reads: true, writes: 'all', lines: false, values: false },
  });
  const bytesOf = (tensor: string) => mapping.run.bytes[tensor] ?? 0;
  const bound = machine.bind(bindingsOf(studied, bytesOf, mapping.run.uniform), studied.grid, SUBGROUP);
  const tensors = new Map(studied.bindings.map(({ variable, tensor }) => [variable, tensor]));
  const scalars = new Map(machine.variables.map(({ name, scalarBytes }) => [name, scalarBytes]));
  return Array.from(bound.run(workgroup).accesses(), (access) => ({
    ...access,
    tensor: tensors.get(access.variable),
    scalarBytes: scalars.get(access.variable) ?? 4,
  }));
}
