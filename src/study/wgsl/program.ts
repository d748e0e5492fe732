// A checked program: every name resolved, every expression typed, reads of memory explicit. It is what is sliced and turned into JavaScript.
import type { ScalarName, Space, Type } from './types.js';

/** A variable, constant or parameter. */
export interface Variable {
  readonly name: string;
  /** Unique in the program. */
  readonly id: number;
  readonly type: Type;
  readonly space: Space;
  /** Whether its value is in memory that is addressed by bytes: storage, workgroup and uniform variables. */
  readonly memory: boolean;
}

/** A step from a variable to a part of it. */
export type Step =
  | { readonly kind: 'member'; readonly name: string; readonly type: Type }
  | { readonly kind: 'index'; readonly index: Expression; readonly count: number | undefined; readonly type: Type }
  | { readonly kind: 'component'; readonly component: number; readonly type: Type };

/** A place that can be read or written. */
export interface Reference {
  /** A variable, or an expression that gives a pointer. */
  readonly root: Variable | Expression;
  readonly space: Space;
  readonly steps: readonly Step[];
  readonly type: Type;
  readonly line: number;
}

interface Typed {
  readonly type: Type;
}

export type Expression =
  | (Typed & { readonly kind: 'number'; readonly value: number | boolean })
  | (Typed & { readonly kind: 'symbol'; readonly symbol: Variable })
  | (Typed & { readonly kind: 'load'; readonly from: Reference })
  | (Typed & { readonly kind: 'pointer'; readonly to: Reference })
  /** Components of a vector value, in order. */
  | (Typed & { readonly kind: 'swizzle'; readonly of: Expression; readonly components: readonly number[] })
  | (Typed & { readonly kind: 'element'; readonly of: Expression; readonly index: Expression })
  | (Typed & { readonly kind: 'member'; readonly of: Expression; readonly name: string })
  /** An operation on each component; scalars among the operands serve all of them. */
  | (Typed & {
      readonly kind: 'apply';
      readonly operation: string;
      /** The scalar type that it computes with. */
      readonly on: ScalarName;
      readonly operands: readonly Expression[];
    })
  /** A built-in that takes its operands whole: dot, a product of matrices. */
  | (Typed & { readonly kind: 'whole'; readonly operation: string; readonly operands: readonly Expression[] })
  | (Typed & { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression })
  /** From its parts; without parts, zero. */
  | (Typed & { readonly kind: 'construct'; readonly parts: readonly Expression[] })
  | (Typed & { readonly kind: 'call'; readonly callee: Routine; readonly operands: readonly Expression[] })
  | (Typed & {
      readonly kind: 'atomic';
      readonly operation: string;
      readonly at: Reference;
      readonly operands: readonly Expression[];
    })
  /** Lanes of a subgroup, or invocations of a workgroup, exchange values. */
  | (Typed & {
      readonly kind: 'exchange';
      readonly operation: string;
      readonly operands: readonly Expression[];
      readonly line: number;
    })
  | (Typed & { readonly kind: 'arrayLength'; readonly of: Reference });

interface Placed {
  readonly line: number;
}

export type Statement =
  | (Placed & { readonly kind: 'block'; readonly body: readonly Statement[] })
  /** A value of undefined is zero. */
  | (Placed & { readonly kind: 'declare'; readonly symbol: Variable; readonly value: Expression | undefined })
  | (Placed & { readonly kind: 'assign'; readonly target: Reference; readonly value: Expression })
  | (Placed & { readonly kind: 'evaluate'; readonly value: Expression })
  | (Placed & { readonly kind: 'barrier'; readonly name: string })
  | (Placed & {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | undefined;
    })
  | (Placed & {
      readonly kind: 'loop';
      readonly before: Statement | undefined;
      readonly condition: Expression | undefined;
      readonly update: Statement | undefined;
      readonly breakIf: Expression | undefined;
      readonly body: Statement;
    })
  | (Placed & {
      readonly kind: 'switch';
      readonly value: Expression;
      readonly cases: readonly {
        readonly selectors: readonly number[];
        readonly isDefault: boolean;
        readonly body: Statement;
      }[];
    })
  | (Placed & { readonly kind: 'break' | 'continue' })
  | (Placed & { readonly kind: 'return'; readonly value: Expression | undefined });

export interface Routine {
  readonly name: string;
  readonly line: number;
  readonly parameters: readonly Variable[];
  /** The built-in value that each parameter of an entry point holds; undefined elsewhere. */
  readonly builtins: readonly (string | undefined)[];
  readonly result: Type;
  /** Filled once the functions that it calls are known. */
  body: Statement;
}

/** A variable in memory, or private to each invocation. */
export interface GlobalVariable {
  readonly symbol: Variable;
  /** Undefined where it is not bound. */
  readonly binding: number | undefined;
  readonly writable: boolean;
  readonly value: Expression | undefined;
  readonly line: number;
}

export interface Program {
  /** What the text is called in errors. */
  readonly name: string;
  readonly constants: readonly { readonly symbol: Variable; readonly value: Expression }[];
  readonly variables: readonly GlobalVariable[];
  readonly functions: readonly Routine[];
  readonly entry: Routine;
  readonly workgroup: readonly [number, number, number];
}
