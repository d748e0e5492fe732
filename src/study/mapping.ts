// Where an element of an output comes from: the invocation that writes it, what that invocation reads, who reads the same, and the lines it runs.
import { VggpuError } from '../errors.js';
import type { Kernel, Values } from '../kernels/kernel.js';
import type { ShaderText } from '../kernels/shader.js';
import { createWriterSearch, type Writer, type WriterSearch } from './find-writer.js';
import { follow } from './follow.js';
import { coordinatesOf, type Layout, layoutsOf } from './layout.js';
import { type StudiedRun, studyRun } from './passes.js';
import { type Access, createMachine, type LineStep, type Machine, type Triple } from './wgsl/index.js';

/** One access of the followed invocation. */
export interface FollowedAccess extends Access {
  /** The op's binding or scratch buffer behind the variable; undefined for workgroup memory. */
  readonly tensor: string | undefined;
  /** Bytes of what `index` counts: 4, or 2 in shaders that bind halves as such. */
  readonly scalarBytes: number;
}

/** What one invocation of a workgroup does. */
export interface Followed {
  readonly writer: Writer;
  /** Invocations of a workgroup in x, y and z. */
  readonly workgroupSize: Triple;
  /** local_invocation_id and global_invocation_id. */
  readonly local: Triple;
  readonly global: Triple;
  /** Number of lines that it runs through; long loops make many. */
  readonly steps: number;
  /** Line number `i` in the order in which they run, with the number of accesses made before it. */
  step(i: number): LineStep;
  /** All steps, made when asked for. */
  readonly lines: readonly LineStep[];
  /** In the order in which they were made. */
  readonly accesses: readonly FollowedAccess[];
  /** The invocations of the workgroup that do the same to the same place at any time, itself not among them; ascending. */
  sharers(access: FollowedAccess): readonly number[];
  /** For a read of workgroup memory, who put it there, and what that invocation had read from storage to do so. */
  filledBy(access: FollowedAccess): Filling | undefined;
}

export interface Filling {
  readonly invocation: number;
  readonly line: number;
  readonly sources: readonly FollowedAccess[];
}

export interface Mapping {
  readonly run: StudiedRun;
  /**
   * The invocation that writes an element of a binding or scratch buffer, in the last pass that does.
   * @throws VggpuError 'kernel' where nothing writes the tensor
   */
  writerOf(tensor: string, element: number): Writer | undefined;
  /** Follows one invocation of one workgroup. */
  follow(writer: Writer): Followed;
  /** The shape of a tensor as the shaders' headers say; undefined where they do not. */
  layoutOf(tensor: string): Layout | undefined;
  /** Coordinates of an element by that shape. */
  coordinates(tensor: string, element: number): readonly number[] | undefined;
}

/** @param subgroupSize of the device that is studied; 32 is common */
export function createMapping(
  shaderText: ShaderText,
  kernel: Kernel,
  variant: string,
  dims: Values<string>,
  subgroupSize = 32,
): Mapping {
  const run = studyRun(shaderText, kernel, variant, dims);
  const searches = new Map<string, WriterSearch>();
  const machines = new Map<number, Machine>();
  const elements = Object.fromEntries(Object.entries(run.bytes).map(([name, bytes]) => [name, bytes / 4]));
  const first = Object.keys(kernel.variants)[0]!;
  const layouts = layoutsOfRun(studyRun(shaderText, kernel, first, dims), elements); // where later headers say less
  for (const [tensor, layout] of layoutsOfRun(run, elements)) layouts.set(tensor, layout);

  function writerOf(tensor: string, element: number): Writer | undefined {
    const pass = run.passes.findLastIndex(({ bindings }) =>
      bindings.some((own) => own.tensor === tensor && own.writable),
    );
    const variable = run.passes[pass]?.bindings.find((own) => own.tensor === tensor)?.variable;
    if (variable === undefined) {
      throw new VggpuError('kernel', `No pass of ${kernel.name}/${variant} writes '${tensor}'.`);
    }
    let search = searches.get(tensor);
    if (!search) {
      search = createWriterSearch(run, pass, variable, subgroupSize);
      searches.set(tensor, search);
    }
    return search.find(element);
  }

  function machineOf(pass: number): Machine {
    let machine = machines.get(pass);
    if (!machine) {
      const { text, shader } = run.passes[pass]!;
      machine = createMachine(text, shader, { results: false, reads: true, writes: 'all', lines: true, values: false });
      machines.set(pass, machine);
    }
    return machine;
  }

  return {
    run,
    writerOf,
    follow: (writer) => follow(run, machineOf(writer.pass), writer, subgroupSize),
    layoutOf: (tensor) => layouts.get(tensor),
    coordinates(tensor, element) {
      const layout = layouts.get(tensor);
      return layout && coordinatesOf(layout, element, elements[tensor] ?? 0);
    },
  };
}

/** What the headers of all passes say, by tensor. */
function layoutsOfRun(run: StudiedRun, elements: Readonly<Record<string, number>>): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  for (const { text, bindings } of run.passes) {
    const own = Object.fromEntries(bindings.map(({ variable, tensor }) => [variable, elements[tensor]!]));
    const found = layoutsOf(text, run.dims, own);
    for (const { variable, tensor } of bindings) {
      const layout = found.get(variable);
      if (layout && !layouts.has(tensor)) layouts.set(tensor, layout);
    }
  }
  return layouts;
}
