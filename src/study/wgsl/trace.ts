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

/** What a run records. */
export interface Watch {
  /** The invocation whose lines are recorded. */
  readonly followed?: number;
  /** Records the accesses of the followed invocation only, and runs no other where it does not depend on what they do. */
  readonly alone?: boolean;
  /** Records only accesses that touch this part of a variable. */
  readonly near?: Pick<Access, 'variable' | 'index' | 'count'>;
}

const FIELDS = 5;

/** A growing table of whole numbers. */
class Table {
  words = new Int32Array(FIELDS * 1024);
  length = 0;

  /** Makes room for some more. @returns where they begin */
  grow(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.words.length) {
      const larger = new Int32Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
    }
    return at;
  }
}

/** The accesses and lines of one run, as numbers; objects are made when asked for. */
export class Trace implements Recorder {
  invocation = 0;
  own: unknown;
  touchMatrix: (request: unknown) => void = () => {};
  readonly #memories: readonly Memory[];
  readonly #reads: boolean;
  readonly #writes: (name: string) => boolean;
  readonly #accesses = new Table();
  readonly #lines = new Table();
  #values: Value[] = [];
  #followed = -1;
  #only = -1;
  #near: { readonly memory: number; readonly from: number; readonly to: number } | undefined;

  constructor(memories: readonly Memory[], reads: boolean, writes: (name: string) => boolean) {
    this.#memories = memories;
    this.#reads = reads;
    this.#writes = writes;
  }

  /** Forgets everything, for the next run. */
  reset({ followed = -1, alone = false, near }: Watch): void {
    this.#followed = followed;
    this.#only = alone ? followed : -1;
    const memory = near ? this.#memories.findIndex(({ name }) => name === near.variable) : -1;
    this.#near = near && { memory, from: near.index, to: near.index + near.count };
    this.#accesses.length = 0;
    this.#lines.length = 0;
    this.#values = [];
  }

  /** Number of accesses. */
  get length(): number {
    return this.#accesses.length / FIELDS;
  }

  /** Number of lines that the followed invocation ran through. */
  get steps(): number {
    return this.#lines.length / 2;
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
    if (this.#only >= 0 && this.invocation !== this.#only) return;
    // A matrix of halves in memory that is declared as words touches halves of them.
    const index = Math.floor(byte / memory.scalarBytes);
    const count = Math.max(1, bytes / memory.scalarBytes);
    const near = this.#near;
    if (near && (memory.index !== near.memory || index >= near.to || index + count <= near.from)) return;
    const at = this.#accesses.grow(FIELDS);
    const { words } = this.#accesses;
    words[at] = this.invocation;
    words[at + 1] = line;
    words[at + 2] = memory.index * 4 + write * 2 + (inside ? 1 : 0);
    words[at + 3] = index;
    words[at + 4] = count;
  }

  line(line: number): void {
    if (this.invocation !== this.#followed) return;
    const at = this.#lines.grow(2);
    this.#lines.words[at] = line;
    this.#lines.words[at + 1] = this.length;
  }

  /** The value of the last access. */
  note(value: Value): void {
    if (this.length > 0) this.#values[this.length - 1] = value;
  }

  access(i: number): Access {
    const at = i * FIELDS;
    const { words } = this.#accesses;
    const kind = words[at + 2]!;
    const value = this.#values[i];
    return {
      invocation: words[at]!,
      line: words[at + 1]!,
      variable: this.#memories[kind >> 2]!.name,
      access: kind & 2 ? 'write' : 'read',
      index: words[at + 3]!,
      count: words[at + 4]!,
      inside: (kind & 1) === 1,
      ...(value === undefined ? {} : { value }),
    };
  }

  step(i: number): LineStep {
    return { line: this.#lines.words[2 * i]!, accesses: this.#lines.words[2 * i + 1]! };
  }

  /** Lines and the accesses before them in turn, for after the next run. */
  copyOfSteps(): Int32Array {
    return this.#lines.words.slice(0, this.#lines.length);
  }

  /** All accesses, or those of one invocation, in order. */
  *accesses(invocation?: number): Generator<Access> {
    for (let i = 0; i < this.length; i++) {
      if (invocation === undefined || this.#accesses.words[i * FIELDS] === invocation) yield this.access(i);
    }
  }
}
