// Expressions as JavaScript: their values, or only the accesses that are made on the way.

import { isMatrixAccess, isRecorded, partsOf } from './accesses.js';
import { applied, type Emitter, field, functionName, helper, local, zero } from './emit-context.js';
import { addressOf, atomic, loadPlace, pointerTo } from './emit-place.js';
import type { Expression, Reference } from './program.js';
import { sizeOf, type Type } from './types.js';

/** The JavaScript of a value. Vectors and matrices are never changed in place, so they may be shared. */
export function value(emitter: Emitter, expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return numberText(expression.value);
    case 'symbol':
      return local(expression.symbol);
    case 'load':
      return loadPlace(emitter, expression.from);
    case 'pointer':
      return pointerTo(emitter, expression.to);
    case 'swizzle': {
      const of = value(emitter, expression.of);
      if (expression.components.length === 1) return `${of}[${expression.components[0]}]`;
      const picked = expression.components.map((component) => `v[${component}]`).join(', ');
      return `${helper(emitter, `pick_${expression.components.join('')}`, () => `(v) => [${picked}]`)}(${of})`;
    }
    case 'element':
      return `${value(emitter, expression.of)}[${value(emitter, expression.index)}]`;
    case 'member':
      return `${value(emitter, expression.of)}.${field(expression.name)}`;
    case 'apply':
      return applied(
        emitter,
        expression,
        expression.operands.map((operand) => value(emitter, operand)),
      );
    case 'whole':
      return wholeText(emitter, expression);
    case 'and':
      return `(${value(emitter, expression.left)} && ${value(emitter, expression.right)})`;
    case 'or':
      return `(${value(emitter, expression.left)} || ${value(emitter, expression.right)})`;
    case 'construct':
      return constructText(emitter, expression);
    case 'call':
      return callText(emitter, expression);
    case 'atomic':
      return atomic(emitter, expression);
    case 'exchange':
      return exchangeText(emitter, expression);
    case 'arrayLength': {
      const { memory } = addressOf(emitter, expression.of);
      const of = expression.of.type;
      return `Math.floor(${memory}.bytes / ${of.kind === 'array' ? sizeOf(of.of) : 1})`;
    }
  }
}

/** A value to keep: arrays and structs, which are changed in place, are copied. */
export function owned(emitter: Emitter, expression: Expression): string {
  const text = value(emitter, expression);
  const { kind } = expression.type;
  const fresh = expression.kind === 'construct' || expression.kind === 'call';
  return (kind === 'array' || kind === 'struct') && !fresh ? `R.copy(${text})` : text;
}

function numberText(given: number | boolean): string {
  if (typeof given === 'boolean') return String(given);
  return given < 0 || Object.is(given, -0) ? `(${Object.is(given, -0) ? '-0' : given})` : String(given);
}

function constructText(emitter: Emitter, { parts, type }: Extract<Expression, { kind: 'construct' }>): string {
  if (parts.length === 0) return zero(type);
  const values = parts.map((part) => owned(emitter, part));
  if (type.kind === 'struct') {
    return `({ ${values.map((part, i) => `${field(type.members[i]!.name)}: ${part}`).join(', ')} })`;
  }
  if (type.kind === 'vector') {
    const [only] = parts;
    if (parts.length === 1 && only!.type.kind === 'scalar') {
      const same = helper(emitter, `splat_${type.size}`, () => `(a) => [${Array(type.size).fill('a').join(', ')}]`);
      return `${same}(${values[0]})`;
    }
    return `[${values.map((part, i) => (parts[i]!.type.kind === 'vector' ? `...${part}` : part)).join(', ')}]`;
  }
  if (type.kind === 'matrix' && parts[0]!.type.kind === 'scalar') {
    const column = (at: number) => `[${values.slice(at * type.rows, (at + 1) * type.rows).join(', ')}]`;
    return `[${Array.from({ length: type.columns }, (_, i) => column(i)).join(', ')}]`;
  }
  return `[${values.join(', ')}]`;
}

function callText(emitter: Emitter, { callee, operands }: Extract<Expression, { kind: 'call' }>): string {
  const values = operands.map((operand, i) => {
    const parameter = callee.parameters[i]!;
    if (emitter.slice.needs(parameter) || parameter.type.kind === 'pointer') return owned(emitter, operand);
    const made = actions(emitter, operand);
    return made.length > 0 ? `(${made.join(', ')}, undefined)` : 'undefined';
  });
  const call = `${functionName(callee)}(${values.join(', ')})`;
  return emitter.waiting.has(callee) ? `(yield* ${call})` : call;
}

function exchangeText(emitter: Emitter, expression: Extract<Expression, { kind: 'exchange' }>): string {
  const { operation, operands, line } = expression;
  const values = operands.map((operand) => value(emitter, operand)).join(', ');
  if (operation === 'workgroupUniformLoad' && operands[0]?.kind === 'pointer') {
    return `R.second((yield { barrier: ${line} }), ${loadPlace(emitter, atomless(operands[0].to))}, (yield { barrier: ${line} }))`;
  }
  const matrix = matrixFacts(expression);
  return `(yield { operation: '${operation}', line: ${line}, ${matrix}operands: [${values}] })`;
}

const atomless = (place: Reference): Reference =>
  place.type.kind === 'atomic' ? { ...place, type: { kind: 'scalar', of: place.type.of } } : place;

