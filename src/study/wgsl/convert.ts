// Abstract numbers become what they are used as, and the operands of an operation one type.
import type { Expression } from './program.js';
import { type Module, refuse } from './scope.js';
import {
  concrete,
  isAbstract,
  isFloat,
  type ScalarName,
  sameType,
  scalarOf,
  type Type,
  typeText,
  withScalar,
} from './types.js';

/** The value as a scalar type holds it. */
export function numberIn(of: ScalarName, value: number): number {
  return of === 'f32' ? Math.fround(value) : value;
}

/** Makes an abstract value one of this scalar type, where it can be without a conversion; any other is left as it is. */
export function materialize(value: Expression, of: ScalarName): Expression {
  const from = scalarOf(value.type);
  if (from === undefined || from === of || !isAbstract(from)) return value;
  if (from === 'abstractFloat' && !isFloat(of)) return value; // that takes a conversion
  const type = withScalar(value.type, of);
  if (value.kind === 'number' && typeof value.value === 'number') {
    return { kind: 'number', type, value: numberIn(of, value.value) };
  }
  if (value.kind === 'construct') return { ...value, type, parts: value.parts.map((part) => materialize(part, of)) };
  return { kind: 'apply', operation: `to ${from}`, on: of, operands: [value], type };
}

export function materialized(value: Expression): Expression {
  const of = scalarOf(concrete(value.type));
  return of === undefined ? value : materialize(value, of);
}

/** The value as this type. @throws VggpuError 'kernel' where it is another */
export function fitted(module: Module, line: number, value: Expression, type: Type): Expression {
  const of = scalarOf(type);
  const fitting = of === undefined ? value : materialize(value, of);
  if (sameType(fitting.type, type)) return fitting;
  throw refuse(module, line, `${typeText(value.type)} where ${typeText(type)} is needed.`);
}

/** Gives all operands one scalar type, and says which. @throws VggpuError 'kernel' where there are two */
export function unify(
  module: Module,
  line: number,
  what: string,
  operands: readonly Expression[],
): { readonly on: ScalarName; readonly operands: Expression[] } {
  const scalars = operands.map(({ type }) => scalarOf(type));
  const concretes = new Set(scalars.filter((of) => of !== undefined && !isAbstract(of)));
  const mixed = () =>
    refuse(module, line, `'${what}' does not take ${operands.map(({ type }) => typeText(type)).join(' and ')}.`);
  if (concretes.size > 1 || scalars.includes(undefined)) throw mixed();
  const abstract: ScalarName = scalars.includes('abstractFloat') ? 'abstractFloat' : 'abstractInt';
  const on = [...concretes][0] ?? abstract;
  const unified = operands.map((operand) => materialize(operand, on));
  if (unified.some(({ type }) => scalarOf(type) !== on)) throw mixed();
  return { on, operands: unified };
}

/** The shape of a component-wise result: that of the vectors (or matrices) among the operands, which must agree. */
export function shapeOf(
  module: Module,
  line: number,
  what: string,
  operands: readonly Expression[],
  of: ScalarName,
): Type {
  const shaped = operands.map(({ type }) => type).filter(({ kind }) => kind !== 'scalar');
  const first = shaped[0];
  if (first === undefined) return { kind: 'scalar', of };
  if (shaped.some((type) => !sameType(withScalar(type, of), withScalar(first, of)))) {
    throw refuse(module, line, `'${what}' does not take ${shaped.map(typeText).join(' and ')}.`);
  }
  return withScalar(first, of);
}
