// Statements: scopes of names, types of variables, targets of assignments.
import { binary, check, referenceTo } from './check-expression.js';
import { constantValue } from './constants.js';
import { fitted, materialized } from './convert.js';
import type { Statement } from './program.js';
import { inner, newVariable, refuse, resolveType, type Scope } from './scope.js';
import type { StatementNode } from './syntax.js';
import { BOOL, scalarOf } from './types.js';

type Of<Kind extends StatementNode['kind']> = Extract<StatementNode, { kind: Kind }>;

const BARRIERS = new Set(['workgroupBarrier', 'storageBarrier', 'subgroupBarrier', 'textureBarrier']);

/** @param scope takes the names that the statement declares */
export function checkStatement(scope: Scope, node: StatementNode): Statement {
  const { line } = node;
  const { module } = scope;
  switch (node.kind) {
    case 'block': {
      const own = inner(scope);
      return { kind: 'block', line, body: node.body.map((statement) => checkStatement(own, statement)) };
    }
    case 'declare':
      return checkDeclare(scope, node);
    case 'assign':
      return checkAssign(scope, node);
    case 'call': {
      const { name } = node.call.callee;
      if (BARRIERS.has(name)) return { kind: 'barrier', line, name };
      return { kind: 'evaluate', line, value: check(scope, node.call) };
    }
    case 'if': {
      const condition = fitted(module, line, check(scope, node.condition), BOOL);
      const then = checkStatement(scope, node.then);
      return { kind: 'if', line, condition, then, otherwise: node.otherwise && checkStatement(scope, node.otherwise) };
    }
    case 'loop':
      return checkLoop(scope, node);
    case 'switch': {
      const value = materialized(check(scope, node.value));
      const cases = node.cases.map(({ selectors, isDefault, body }) => ({
        selectors: selectors.map((selector) => constantValue(module, line, check(scope, selector))),
        isDefault,
        body: checkStatement(scope, body),
      }));
      return { kind: 'switch', line, value, cases };
    }
    case 'return':
      return {
        kind: 'return',
        line,
        value: node.value && fitted(module, line, check(scope, node.value), scope.result),
      };
    default:
      return { kind: node.kind, line };
  }
}

function checkDeclare(scope: Scope, { how, name, type, value, line }: Of<'declare'>): Statement {
  const { module } = scope;
  const wanted = type && resolveType(type, module, (node) => constantValue(module, line, check(scope, node)));
  const given = value && check(scope, value);
  const own = given && (wanted ? fitted(module, line, given, wanted) : how === 'const' ? given : materialized(given));
  const found = wanted ?? own?.type;
  if (!found) throw refuse(module, line, `'${name}' needs a type or a value.`);
  const symbol = newVariable(module, name, found, 'function');
  scope.names.set(name, { symbol, place: how === 'var' });
  return { kind: 'declare', line, symbol, value: own };
}

function checkAssign(scope: Scope, { target, sign, value, line }: Of<'assign'>): Statement {
  const given = check(scope, value);
  if (!target) return { kind: 'evaluate', line, value: given };
  const place = referenceTo(scope, target);
  if (!place) throw refuse(scope.module, line, 'this cannot be assigned to.');
  if (scalarOf(place.type) !== undefined && place.type.kind === 'atomic') {
    throw refuse(scope.module, line, 'an atomic is written by atomicStore.');
  }
  const now = { kind: 'load', from: place, type: place.type } as const;
  const result = sign === '=' ? given : binary(scope, line, sign, now, given);
  return { kind: 'assign', line, target: place, value: fitted(scope.module, line, result, place.type) };
}

function checkLoop(outer: Scope, node: Of<'loop'>): Statement {
  const scope = inner(outer);
  const { line } = node;
  const before = node.before && checkStatement(scope, node.before);
  const condition = node.condition && fitted(scope.module, line, check(scope, node.condition), BOOL);
  // `continuing` sees the names of the body; one of a `for` sees only the loop's own.
  const within = inner(scope);
  const body: Statement = {
    kind: 'block',
    line: node.body.line,
    body: node.body.body.map((statement) => checkStatement(within, statement)),
  };
  const update = node.update && checkStatement(within, node.update);
  const breakIf = node.breakIf && check(within, node.breakIf);
  return { kind: 'loop', line, before, condition, update, breakIf, body };
}