/** What the exchange of a matrix must know beside its operands: its size and the scalar it is stored as. */
function matrixFacts({ operation, operands, type }: Extract<Expression, { kind: 'exchange' }>): string {
  if (!operation.startsWith('subgroupMatrix')) return '';
  const types = operands.map((operand) => operand.type);
  const tile = [type, ...types].find(({ kind }) => kind === 'subgroupMatrix');
  if (tile?.kind !== 'subgroupMatrix') return '';
  const left = types[0]?.kind === 'subgroupMatrix' ? types[0].columns : 0;
  const [memory] = types;
  const unit = memory?.kind === 'pointer' && memory.of.kind === 'array' ? sizeOf(memory.of.of) : 0;
  return `columns: ${tile.columns}, rows: ${tile.rows}, of: '${tile.of}', inner: ${left}, unit: ${unit}, `;
}

/** A product, summed in the order of the elements and rounded after each step. */
function wholeText(emitter: Emitter, { operation, operands, type }: Extract<Expression, { kind: 'whole' }>): string {
  const [a, b] = operands.map((operand) => operand.type) as [Type, Type];
  const values = operands.map((operand) => value(emitter, operand)).join(', ');
  const of =
    'of' in a && a.of === 'f16' ? 'R.half' : 'of' in a && (a.of === 'u32' || a.of === 'i32') ? 'Number' : 'Math.fround';
  const sum = (terms: readonly string[]) => terms.reduce((total, term) => `${of}(${total} + ${of}(${term}))`);
  const products = (count: number, left: (i: number) => string, right: (i: number) => string) =>
    sum(Array.from({ length: count }, (_, i) => `${left(i)} * ${right(i)}`));
  const named = (name: string, definition: () => string) => `${helper(emitter, name, definition)}(${values})`;
  if (operation === 'matrix * vector' && a.kind === 'matrix') {
    const row = (r: number) =>
      products(
        a.columns,
        (i) => `m[${i}][${r}]`,
        (i) => `v[${i}]`,
      );
    return named(
      `matrixVector_${a.columns}x${a.rows}_${a.of}`,
      () => `(m, v) => [${Array.from({ length: a.rows }, (_, r) => row(r)).join(', ')}]`,
    );
  }
  if (operation === 'vector * matrix' && b.kind === 'matrix') {
    const column = (c: number) =>
      products(
        b.rows,
        (i) => `v[${i}]`,
        (i) => `m[${c}][${i}]`,
      );
    return named(
      `vectorMatrix_${b.columns}x${b.rows}_${b.of}`,
      () => `(v, m) => [${Array.from({ length: b.columns }, (_, c) => column(c)).join(', ')}]`,
    );
  }
  if (operation === 'matrix * matrix' && a.kind === 'matrix' && b.kind === 'matrix') {
    const cell = (c: number, r: number) =>
      products(
        a.columns,
        (i) => `m[${i}][${r}]`,
        (i) => `n[${c}][${i}]`,
      );
    const column = (c: number) => `[${Array.from({ length: a.rows }, (_, r) => cell(c, r)).join(', ')}]`;
    return named(
      `matrixMatrix_${a.columns}x${a.rows}x${b.columns}_${a.of}`,
      () => `(m, n) => [${Array.from({ length: b.columns }, (_, c) => column(c)).join(', ')}]`,
    );
  }
  if (operation === 'dot' && a.kind === 'vector') {
    const whole = products(
      a.size,
      (i) => `a[${i}]`,
      (i) => `b[${i}]`,
    );
    return named(
      `dot_${a.size}_${a.of}`,
      () => `(a, b) => ${type.kind === 'scalar' && type.of === 'u32' ? `(${whole}) >>> 0` : whole}`,
    );
  }
  if (operation === 'length') return `Math.fround(Math.hypot(...[${values}].flat()))`;
  if (operation === 'all') return `[${values}].flat().every(Boolean)`;
  if (operation === 'any') return `[${values}].flat().some(Boolean)`;
  if (operation === 'transpose') return `R.transposed(${values})`;
  return `R.${operation}(${values})`;
}

/** The accesses of an expression whose value does not matter, in order. */
export function actions(emitter: Emitter, expression: Expression): string[] {
  const { slice } = emitter;
  if (!slice.acts(expression)) return [];
  switch (expression.kind) {
    case 'load': {
      if (!isRecorded(slice.recording, expression.from, false)) break;
      const { memory, byte } = addressOf(emitter, expression.from);
      return [`T.read(${memory}, ${byte}, ${sizeOf(expression.type)}, ${expression.from.line})`];
    }
    case 'atomic':
      return [value(emitter, expression)];
    case 'call':
      return slice.actsOnCall(expression.callee)
        ? [value(emitter, expression)]
        : expression.operands.flatMap((operand) => actions(emitter, operand));
    case 'exchange':
      return isMatrixAccess(expression)
        ? [touchMatrix(emitter, expression)]
        : expression.operands.flatMap((operand) => actions(emitter, operand));
    case 'and':
    case 'or': {
      const right = actions(emitter, expression.right);
      if (right.length === 0) break;
      const sign = expression.kind === 'and' ? '&&' : '||';
      return [`(${value(emitter, expression.left)} ${sign} (${right.join(', ')}, true))`];
    }
  }
  return partsOf(expression).flatMap((part) => actions(emitter, part));
}

function touchMatrix(emitter: Emitter, expression: Extract<Expression, { kind: 'exchange' }>): string {
  const values = expression.operands.map((operand) => {
    if (operand.kind === 'pointer') {
      const { memory, byte } = addressOf(emitter, operand.to);
      return `{ memory: ${memory}, byte: ${byte} }`;
    }
    return operand.type.kind === 'subgroupMatrix' ? 'undefined' : value(emitter, operand);
  });
  return `T.touchMatrix({ operation: '${expression.operation}', line: ${expression.line}, ${matrixFacts(expression)}operands: [${values.join(', ')}] })`;
}
