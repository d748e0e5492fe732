// What the parts of the emitter share: the slice, names in JavaScript, and helper functions made once.
import { bitcast, conversion, OPERATIONS } from './operations.js';
import type { Expression, Routine, Variable } from './program.js';
import type { Slice } from './slice.js';
import { type ScalarName, scalarBytes, type Type } from './types.js';

export interface Emitter {
  readonly slice: Slice;
  /** Definitions of helpers, by name. */
  readonly helpers: Map<string, string>;
  /** Functions that wait for other invocations, and so are generators; callees come before callers. */
  readonly waiting: Set<Routine>;
}

export const local = ({ name, id }: Variable): string => `v${id}_${name}`;
export const functionName = ({ name }: Routine): string => `f_${name}`;
export const memoryName = ({ name, id }: Variable): string => `m${id}_${name}`;
export const privateName = ({ name, id }: Variable): string => `T.own.p${id}_${name}`;
export const field = (name: string): string => `$${name}`;

export function helper(emitter: Emitter, name: string, definition: () => string): string {
  if (!emitter.helpers.has(name)) emitter.helpers.set(name, definition());
  return name;
}

/** The JavaScript of zero. */
export function zero(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return type.of === 'bool' ? 'false' : '0';
    case 'vector':
      return `[${Array.from({ length: type.size }, () => (type.of === 'bool' ? 'false' : '0')).join(', ')}]`;
    case 'matrix':
      return `[${Array.from({ length: type.columns }, () => zero({ kind: 'vector', size: type.rows, of: type.of })).join(', ')}]`;
    case 'array':
      return `Array.from({ length: ${type.count} }, () => (${zero(type.of)}))`;
    case 'struct':
      return `{ ${type.members.map((member) => `${field(member.name)}: ${zero(member.type)}`).join(', ')} }`;
    case 'subgroupMatrix':
      return `new Float64Array(${type.columns * type.rows})`;
    default:
      return '0';
  }
}

const wordOf = (name: string): string => name.replaceAll(/[^\w]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}`);

/** A call of the helper that applies an operation to each component. */
export function applied(
  emitter: Emitter,
  { operation, on, operands, type }: Extract<Expression, { kind: 'apply' }>,
  values: readonly string[],
): string {
  const from =
    operation.startsWith('to ') || operation.startsWith('bits of ')
      ? (operation.split(' ').at(-1) as ScalarName)
      : undefined;
  const one = (parts: readonly string[]): string => {
    if (!from) return OPERATIONS[operation]!.template(on, ...parts);
    return (operation.startsWith('to ') ? conversion : bitcast)(from, on, parts[0]!);
  };
  if (type.kind !== 'vector' && type.kind !== 'matrix') return one(values);
  const kinds = operands.map((operand) => operand.type.kind[0]).join('');
  const size = type.kind === 'vector' ? `${type.size}` : `${type.columns}x${type.rows}`;
  const name = helper(emitter, `a_${wordOf(operation)}_${on}_${kinds}_${size}`, () => {
    const names = operands.map((_, i) => 'abc'[i]!);
    const pick = (at: string) => names.map((name, i) => (operands[i]!.type.kind === 'scalar' ? name : `${name}${at}`));
    const column = (prefix: string, count: number) =>
      `[${Array.from({ length: count }, (_, i) => one(pick(`${prefix}[${i}]`))).join(', ')}]`;
    const body =
      type.kind === 'vector'
        ? column('', type.size)
        : `[${Array.from({ length: type.columns }, (_, i) => column(`[${i}]`, type.rows)).join(', ')}]`;
    return `(${names.join(', ')}) => ${body}`;
  });
  return `${name}(${values.join(', ')})`;
}

const VIEWS: Readonly<Record<string, string>> = { f32: 'f32', i32: 'i32', u32: 'u32', bool: 'u32', f16: 'u16' };

const fromMemory = (of: ScalarName, js: string) =>
  of === 'bool' ? `(${js} !== 0)` : of === 'f16' ? `R.halfFromBits(${js})` : js;
const toMemory = (of: ScalarName, js: string) =>
  of === 'bool' ? `Number(${js})` : of === 'f16' ? `R.halfBits(${js})` : js;

/** The helper that loads scalars that lie side by side: (memory, byte, line) => value. */
export function loader(emitter: Emitter, of: ScalarName, size: number | undefined): string {
  return helper(emitter, `load_${of}_${size ?? 1}${size === undefined ? 's' : ''}`, () => {
    const bytes = scalarBytes(of);
    const one = (i: number) => fromMemory(of, `view[i + ${i}]`);
    const value = size === undefined ? one(0) : `[${Array.from({ length: size }, (_, i) => one(i)).join(', ')}]`;
    const nothing = zero(size === undefined ? { kind: 'scalar', of } : { kind: 'vector', size, of });
    const note = emitter.slice.recording.values ? 'T.note(value); ' : '';
    return `(m, o, l) => { if (!T.read(m, o, ${bytes * (size ?? 1)}, l)) return ${nothing}; const view = m.${VIEWS[of]}, i = o / ${bytes}; const value = ${value}; ${note}return value; }`;
  });
}

/** The helper that stores scalars side by side: (memory, byte, value, line). */
export function storer(emitter: Emitter, of: ScalarName, size: number | undefined): string {
  return helper(emitter, `store_${of}_${size ?? 1}${size === undefined ? 's' : ''}`, () => {
    const bytes = scalarBytes(of);
    const one = (i: number) => `view[i + ${i}] = ${toMemory(of, size === undefined ? 'value' : `value[${i}]`)}; `;
    const note = emitter.slice.recording.values ? 'T.note(value); ' : '';
    const all = Array.from({ length: size ?? 1 }, (_, i) => one(i)).join('');
    return `(m, o, value, l) => { if (!T.write(m, o, ${bytes * (size ?? 1)}, l)) return; const view = m.${VIEWS[of]}, i = o / ${bytes}; ${all}${note}}`;
  });
}
