// What invocations did to memory, in the order in which they did it.
import type { Memory } from './memory.js';

/** One read or write. */
export interface Access {
  /** Number of the invocation within its workgroup (local_invocation_index). */
  readonly invocation: number;
  /** Line of the shader's text, its includes after it; from 1. */
  readonly line: number;
  /** The variable in the shader. */
  readonly variable: string;
  readonly access: 'read' | 'write';
  /** First scalar of the variable that it touches, and how many side by side: a vec4f touches four. */
  readonly index: number;
  readonly count: number;
  /** Whether it lies within the variable. What does not is read as zero and not written. */
  readonly inside: boolean;
  /** Only where values are recorded. */
  readonly value?: Value | undefined;
}

export type Value = number | boolean | readonly Value[] | { readonly [member: string]: Value };

/** A line that an invocation reached, and how many accesses it had made before. */
export interface LineStep {
  readonly line: number;
  readonly accesses: number;
}

/** What compiled programs call. */
export interface Recorder {
  invocation: number;
  /** Private variables of the invocation. */
  own: unknown;
  read(memory: Memory, byte: number, bytes: number, line: number): boolean;
  write(memory: Memory, byte: number, bytes: number, line: number): boolean;
  line(line: number): void;
  note(value: Value): void;
  touchMatrix(request: unknown): void;
}

const FIELDS = 5;

/** A growing table of accesses, 20 bytes each. */
export class Trace implements Recorder {
  invocation = 0;
  own: unknown;
  #followed = -1;
  touchMatrix: (request: unknown) => void = () => {};
  lines: LineStep[] = [];
  readonly #memories: Memory[];
  readonly #reads: boolean;
  readonly #writes: (name: string) => boolean;
  #values: Value[] = [];
  #table = new Int32Array(FIELDS * 1024);
  #count = 0;

  constructor(memories: readonly Memory[], reads: boolean, writes: (name: string) => boolean) {
    this.#memories = [];
    for (const memory of memories) this.#memories[memory.index] = memory;
    this.#reads = reads;
    this.#writes = writes;
  }

  /** Forgets everything. @param followed the invocation whose lines are recorded from now on */
  reset(followed: number): void {
    this.#followed = followed;
    this.#count = 0;
    this.#values = [];
    this.lines = [];
  }

  get length(): number {
    return this.#count;
  }

  /** @returns whether there is something to read */
  read(memory: Memory, byte: number, bytes: number, line: number): boolean {
    const inside = byte >= 0 && byte + bytes <= memory.bytes;
    if (this.#reads && memory.recorded) this.#add(memory, byte, bytes, line, 0, inside);
    return inside && memory.filled;
  }

  /** @returns whether there is something to write to */
  write(memory: Memory, byte: number, bytes: number, line: number): boolean {
    const inside = byte >= 0 && byte + bytes <= memory.bytes;
    if (memory.recorded && this.#writes(memory.name)) this.#add(memory, byte, bytes, line, 1, inside);
    return inside && memory.filled;
  }

  #add(memory: Memory, byte: number, bytes: number, line: number, write: number, inside: boolean): void {
    if (this.#table.length < (this.#count + 1) * FIELDS) {
      const larger = new Int32Array(2 * this.#table.length);
      larger.set(this.#table);
      this.#table = larger;
    }
    const at = this.#count++ * FIELDS;
    this.#table[at] = this.invocation;
    this.#table[at + 1] = line;
    this.#table[at + 2] = memory.index * 4 + write * 2 + (inside ? 1 : 0);
    this.#table[at + 3] = byte / memory.scalarBytes;
    this.#table[at + 4] = bytes / memory.scalarBytes;
  }

  line(line: number): void {
    if (this.invocation === this.#followed) this.lines.push({ line, accesses: this.#count });
  }

  /** The value of the last access. */
  note(value: Value): void {
    if (this.#count > 0) this.#values[this.#count - 1] = value;
  }

  access(i: number): Access {
    const at = i * FIELDS;
    const kind = this.#table[at + 2]!;
    const value = this.#values[i];
    return {
      invocation: this.#table[at]!,
      line: this.#table[at + 1]!,
      variable: this.#memories[kind >> 2]!.name,
      access: kind & 2 ? 'write' : 'read',
      index: this.#table[at + 3]!,
      count: this.#table[at + 4]!,
      inside: (kind & 1) === 1,
      ...(value === undefined ? {} : { value }),
    };
  }

  /** All accesses, or those of one invocation. */
  *accesses(invocation?: number): Generator<Access> {
    for (let i = 0; i < this.#count; i++) {
      if (invocation === undefined || this.#table[i * FIELDS] === invocation) yield this.access(i);
    }
  }

  /** Calls back for each access without making an object of it. */
  each(
    visit: (invocation: number, variable: number, write: boolean, index: number, count: number, line: number) => void,
  ): void {
    const table = this.#table;
    for (let at = 0; at < this.#count * FIELDS; at += FIELDS) {
      const kind = table[at + 2]!;
      if (kind & 1) visit(table[at]!, kind >> 2, (kind & 2) !== 0, table[at + 3]!, table[at + 4]!, table[at + 1]!);
    }
  }
}
