// What names stand for: declarations of the file, which may be used before they appear, and the variables of blocks.
import { VggpuError } from '../../errors.js';
import type { Expression, GlobalVariable, Routine, Variable } from './program.js';
import type { DeclarationNode, ExpressionNode, NameNode } from './syntax.js';
import type { ScalarName, Space, StructType, Type } from './types.js';

/** What a name of the file was found to be. */
export type Known =
  | { readonly kind: 'type'; readonly type: Type }
  | { readonly kind: 'constant'; readonly symbol: Variable; readonly value: Expression }
  | { readonly kind: 'variable'; readonly variable: GlobalVariable }
  | { readonly kind: 'function'; readonly function: Routine };

/** The file being checked. */
export interface Module {
  readonly name: string;
  readonly declarations: ReadonlyMap<string, DeclarationNode>;
  /** Found so far. */
  readonly known: Map<string, Known>;
  /** Finds a declaration of the file; undefined where there is none of this name. */
  readonly find: (name: string, line: number) => Known | undefined;
  symbols: number;
}

/** The names of a block and of those round it. */
export interface Scope {
  readonly module: Module;
  readonly names: Map<string, Local>;
  readonly outer: Scope | undefined;
  /** Of the function round it. */
  readonly result: Type;
}

export interface Local {
  readonly symbol: Variable;
  /** A `var`, which is a place; others are values. */
  readonly place: boolean;
}

export function newVariable(module: Module, name: string, type: Type, space: Space): Variable {
  const memory = space === 'storage' || space === 'workgroup' || space === 'uniform';
  return { name, id: module.symbols++, type, space, memory };
}

export function inner(scope: Scope): Scope {
  return { module: scope.module, names: new Map(), outer: scope, result: scope.result };
}

export function localNamed(scope: Scope | undefined, name: string): Local | undefined {
  for (let at = scope; at; at = at.outer) {
    const found = at.names.get(name);
    if (found) return found;
  }
  return undefined;
}

export function refuse(module: Module, line: number, what: string): VggpuError {
  return new VggpuError('kernel', `${module.name}:${line}: ${what}`);
}

const LETTERS: Readonly<Record<string, ScalarName>> = { f: 'f32', h: 'f16', i: 'i32', u: 'u32' };
const SCALARS = new Set<string>(['f32', 'f16', 'i32', 'u32', 'bool']);

/** A type that the language itself names; undefined for any other name. */
export function predeclaredType(
  node: NameNode,
  module: Module,
  count: (node: ExpressionNode) => number,
): Type | undefined {
  const { name, template, line } = node;
  if (SCALARS.has(name)) return { kind: 'scalar', of: name as ScalarName };
  const typeOf = (at: number): Type => {
    const parameter = template[at];
    if (parameter?.kind === 'name') return resolveType(parameter, module, count);
    throw refuse(module, line, `'${name}' needs a type in <>.`);
  };
  const scalarAt = (at: number): ScalarName => {
    const type = typeOf(at);
    if (type.kind === 'scalar') return type.of;
    throw refuse(module, line, `'${name}' is made of scalars.`);
  };
  const vector = /^vec([234])([fhiu]?)$/.exec(name);
  if (vector && (vector[2] || template.length > 0)) {
    return { kind: 'vector', size: Number(vector[1]), of: vector[2] ? LETTERS[vector[2]]! : scalarAt(0) };
  }
  const matrix = /^mat([234])x([234])([fh]?)$/.exec(name);
  if (matrix && (matrix[3] || template.length > 0)) {
    const of = matrix[3] ? LETTERS[matrix[3]]! : scalarAt(0);
    return { kind: 'matrix', columns: Number(matrix[1]), rows: Number(matrix[2]), of };
  }
  if (name === 'array' && template.length > 0) {
    return { kind: 'array', of: typeOf(0), count: template[1] ? count(template[1]) : undefined };
  }
  if (name === 'atomic') return { kind: 'atomic', of: scalarAt(0) === 'i32' ? 'i32' : 'u32' };
  if (name === 'ptr' && template[0]?.kind === 'name') {
    return { kind: 'pointer', space: template[0].name as Space, of: typeOf(1) };
  }
  const tile = /^subgroup_matrix_(left|right|result)$/.exec(name);
  if (tile && template.length === 3) {
    const [columns, rows] = [count(template[1]!), count(template[2]!)];
    return { kind: 'subgroupMatrix', role: tile[1] as 'left', of: scalarAt(0), columns, rows };
  }
  return undefined;
}

/** @throws VggpuError 'kernel' where the name is no type */
export function resolveType(node: NameNode, module: Module, count: (node: ExpressionNode) => number): Type {
  const known = module.find(node.name, node.line);
  if (known?.kind === 'type') return known.type;
  const type = known ? undefined : predeclaredType(node, module, count);
  if (type) return type;
  throw refuse(module, node.line, `'${node.name}' is no type.`);
}

export function structOf(name: string, members: readonly { name: string; type: Type }[]): StructType {
  return { kind: 'struct', name, members };
}
