// A WGSL file as a checked program: its declarations found in any order, from the entry point on.
import { VggpuError } from '../../errors.js';
import { check } from './check-expression.js';
import { checkStatement } from './check-statement.js';
import { constantValue } from './constants.js';
import { fitted } from './convert.js';
import { parse } from './parse.js';
import type { Expression, GlobalVariable, Program, Routine } from './program.js';
import { type Known, type Module, newVariable, refuse, resolveType, type Scope, structOf } from './scope.js';
import type { Attribute, DeclarationNode, ExpressionNode, FunctionNode, NameNode, VariableNode } from './syntax.js';
import { NOTHING, type Space, type Type } from './types.js';

type Declared<Kind extends DeclarationNode['kind']> = Extract<DeclarationNode, { kind: Kind }>;

/**
 * Checks what the entry point `main` uses.
 * @param name what the text is called in errors
 * @throws VggpuError 'kernel' with the line of what is wrong or cannot be traced
 */
export function checkProgram(text: string, name: string): Program {
  const declarations = new Map(parse(text, name).map((declaration) => [declaration.name, declaration]));
  const found: { constants: Program['constants'][number][]; variables: GlobalVariable[]; functions: Routine[] } = {
    constants: [],
    variables: [],
    functions: [],
  };
  const module: Module = { name, declarations, known: new Map(), find, symbols: 0 };

  function find(wanted: string, line: number): Known | undefined {
    const known = module.known.get(wanted);
    if (known) return known;
    const declaration = declarations.get(wanted);
    if (!declaration) return undefined;
    if (finding.has(wanted)) throw refuse(module, line, `'${wanted}' is defined by itself.`);
    finding.add(wanted);
    const result = declare(declaration);
    finding.delete(wanted);
    module.known.set(wanted, result);
    return result;
  }
  const finding = new Set<string>();

  const scope = (result: Type): Scope => ({ module, names: new Map(), outer: undefined, result });
  const checked = (node: ExpressionNode): Expression => check(scope(NOTHING), node);
  const countOf = (node: ExpressionNode): number => constantValue(module, node.line, checked(node));
  const typeOf = (node: NameNode): Type => resolveType(node, module, countOf);

  function declare(declaration: DeclarationNode): Known {
    switch (declaration.kind) {
      case 'alias':
        return { kind: 'type', type: typeOf(declaration.type) };
      case 'struct': {
        const members = declaration.members.map((member) => ({ name: member.name, type: typeOf(member.type) }));
        return { kind: 'type', type: structOf(declaration.name, members) };
      }
      case 'const':
        return declareConst(declaration);
      case 'variable':
        return declareVariable(declaration);
      case 'function':
        return declareFunction(declaration);
    }
  }

  function declareConst({ name: own, type, value, line }: Declared<'const'>): Known {
    const given = checked(value);
    const fitting = type ? fitted(module, line, given, typeOf(type)) : given;
    const symbol = newVariable(module, own, fitting.type, 'private');
    found.constants.push({ symbol, value: fitting });
    return { kind: 'constant', symbol, value: fitting };
  }

  function declareVariable({ name: own, attributes, space, type, value, line }: VariableNode): Known {
    const [where = 'private', access] = space;
    const given = value && checked(value);
    const wanted = type ? typeOf(type) : given?.type;
    if (!wanted) throw refuse(module, line, `'${own}' needs a type.`);
    const symbol = newVariable(module, own, wanted, where as Space);
    const binding = attributes.find((attribute) => attribute.name === 'binding')?.parameters[0];
    const writable = where === 'storage' ? access === 'read_write' : where !== 'uniform';
    const fitting = given && fitted(module, line, given, wanted);
    const variable = { symbol, binding: binding && countOf(binding), writable, value: fitting, line };
    found.variables.push(variable);
    return { kind: 'variable', variable };
  }

  function declareFunction(node: FunctionNode): Known {
    const parameters = node.parameters.map((parameter) =>
      newVariable(module, parameter.name, typeOf(parameter.type), 'function'),
    );
    const result = node.result ? typeOf(node.result) : NOTHING;
    const own: Routine = {
      ...{ name: node.name, line: node.line, parameters, result, body: { kind: 'block', line: node.line, body: [] } },
      builtins: node.parameters.map(({ attributes }) => builtinOf(attributes)),
    };
    const within = scope(result);
    for (const symbol of parameters) within.names.set(symbol.name, { symbol, place: false });
    own.body = checkStatement(within, node.body);
    found.functions.push(own); // after those that it calls
    return { kind: 'function', function: own };
  }

  const node = declarations.get('main');
  const main = find('main', 1);
  if (main?.kind !== 'function' || node?.kind !== 'function') {
    throw new VggpuError('kernel', `${name} has no function main.`);
  }
  const size = node.attributes.find((attribute) => attribute.name === 'workgroup_size')?.parameters ?? [];
  const [x = 1, y = 1, z = 1] = size.map(countOf);
  return { name, ...found, entry: main.function, workgroup: [x, y, z] };
}

function builtinOf(attributes: readonly Attribute[]): string | undefined {
  const parameter = attributes.find(({ name }) => name === 'builtin')?.parameters[0];
  return parameter?.kind === 'name' ? parameter.name : undefined;
}
