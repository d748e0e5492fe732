// Memory that a shader addresses by bytes: storage, uniform and workgroup variables.
import { VggpuError } from '../../errors.js';

/** The contents of one variable. */
export interface Memory {
  readonly name: string;
  /** Position among the variables of the program. */
  readonly index: number;
  /** Bytes of a scalar, in which the trace counts. */
  readonly scalarBytes: number;
  readonly bytes: number;
  /** Whether its accesses are recorded. */
  readonly recorded: boolean;
  /** False where only addresses matter: then it holds nothing, and reads as zeros. */
  readonly filled: boolean;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u16: Uint16Array;
}

/** @param contents bytes, or how many there would be */
export function createMemory(
  facts: Pick<Memory, 'name' | 'index' | 'scalarBytes' | 'recorded'>,
  contents: ArrayBuffer | number,
): Memory {
  const filled = typeof contents !== 'number';
  const buffer = filled ? contents : new ArrayBuffer(0);
  if (buffer.byteLength % 4 !== 0) {
    throw new VggpuError('kernel', `'${facts.name}' has ${buffer.byteLength} bytes, which is no multiple of 4.`);
  }
  return {
    ...facts,
    bytes: filled ? buffer.byteLength : contents,
    filled,
    f32: new Float32Array(buffer),
    u32: new Uint32Array(buffer),
    i32: new Int32Array(buffer),
    u16: new Uint16Array(buffer),
  };
}
