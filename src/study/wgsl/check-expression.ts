// Expressions: names found, types worked out, places told from values.
import { checkCall } from './check-call.js';
import { materialize, materialized, shapeOf, unify } from './convert.js';
import { OPERATIONS } from './operations.js';
import type { Expression, Reference, Step } from './program.js';
import { localNamed, refuse, type Scope } from './scope.js';
import type { ExpressionNode } from './syntax.js';
import { BOOL, memberType, type ScalarName, type Space, scalar, type Type, typeText, vector } from './types.js';

type Of<Kind extends ExpressionNode['kind']> = Extract<ExpressionNode, { kind: Kind }>;

/** The value of an expression: what stands in memory is loaded. */
export function check(scope: Scope, node: ExpressionNode): Expression {
  const place = referenceTo(scope, node);
  if (place) return { kind: 'load', from: place, type: place.type };
  switch (node.kind) {
    case 'number':
      return { kind: 'number', value: node.value, type: scalar(literalType(node)) };
    case 'boolean':
      return { kind: 'number', value: node.value, type: BOOL };
    case 'name':
      return checkName(scope, node);
    case 'unary':
      return checkUnary(scope, node);
    case 'binary':
      return checkBinary(scope, node);
    case 'call':
      return checkCall(scope, node);
    case 'index':
      return checkElement(scope, node);
    case 'member':
      return checkMember(scope, node);
  }
}

function literalType({ suffix, float }: Of<'number'>): ScalarName {
  const named = ({ u: 'u32', i: 'i32', f: 'f32', h: 'f16' } as const)[suffix];
  return named ?? (float ? 'abstractFloat' : 'abstractInt');
}

function checkName({ module, ...scope }: Scope, { name, line }: Of<'name'>): Expression {
  const local = localNamed({ module, ...scope }, name);
  if (local) return { kind: 'symbol', symbol: local.symbol, type: local.symbol.type };
  const known = module.find(name, line);
  if (known?.kind === 'constant') return { kind: 'symbol', symbol: known.symbol, type: known.symbol.type };
  throw refuse(module, line, known ? `'${name}' is no value.` : `nothing is called '${name}'.`);
}

/** The place that an expression means; undefined where it is a value. */
export function referenceTo(scope: Scope, node: ExpressionNode): Reference | undefined {
  const { module } = scope;
  const { line } = node;
  if (node.kind === 'name') {
    const local = localNamed(scope, node.name);
    if (local) return local.place ? rooted(local.symbol, local.symbol.space, local.symbol.type, line) : undefined;
    const known = module.find(node.name, line);
    if (known?.kind !== 'variable') return undefined;
    const { symbol } = known.variable;
    return rooted(symbol, symbol.space, symbol.type, line);
  }
  if (node.kind === 'unary' && node.sign === '*') return throughPointer(check(scope, node.of), line);
  if (node.kind !== 'index' && node.kind !== 'member') return undefined;
  const of = referenceTo(scope, node.of) ?? pointedTo(scope, node.of, line);
  if (!of) return undefined;
  const step = node.kind === 'index' ? indexStep(scope, of.type, node) : memberStep(of.type, node.name);
  if (!step) {
    if (node.kind === 'member' && of.type.kind === 'vector') return undefined; // several components: loaded, then picked
    throw refuse(module, line, `${typeText(of.type)} has no such part.`);
  }
  return { ...of, steps: [...of.steps, step], type: step.type, line };
}

function rooted(root: Reference['root'], space: Space, type: Type, line: number): Reference {
  return { root, space, steps: [], type, line };
}

function throughPointer(pointer: Expression, line: number): Reference | undefined {
  return pointer.type.kind === 'pointer' ? rooted(pointer, pointer.type.space, pointer.type.of, line) : undefined;
}

/** `p[i]` and `p.x` of a pointer mean `(*p)[i]` and `(*p).x`. */
function pointedTo(scope: Scope, node: ExpressionNode, line: number): Reference | undefined {
  if (node.kind !== 'name') return undefined;
  const local = localNamed(scope, node.name);
  if (local?.symbol.type.kind !== 'pointer') return undefined;
  return throughPointer(check(scope, node), line);
}

function indexStep(scope: Scope, of: Type, node: Of<'index'>): Step | undefined {
  const index = materialized(check(scope, node.index));
  if (of.kind === 'array') return { kind: 'index', index, count: of.count, type: of.of };
  if (of.kind === 'vector') return { kind: 'index', index, count: of.size, type: scalar(of.of) };
  if (of.kind === 'matrix') return { kind: 'index', index, count: of.columns, type: vector(of.rows, of.of) };
  return undefined;
}

function memberStep(of: Type, name: string): Step | undefined {
  if (of.kind === 'struct') {
    const type = memberType(of, name);
    return type && { kind: 'member', name, type };
  }
  const [component, ...more] = of.kind === 'vector' ? componentsOf(name) : [];
  if (of.kind !== 'vector' || component === undefined || more.length > 0) return undefined;
  return { kind: 'component', component, type: scalar(of.of) };
}

