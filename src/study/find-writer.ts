// Who writes an element: found by running the shader's own address arithmetic for a few workgroups out of many.
//
// Only the slice of the shader that decides where it writes is run, and only for chosen workgroups. Workgroups are put in the order in which
// their first writes lie in the tensor. In that order, the k-th write of a workgroup moves forward for every k, so for each k the search is
// by halves; then outwards from where it ended. What is found was seen to be written: the order only makes it quick.
import { bindingsOf, type StudiedRun } from './passes.js';
import { type BoundMachine, createMachine, type Triple } from './wgsl/index.js';

/** An invocation that writes an element. */
export interface Writer {
  /** Position among the run's passes. */
  readonly pass: number;
  readonly workgroup: Triple;
  /** local_invocation_index. */
  readonly invocation: number;
  /** Of the shader's text. */
  readonly line: number;
}

/** Writes of one workgroup: the invocation, first element, elements and line of each. */
type Writes = readonly (readonly [invocation: number, index: number, count: number, line: number])[];

/** Most of a workgroup's writes that are searched one by one. */
const BANDS = 64;

/** Workgroups looked at around a place before the search gives up. */
const FARTHEST = 50_000;

export interface WriterSearch {
  /** @returns undefined where no workgroup near writes it: some kernels change a part of a tensor only */
  find(element: number): Writer | undefined;
}

/** @param variable the shader's name of the tensor */
export function createWriterSearch(
  run: StudiedRun,
  pass: number,
  variable: string,
  subgroupSize: number,
): WriterSearch {
  const { text, shader, grid, bindings } = run.passes[pass]!;
  const recording = { results: false, reads: false, writes: [variable], lines: false, values: false };
  const machine = createMachine(text, shader, recording);
  const bytesOf = (tensor: string) => run.bytes[tensor] ?? 0;
  const bound = machine.bind(bindingsOf({ ...run.passes[pass]!, bindings }, bytesOf, run.uniform), grid, subgroupSize);
  const known = new Map<number, Writes>();
  const total = grid[0] * grid[1] * grid[2];
  const order = axesByStride(bound, grid);

  const workgroupAt = (position: number): Triple => {
    const at: [number, number, number] = [0, 0, 0];
    let rest = position;
    for (const axis of order.toReversed()) {
      at[axis] = rest % grid[axis]!;
      rest = Math.floor(rest / grid[axis]!);
    }
    return at;
  };
  const writesAt = (position: number): Writes => {
    let writes = known.get(position);
    if (!writes) {
      writes = writesOf(bound, workgroupAt(position));
      if (known.size > 1000) known.clear();
      known.set(position, writes);
    }
    return writes;
  };

  function writerAt(position: number, element: number): Writer | undefined {
    if (position < 0 || position >= total) return undefined;
    const found = writesAt(position).find(([, index, count]) => element >= index && element < index + count);
    return found && { pass, workgroup: workgroupAt(position), invocation: found[0], line: found[3] };
  }

  /** The last position whose write number `band` is not beyond the element. */
  function halve(element: number, band: number): number {
    let [low, high] = [0, total - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((writesAt(middle)[band]?.[1] ?? Number.POSITIVE_INFINITY) <= element) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    find(element) {
      const bands = Math.max(1, Math.min(BANDS, writesAt(0).length));
      let first: number | undefined;
      for (let band = 0; band < bands; band++) {
        const position = halve(element, band);
        first ??= position;
        for (const near of [position, position - 1, position + 1]) {
          const writer = writerAt(near, element);
          if (writer) return writer;
        }
      }
      const most = Math.min(total, FARTHEST);
      for (let distance = 1; distance < most; distance++) {
        const writer = writerAt(first! - distance, element) ?? writerAt(first! + distance, element);
        if (writer) return writer;
      }
      return undefined;
    },
  };
}

/** Sorted by element, so that the same number means the same part of each workgroup's writes. */
function writesOf(bound: BoundMachine, workgroup: Triple): Writes {
  const writes: [number, number, number, number][] = [];
  for (const { invocation, index, count, line, inside } of bound.run(workgroup).accesses()) {
    if (inside) writes.push([invocation, index, count, line]);
  }
  return writes.sort((a, b) => a[1] - b[1]);
}

/** Axes of the grid, the one along which first writes lie farthest apart first. */
function axesByStride(bound: BoundMachine, grid: Triple): number[] {
  const firstOf = (at: Triple) => writesOf(bound, at)[0]?.[1] ?? Number.POSITIVE_INFINITY;
  const origin = firstOf([0, 0, 0]);
  const units: readonly Triple[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const strides = units.map((unit, axis) => (grid[axis]! > 1 ? firstOf(unit) - origin : -1));
  return [0, 1, 2].sort((a, b) => strides[b]! - strides[a]! || b - a);
}
