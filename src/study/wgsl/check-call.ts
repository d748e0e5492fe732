// Calls: of functions, of types, of what the language brings.
import { apply, check, referenceTo } from './check-expression.js';
import { constantValue } from './constants.js';
import { fitted, materialize, materialized, shapeOf, unify } from './convert.js';
import { OPERATIONS } from './operations.js';
import type { Expression } from './program.js';
import { predeclaredType, refuse, resolveType, type Scope } from './scope.js';
import type { CallNode, ExpressionNode, NameNode } from './syntax.js';
import { BOOL, I32, NOTHING, scalar, scalarOf, type Type, typeText, U32, vector } from './types.js';

const ATOMICS = /^atomic(Load|Store|Add|Sub|Max|Min|And|Or|Xor|Exchange)$/;

/** Functions that take their operands whole, and what they give. */
const WHOLE: Readonly<Record<string, (operands: readonly Expression[]) => Type>> = {
  all: () => BOOL,
  any: () => BOOL,
  dot: ([a]) => scalar(scalarOf(a!.type)!),
  length: ([a]) => scalar(scalarOf(a!.type)!),
  transpose: ([a]) =>
    a!.type.kind === 'matrix' ? { ...a!.type, columns: a!.type.rows, rows: a!.type.columns } : a!.type,
  pack2x16float: () => U32,
  unpack2x16float: () => vector(2, 'f32'),
};

const EXCHANGES: Readonly<Record<string, (operands: readonly Expression[]) => Type>> = {
  subgroupElect: () => BOOL,
  subgroupAll: () => BOOL,
  subgroupAny: () => BOOL,
  subgroupBallot: () => vector(4, 'u32'),
};
const SAME_TYPE =
  /^subgroup(Broadcast|BroadcastFirst|Shuffle|ShuffleXor|ShuffleUp|ShuffleDown|Add|Mul|Max|Min|And|Or|Xor|ExclusiveAdd|InclusiveAdd)$|^quad(Broadcast|SwapX|SwapY|SwapDiagonal)$/;

export function checkCall(scope: Scope, { callee, parameters, line }: CallNode): Expression {
  const { module } = scope;
  const { name } = callee;
  const known = module.find(name, line);
  if (known?.kind === 'function') {
    const { function: called } = known;
    if (called.parameters.length !== parameters.length) {
      throw refuse(module, line, `${name} takes ${called.parameters.length} parameters, not ${parameters.length}.`);
    }
    const operands = parameters.map((node, i) => fitted(module, line, check(scope, node), called.parameters[i]!.type));
    return { kind: 'call', callee: called, operands, type: called.result };
  }
  const count = (node: ExpressionNode) => constantValue(module, line, check(scope, node));
  const type = known?.kind === 'type' ? known.type : predeclaredType(callee, module, count);
  if (type) return construct(scope, line, type, parameters);
  if (known) throw refuse(module, line, `'${name}' cannot be called.`);
  if (ATOMICS.test(name) || name === 'arrayLength') return onReference(scope, line, name, parameters);
  const operands = parameters.map((node) => check(scope, node));
  const vectorSize = /^vec([234])$/.exec(name)?.[1];
  if (vectorSize) return constructInferred(scope, line, Number(vectorSize), operands);
  if (name === 'bitcast') {
    const to = predeclaredType(callee.template[0] as CallNode['callee'], module, count);
    const [operand] = operands.map(materialized);
    if (!to || !operand) throw refuse(module, line, 'bitcast needs a type and a value.');
    return {
      kind: 'apply',
      operation: `bits of ${scalarOf(operand.type)}`,
      on: scalarOf(to)!,
      operands: [operand],
      type: to,
    };
  }
  if (name === 'select') return checkSelect(scope, line, operands);
  if (name === 'workgroupUniformLoad')
    return { kind: 'exchange', operation: name, operands, line, type: uniformType(operands) };
  if (name.startsWith('subgroupMatrix')) return onMatrix(scope, line, callee, operands);
  const exchanged = EXCHANGES[name] ?? (SAME_TYPE.test(name) ? () => materialized(operands[0]!).type : undefined);
  if (exchanged)
    return { kind: 'exchange', operation: name, operands: operands.map(materialized), line, type: exchanged(operands) };
  const whole = WHOLE[name];
  if (whole) {
    const { operands: unified } = unify(module, line, name, operands.map(materialized));
    return { kind: 'whole', operation: name, operands: unified, type: whole(unified) };
  }
  if (Object.hasOwn(OPERATIONS, name)) {
    const floats = /^(exp|log|sin|cos|tan|sqrt|inverse|mix|fma|pow|floor|ceil|round|fract|trunc|saturate|step)/.test(
      name,
    );
    const values = floats
      ? operands.map((value) => (scalarOf(value.type) === 'abstractInt' ? materialize(value, 'abstractFloat') : value))
      : operands;
    return apply(scope, line, name, values);
  }
  throw refuse(module, line, `nothing is called '${name}', or it is not a part of WGSL that can be traced.`);
}