/** Positions of `xyzw` or `rgba`; empty where the name is none. */
function componentsOf(name: string): number[] {
  if (!/^([xyzw]{1,4}|[rgba]{1,4})$/.test(name)) return [];
  return [...name].map((letter) => 'xyzw'.indexOf(letter)).map((at, i) => (at < 0 ? 'rgba'.indexOf(name[i]!) : at));
}

function checkElement(scope: Scope, node: Of<'index'>): Expression {
  const of = check(scope, node.of);
  const step = indexStep(scope, of.type, node);
  if (step?.kind !== 'index') throw refuse(scope.module, node.line, `${typeText(of.type)} has no elements.`);
  return { kind: 'element', of, index: step.index, type: step.type };
}

function checkMember(scope: Scope, node: Of<'member'>): Expression {
  const of = check(scope, node.of);
  const step = memberStep(of.type, node.name);
  if (step?.kind === 'member') return { kind: 'member', of, name: node.name, type: step.type };
  const components = of.type.kind === 'vector' ? componentsOf(node.name) : [];
  if (of.type.kind !== 'vector' || components.length === 0) {
    throw refuse(scope.module, node.line, `${typeText(of.type)} has no '${node.name}'.`);
  }
  const type = components.length === 1 ? scalar(of.type.of) : vector(components.length, of.type.of);
  return { kind: 'swizzle', of, components, type };
}

function checkUnary(scope: Scope, { sign, of, line }: Of<'unary'>): Expression {
  if (sign === '&') {
    const to = referenceTo(scope, of);
    if (!to) throw refuse(scope.module, line, "'&' needs a variable.");
    return { kind: 'pointer', to, type: { kind: 'pointer', space: to.space, of: to.type } };
  }
  const value = check(scope, of);
  if (sign === '-' && value.kind === 'number' && typeof value.value === 'number') {
    return { ...value, value: -value.value };
  }
  return apply(scope, line, { '-': 'negate', '!': 'not', '~': 'complement' }[sign] ?? sign, [value]);
}

function checkBinary(scope: Scope, node: Of<'binary'>): Expression {
  return binary(scope, node.line, node.sign, check(scope, node.left), check(scope, node.right));
}

/** An operator between two values. */
export function binary(scope: Scope, line: number, sign: string, left: Expression, right: Expression): Expression {
  if (sign === '&&' || sign === '||') return { kind: sign === '&&' ? 'and' : 'or', left, right, type: BOOL };
  const kinds = [left.type.kind, right.type.kind];
  if (sign === '*' && kinds.includes('matrix') && !kinds.includes('scalar')) return product(scope, line, left, right);
  if (sign === '<<' || sign === '>>') {
    const amount = materialize(right, 'u32');
    const value = amount.kind === 'number' ? left : materialized(left);
    const [operand] = unify(scope.module, line, sign, [value]).operands;
    const type = shapeOf(scope.module, line, sign, [value], unify(scope.module, line, sign, [value]).on);
    return {
      kind: 'apply',
      operation: sign,
      on: unify(scope.module, line, sign, [value]).on,
      operands: [operand!, amount],
      type,
    };
  }
  return apply(scope, line, sign, [left, right]);
}

/** An operation on each component. */
export function apply(scope: Scope, line: number, operation: string, values: readonly Expression[]): Expression {
  const { module } = scope;
  const { parameters, result } = OPERATIONS[operation]!;
  if (parameters !== values.length) {
    throw refuse(module, line, `'${operation}' takes ${parameters} operands, not ${values.length}.`);
  }
  const { on, operands } = unify(module, line, operation, values);
  const type = shapeOf(module, line, operation, operands, result ?? on);
  return { kind: 'apply', operation, on, operands, type };
}

/** A matrix times a vector or a matrix, or a vector times a matrix. */
function product(scope: Scope, line: number, left: Expression, right: Expression): Expression {
  const { on, operands } = unify(scope.module, line, '*', [left, right]);
  const [a, b] = [left.type, right.type];
  let type: Type | undefined;
  if (a.kind === 'matrix' && b.kind === 'vector' && a.columns === b.size) type = vector(a.rows, on);
  else if (a.kind === 'vector' && b.kind === 'matrix' && a.size === b.rows) type = vector(b.columns, on);
  else if (a.kind === 'matrix' && b.kind === 'matrix' && a.columns === b.rows) {
    type = { kind: 'matrix', columns: b.columns, rows: a.rows, of: on };
  }
  if (!type) throw refuse(scope.module, line, `'*' does not take ${typeText(a)} and ${typeText(b)}.`);
  return { kind: 'whole', operation: `${a.kind} * ${b.kind}`, operands, type };
}
