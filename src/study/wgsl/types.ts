// The types of WGSL, and how their values lie in memory.

export type ScalarName = 'f32' | 'f16' | 'i32' | 'u32' | 'bool' | 'abstractInt' | 'abstractFloat';

export interface ScalarType {
  readonly kind: 'scalar';
  readonly of: ScalarName;
}
export interface VectorType {
  readonly kind: 'vector';
  readonly size: number;
  readonly of: ScalarName;
}
/** Columns of vectors. */
export interface MatrixType {
  readonly kind: 'matrix';
  readonly columns: number;
  readonly rows: number;
  readonly of: ScalarName;
}
export interface ArrayType {
  readonly kind: 'array';
  readonly of: Type;
  /** Undefined for an array as long as its binding. */
  readonly count: number | undefined;
}
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly type: Type }[];
}
export interface AtomicType {
  readonly kind: 'atomic';
  readonly of: 'i32' | 'u32';
}
export interface PointerType {
  readonly kind: 'pointer';
  readonly space: Space;
  readonly of: Type;
}
/** A matrix that the lanes of a subgroup hold together. */
export interface SubgroupMatrixType {
  readonly kind: 'subgroupMatrix';
  readonly role: 'left' | 'right' | 'result';
  readonly of: ScalarName;
  readonly columns: number;
  readonly rows: number;
}
export interface NoType {
  readonly kind: 'nothing';
}
export type Type =
  | ScalarType
  | VectorType
  | MatrixType
  | ArrayType
  | StructType
  | AtomicType
  | PointerType
  | SubgroupMatrixType
  | NoType;

/** Where a variable lives. */
export type Space = 'function' | 'private' | 'workgroup' | 'uniform' | 'storage';

export const NOTHING: NoType = { kind: 'nothing' };
export const BOOL: ScalarType = { kind: 'scalar', of: 'bool' };
export const U32: ScalarType = { kind: 'scalar', of: 'u32' };
export const I32: ScalarType = { kind: 'scalar', of: 'i32' };

export const scalar = (of: ScalarName): ScalarType => ({ kind: 'scalar', of });
export const vector = (size: number, of: ScalarName): VectorType => ({ kind: 'vector', size, of });

/** The type as WGSL writes it. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return type.of;
    case 'vector':
      return `vec${type.size}<${type.of}>`;
    case 'matrix':
      return `mat${type.columns}x${type.rows}<${type.of}>`;
    case 'array':
      return `array<${typeText(type.of)}${type.count === undefined ? '' : `, ${type.count}`}>`;
    case 'struct':
      return type.name;
    case 'atomic':
      return `atomic<${type.of}>`;
    case 'pointer':
      return `ptr<${type.space}, ${typeText(type.of)}>`;
    case 'subgroupMatrix':
      return `subgroup_matrix_${type.role}<${type.of}, ${type.columns}, ${type.rows}>`;
    case 'nothing':
      return 'nothing';
  }
}

export const sameType = (a: Type, b: Type): boolean => typeText(a) === typeText(b);

/** The scalar that a scalar, vector, matrix or atomic is made of. */
export function scalarOf(type: Type): ScalarName | undefined {
  return 'of' in type && typeof type.of === 'string' ? type.of : undefined;
}

/** The same shape of another scalar. */
export function withScalar(type: Type, of: ScalarName): Type {
  return type.kind === 'scalar' || type.kind === 'vector' || type.kind === 'matrix' ? { ...type, of } : type;
}

export const isFloat = (name: ScalarName | undefined): boolean =>
  name === 'f32' || name === 'f16' || name === 'abstractFloat';
export const isAbstract = (name: ScalarName | undefined): boolean => name === 'abstractInt' || name === 'abstractFloat';

/** What a variable of an abstract value becomes. */
export function concrete(type: Type): Type {
  const of = scalarOf(type);
  if (of === 'abstractInt') return withScalar(type, 'i32');
  if (of === 'abstractFloat') return withScalar(type, 'f32');
  return type;
}

/** Bytes of a scalar; a bool takes four in workgroup memory. */
export const scalarBytes = (of: ScalarName): number => (of === 'f16' ? 2 : 4);

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

export function alignOf(type: Type): number {
  switch (type.kind) {
    case 'scalar':
    case 'atomic':
      return scalarBytes(type.of);
    case 'vector':
      return scalarBytes(type.of) * (type.size === 2 ? 2 : 4);
    case 'matrix':
      return alignOf(vector(type.rows, type.of));
    case 'array':
      return alignOf(type.of);
    case 'struct':
      return Math.max(...type.members.map((member) => alignOf(member.type)));
    default:
      return 4;
  }
}

/** Bytes of a value; of an array without count, 0. */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case 'scalar':
    case 'atomic':
      return scalarBytes(type.of);
    case 'vector':
      return scalarBytes(type.of) * type.size;
    case 'matrix':
      return strideOf(vector(type.rows, type.of)) * type.columns;
    case 'array':
      return strideOf(type.of) * (type.count ?? 0);
    case 'struct': {
      const last = type.members.at(-1)!;
      return roundUp(offsetOf(type, last.name) + sizeOf(last.type), alignOf(type));
    }
    default:
      return 0;
  }
}

/** Bytes from one element of an array to the next. */
export function strideOf(type: Type): number {
  return roundUp(sizeOf(type), alignOf(type));
}

export function offsetOf(type: StructType, name: string): number {
  let at = 0;
  for (const member of type.members) {
    at = roundUp(at, alignOf(member.type));
    if (member.name === name) return at;
    at += sizeOf(member.type);
  }
  return Number.NaN;
}

export function memberType(type: StructType, name: string): Type | undefined {
  return type.members.find((member) => member.name === name)?.type;
}