/** `subgroupMatrixLoad<Type, order>(&memory, offset, stride)`, `subgroupMatrixStore<order>(&memory, offset, value, stride)` and products. */
function onMatrix(
  scope: Scope,
  line: number,
  { name, template }: NameNode,
  operands: readonly Expression[],
): Expression {
  const { module } = scope;
  const own = operands.map(materialized);
  const exchange = (type: Type, order = ''): Expression => {
    return { kind: 'exchange', operation: `${name}${order && ` ${order}`}`, operands: own, line, type };
  };
  const [first, second] = template;
  const count = (node: ExpressionNode) => constantValue(module, line, check(scope, node));
  if (name === 'subgroupMatrixLoad' && first?.kind === 'name' && second?.kind === 'name') {
    return exchange(resolveType(first, module, count), second.name);
  }
  if (name === 'subgroupMatrixStore' && first?.kind === 'name') return exchange(NOTHING, first.name);
  const sums = own[2]?.type;
  if (name === 'subgroupMatrixMultiplyAccumulate' && sums) return exchange(sums);
  throw refuse(module, line, `'${name}' is not a part of WGSL that can be traced.`);
}

/** workgroupUniformLoad(p) gives what p points to. */
function uniformType([pointer]: readonly Expression[]): Type {
  const of = pointer?.type.kind === 'pointer' ? pointer.type.of : U32;
  return of.kind === 'atomic' ? scalar(of.of) : of;
}

function checkSelect(scope: Scope, line: number, [no, yes, which]: readonly Expression[]): Expression {
  const { module } = scope;
  if (!no || !yes || !which || scalarOf(which.type) !== 'bool')
    throw refuse(module, line, 'select(no, yes, condition).');
  if (scalarOf(no.type) === undefined) {
    return { kind: 'apply', operation: 'select', on: 'bool', operands: [no, yes, which], type: no.type };
  }
  const { on, operands } = unify(module, line, 'select', [no, yes]);
  const type = shapeOf(module, line, 'select', operands, on);
  return { kind: 'apply', operation: 'select', on, operands: [...operands, which], type };
}

function onReference(scope: Scope, line: number, operation: string, parameters: readonly ExpressionNode[]): Expression {
  const [first, ...rest] = parameters;
  const at = first?.kind === 'unary' && first.sign === '&' ? referenceTo(scope, first.of) : undefined;
  if (!at) throw refuse(scope.module, line, `${operation} needs '&' and a variable.`);
  if (operation === 'arrayLength') return { kind: 'arrayLength', of: at, type: U32 };
  if (at.type.kind !== 'atomic') throw refuse(scope.module, line, `${operation} needs an atomic.`);
  const { of } = at.type;
  const operands = rest.map((node) => fitted(scope.module, line, check(scope, node), scalar(of)));
  const type: Type = operation === 'atomicStore' ? { kind: 'nothing' } : of === 'i32' ? I32 : U32;
  return { kind: 'atomic', operation, at, operands, type };
}

/** A call of a type: from its parts, by conversion of a scalar or vector, or zero. */
function construct(scope: Scope, line: number, type: Type, parameters: readonly ExpressionNode[]): Expression {
  const { module } = scope;
  const parts = parameters.map((node) => check(scope, node));
  if (parts.length === 0) return { kind: 'construct', parts, type };
  const each = (of: Type) => parts.map((part) => fitted(module, line, part, of));
  switch (type.kind) {
    case 'struct':
      if (parts.length !== type.members.length) {
        throw refuse(module, line, `${type.name} has ${type.members.length} members, not ${parts.length}.`);
      }
      return {
        kind: 'construct',
        type,
        parts: parts.map((part, i) => fitted(module, line, part, type.members[i]!.type)),
      };
    case 'array':
      return { kind: 'construct', type, parts: each(type.of) };
    case 'scalar':
    case 'vector':
    case 'matrix':
      return constructNumbers(scope, line, type, parts);
    default:
      throw refuse(module, line, `${typeText(type)} cannot be made like that.`);
  }
}

function constructNumbers(
  { module }: Scope,
  line: number,
  type: Extract<Type, { kind: 'scalar' | 'vector' | 'matrix' }>,
  parts: readonly Expression[],
): Expression {
  const first = materialize(parts[0]!, type.of);
  const from = scalarOf(first.type);
  const whole = type.kind === 'scalar' ? 'scalar' : parts.length === 1 && first.type.kind === type.kind;
  if (whole && from !== undefined) {
    if (from === type.of) return { ...first, type };
    return { kind: 'apply', operation: `to ${from}`, on: type.of, operands: [first], type };
  }
  const own = parts.map((part) => materialize(part, type.of));
  if (own.some((part) => scalarOf(part.type) !== type.of)) {
    throw refuse(module, line, `${typeText(type)} of ${parts.map((part) => typeText(part.type)).join(', ')}.`);
  }
  return { kind: 'construct', type, parts: own };
}

/** `vec4(...)`: its scalar type is that of its parts. */
function constructInferred({ module }: Scope, line: number, size: number, parts: readonly Expression[]): Expression {
  const { on, operands } = unify(module, line, `vec${size}`, parts);
  return { kind: 'construct', type: vector(size, on), parts: operands };
}
