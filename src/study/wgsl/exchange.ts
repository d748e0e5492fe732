// What the lanes of a subgroup hand each other.
import { VggpuError } from '../../errors.js';
import type { Memory } from './memory.js';
import { half, halfBits, halfFromBits } from './runtime.js';
import type { Recorder } from './trace.js';

/** What an invocation waits for others with. */
export interface Request {
  readonly operation: string;
  readonly line: number;
  readonly operands: readonly unknown[];
  /** Of subgroup matrices. */
  readonly columns?: number;
  readonly rows?: number;
  readonly of?: string;
  /** Columns of the left factor. */
  readonly inner?: number;
  /** Bytes of an element of the array that a matrix is loaded from or stored to, which offset and stride count. */
  readonly unit?: number;
}

type Numbers = number | readonly number[];

/** A function of numbers on each component. */
function componentwise(of: (a: number, b: number) => number): (a: Numbers, b: Numbers) => Numbers {
  return (a, b) => (typeof a === 'number' ? of(a, b as number) : a.map((part, i) => of(part, (b as number[])[i]!)));
}

const FOLDS: Readonly<Record<string, (a: number, b: number) => number>> = {
  subgroupAdd: (a, b) => Math.fround(a + b),
  subgroupMul: (a, b) => Math.fround(a * b),
  subgroupMax: Math.max,
  subgroupMin: Math.min,
  subgroupAnd: (a, b) => (a & b) >>> 0,
  subgroupOr: (a, b) => (a | b) >>> 0,
  subgroupXor: (a, b) => (a ^ b) >>> 0,
};

/** Which lane each lane reads from. */
const SOURCES: Readonly<Record<string, (lane: number, operand: number) => number>> = {
  subgroupBroadcast: (_, from) => from,
  subgroupShuffle: (_, from) => from,
  subgroupShuffleXor: (lane, mask) => lane ^ mask,
  subgroupShuffleUp: (lane, delta) => lane - delta,
  subgroupShuffleDown: (lane, delta) => lane + delta,
  quadBroadcast: (lane, from) => (lane & ~3) + from,
  quadSwapX: (lane) => lane ^ 1,
  quadSwapY: (lane) => lane ^ 2,
  quadSwapDiagonal: (lane) => lane ^ 3,
};

/**
 * What each lane gets. Lanes that are not there hand out zero, as whatever comes from them is undefined.
 * @param requests by lane; undefined for a lane that has ended
 */
export function exchange(requests: readonly (Request | undefined)[], record: Recorder, first: number): unknown[] {
  const present = requests.flatMap((request, lane) => (request ? [{ request, lane }] : []));
  const { operation, line } = present[0]!.request;
  const odd = present.find(({ request }) => request.operation !== operation || request.line !== line);
  if (odd) {
    throw new VggpuError(
      'kernel',
      `Lanes of one subgroup are at different places: lines ${line} and ${odd.request.line}.`,
    );
  }
  const operandOf = (lane: number, i = 0) => requests[lane]?.operands[i];
  const source = SOURCES[operation];
  if (source) {
    const blank = present[0]!.request.operands[0];
    const nothing = Array.isArray(blank) ? blank.map(() => 0) : 0;
    return requests.map((request, lane) => request && (operandOf(source(lane, Number(operandOf(lane, 1)))) ?? nothing));
  }
  const values = present.map(({ request }) => request.operands[0] as Numbers);
  const all = (result: unknown) => requests.map((request) => request && result);
  const fold = FOLDS[operation];
  if (fold) return all(values.reduce(componentwise(fold)));
  switch (operation) {
    case 'subgroupBroadcastFirst':
      return all(values[0]);
    case 'subgroupElect':
      return requests.map((_, lane) => lane === present[0]!.lane);
    case 'subgroupAll':
      return all(values.every(Boolean));
    case 'subgroupAny':
      return all(values.some(Boolean));
    case 'subgroupBallot': {
      const words = [0, 0, 0, 0];
      for (const { request, lane } of present) {
        if (request.operands[0]) words[lane >> 5] = (words[lane >> 5]! | (1 << (lane & 31))) >>> 0;
      }
      return all(words);
    }
    case 'subgroupInclusiveAdd':
    case 'subgroupExclusiveAdd': {
      const add = componentwise((a, b) => Math.fround(a + b));
      let sum: Numbers = typeof values[0] === 'number' ? 0 : values[0]!.map(() => 0);
      return requests.map((request) => {
        if (!request) return undefined;
        const before = sum;
        sum = add(sum, request.operands[0] as Numbers);
        return operation === 'subgroupInclusiveAdd' ? sum : before;
      });
    }
    case 'subgroupMatrixMultiplyAccumulate':
      return all(product(present[0]!.request));
    default: {
      for (const { request, lane } of present) {
        record.invocation = first + lane;
        touchMatrix(request, record, lane, requests.length);
      }
      return all(moveMatrix(present[0]!.request));
    }
  }
}

interface Pointer {
  readonly memory: Memory;
  readonly byte: number;
}

/** Where the elements of a matrix lie: `(row, column) -> byte`. */
function layoutOf({ operation, operands, of, unit = 0 }: Request) {
  const { memory, byte } = operands[0] as Pointer;
  const store = operation.startsWith('subgroupMatrixStore');
  const [offset, stride] = [Number(operands[1]), Number(operands[store ? 3 : 2])];
  const size = of === 'f16' ? 2 : 4;
  const byRows = operation.endsWith('row_major');
  const at = (row: number, column: number) => {
    const [line, along] = byRows ? [row, column] : [column, row];
    return byte + (offset + line * stride) * unit + along * size;
  };
  return { memory, at, size };
}

/** Records the share of a lane in the load or store of a matrix: how it is divided is the device's affair, so evenly. */
export function touchMatrix(request: Request, record: Recorder, lane: number, lanes: number): void {
  const { columns = 0, rows = 0, operation, line } = request;
  const { memory, at, size } = layoutOf(request);
  const touch = operation.startsWith('subgroupMatrixStore') ? record.write : record.read;
  for (let i = lane; i < rows * columns; i += lanes) {
    touch.call(record, memory, at(Math.floor(i / columns), i % columns), size, line);
  }
}

function moveMatrix(request: Request): Float64Array | undefined {
  const { columns = 0, rows = 0, of, operation } = request;
  const { memory, at } = layoutOf(request);
  const store = operation.startsWith('subgroupMatrixStore');
  const values = store ? (request.operands[2] as Float64Array | undefined) : new Float64Array(rows * columns);
  if (!values) return undefined;
  for (let i = 0; i < rows * columns; i++) {
    const byte = at(Math.floor(i / columns), i % columns);
    if (!memory.filled || byte < 0 || byte >= memory.bytes) continue;
    if (store && of === 'f16') memory.u16[byte / 2] = halfBits(half(values[i]!));
    else if (store) memory.f32[byte / 4] = values[i]!;
    else values[i] = of === 'f16' ? halfFromBits(memory.u16[byte / 2]!) : memory.f32[byte / 4]!;
  }
  return store ? undefined : values;
}

/** left (rows, inner) times right (inner, columns), plus sums (rows, columns). */
function product({ operands, columns = 0, rows = 0, inner = 0, of }: Request): Float64Array {
  const [left, right, sums] = operands as Float64Array[];
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = sums![row * columns + column]!;
      for (let i = 0; i < inner; i++) sum += left![row * inner + i]! * right![i * columns + column]!;
      result[row * columns + column] = of === 'f16' ? half(sum) : Math.fround(sum);
    }
  }
  return result;
}
