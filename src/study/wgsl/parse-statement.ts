// Statements of WGSL.
import {
  accept,
  type Cursor,
  expect,
  parseCall,
  parseExpression,
  parseName,
  parseTyped,
  peek,
  take,
  unexpected,
} from './parse-expression.js';
import { assignedToSheet } from './sheets.js';
import type { BlockNode, CaseNode, DeclareNode, ExpressionNode, StatementNode } from './syntax.js';

const ASSIGNMENT = /^([-+*/%&|^]|<<)?=$/;

export function parseBlock(cursor: Cursor): BlockNode {
  const { line } = expect(cursor, '{');
  const body: StatementNode[] = [];
  while (!accept(cursor, '}')) {
    const statement = parseStatement(cursor);
    if (statement) body.push(statement);
  }
  return { kind: 'block', line, body };
}

function parseStatement(cursor: Cursor): StatementNode | undefined {
  const { line, text } = peek(cursor);
  if (accept(cursor, ';')) return undefined;
  switch (text) {
    case '{':
      return parseBlock(cursor);
    case 'if':
      return parseIf(cursor);
    case 'for':
      return parseFor(cursor);
    case 'while': {
      cursor.at++;
      const condition = parseExpression(cursor);
      const nothing = { before: undefined, update: undefined, breakIf: undefined };
      return { kind: 'loop', line, condition, ...nothing, body: parseBlock(cursor) };
    }
    case 'loop':
      return parseLoop(cursor);
    case 'switch':
      return parseSwitch(cursor);
    case 'const_assert':
      while (take(cursor).text !== ';');
      return undefined;
    case 'break':
    case 'continue':
      cursor.at++;
      expect(cursor, ';');
      return { kind: text, line };
    case 'return': {
      cursor.at++;
      const value = peek(cursor).text === ';' ? undefined : parseExpression(cursor);
      expect(cursor, ';');
      return { kind: 'return', line, value };
    }
    default: {
      const statement = parseSimple(cursor);
      expect(cursor, ';');
      return statement;
    }
  }
}

/** What may stand in the head of a `for` as well: a declaration, an assignment, a call. */
function parseSimple(cursor: Cursor): StatementNode {
  const { line, text } = peek(cursor);
  if (text === 'let' || text === 'var' || text === 'const') return parseDeclare(cursor, text);
  if (accept(cursor, '_')) {
    expect(cursor, '=');
    return { kind: 'assign', line, target: undefined, sign: '=', value: parseExpression(cursor) };
  }
  const target = parseTarget(cursor);
  const after = take(cursor);
  if (after.text === '++' || after.text === '--') {
    const one: ExpressionNode = { kind: 'number', line, value: 1, suffix: '', float: false };
    return { kind: 'assign', line, target, sign: after.text[0]!, value: one };
  }
  if (after.text === '>' && peek(cursor).text === '>' && peek(cursor, 1).text === '=') {
    cursor.at += 2;
    return { kind: 'assign', line, target, sign: '>>', value: parseExpression(cursor) };
  }
  if (ASSIGNMENT.test(after.text)) {
    const sign = after.text === '=' ? '=' : after.text.slice(0, -1);
    return { kind: 'assign', line, target, sign, value: parseExpression(cursor) };
  }
  cursor.at--;
  if (target.kind === 'call') return assignedToSheet(target);
  throw unexpected(cursor, 'an assignment');
}

/** Left of an assignment: a unary expression, which `parseExpression` reads when no operator follows that binds. */
function parseTarget(cursor: Cursor): ExpressionNode {
  const { line } = peek(cursor);
  if (peek(cursor).kind === 'name' && peek(cursor, 1).text === '(') {
    return parseCall(cursor, { kind: 'name', line, name: parseName(cursor), template: [] });
  }
  return parseExpression(cursor, 11);
}

export function parseDeclare(cursor: Cursor, how: 'let' | 'var' | 'const'): DeclareNode {
  const { line } = take(cursor);
  if (how === 'var' && accept(cursor, '<')) {
    expect(cursor, 'function');
    expect(cursor, '>');
  }
  const name = parseName(cursor);
  const type = accept(cursor, ':') ? parseTyped(cursor) : undefined;
  const value = accept(cursor, '=') ? parseExpression(cursor) : undefined;
  return { kind: 'declare', line, how, name, type, value };
}

function parseIf(cursor: Cursor): StatementNode {
  const { line } = take(cursor);
  const condition = parseExpression(cursor);
  const then = parseBlock(cursor);
  let otherwise: StatementNode | undefined;
  if (accept(cursor, 'else')) otherwise = peek(cursor).text === 'if' ? parseIf(cursor) : parseBlock(cursor);
  return { kind: 'if', line, condition, then, otherwise };
}

function parseFor(cursor: Cursor): StatementNode {
  const { line } = take(cursor);
  expect(cursor, '(');
  const before = peek(cursor).text === ';' ? undefined : parseSimple(cursor);
  expect(cursor, ';');
  const condition = peek(cursor).text === ';' ? undefined : parseExpression(cursor);
  expect(cursor, ';');
  const update = peek(cursor).text === ')' ? undefined : parseSimple(cursor);
  expect(cursor, ')');
  return { kind: 'loop', line, before, condition, update, breakIf: undefined, body: parseBlock(cursor) };
}

function parseLoop(cursor: Cursor): StatementNode {
  const { line } = take(cursor);
  const start = expect(cursor, '{').line;
  const body: StatementNode[] = [];
  let update: BlockNode | undefined;
  let breakIf: ExpressionNode | undefined;
  while (!accept(cursor, '}')) {
    if (!accept(cursor, 'continuing')) {
      const statement = parseStatement(cursor);
      if (statement) body.push(statement);
      continue;
    }
    const open = expect(cursor, '{').line;
    const own: StatementNode[] = [];
    while (!accept(cursor, '}')) {
      if (peek(cursor).text === 'break' && peek(cursor, 1).text === 'if') {
        cursor.at += 2;
        breakIf = parseExpression(cursor);
        expect(cursor, ';');
      } else {
        const statement = parseStatement(cursor);
        if (statement) own.push(statement);
      }
    }
    update = { kind: 'block', line: open, body: own };
  }
  const block: BlockNode = { kind: 'block', line: start, body };
  return { kind: 'loop', line, before: undefined, condition: undefined, update, breakIf, body: block };
}

function parseSwitch(cursor: Cursor): StatementNode {
  const { line } = take(cursor);
  const value = parseExpression(cursor);
  const cases: CaseNode[] = [];
  expect(cursor, '{');
  while (!accept(cursor, '}')) {
    const first = take(cursor);
    const selectors: ExpressionNode[] = [];
    let isDefault = first.text === 'default';
    while (first.text === 'case' && peek(cursor).text !== ':' && peek(cursor).text !== '{') {
      if (accept(cursor, 'default')) isDefault = true;
      else selectors.push(parseExpression(cursor));
      accept(cursor, ',');
    }
    accept(cursor, ':');
    cases.push({ line: first.line, selectors, isDefault, body: parseBlock(cursor) });
  }
  return { kind: 'switch', line, value, cases };
}
