// Expressions of WGSL, by precedence climbing.
import { VggpuError } from '../../errors.js';
import { elementOfSheet } from './sheets.js';
import type { CallNode, ExpressionNode, NameNode } from './syntax.js';
import type { Token } from './tokens.js';

/** A place in the tokens of a file. */
export interface Cursor {
  readonly name: string;
  readonly tokens: readonly Token[];
  at: number;
}

/** Names that a template list may follow; after others `<` compares. */
const GENERATORS =
  /^(array|atomic|bitcast|ptr|vec[234]|mat[234]x[234]|subgroup_matrix_\w+|subgroupMatrix\w+|texture_storage_2d)$/;

const PRECEDENCE: Readonly<Record<string, number>> = {
  ...{ '||': 1, '&&': 2, '|': 3, '^': 4, '&': 5, '==': 6, '!=': 6, '<': 7, '>': 7, '<=': 7, '>=': 7 },
  ...{ '<<': 8, '>>': 8, '+': 9, '-': 9, '*': 10, '/': 10, '%': 10 },
};
/** Inside a template list `>` closes, so only operators that bind closer than comparisons and shifts are taken. */
const IN_TEMPLATE = 9;

export const peek = (cursor: Cursor, ahead = 0): Token => cursor.tokens[cursor.at + ahead] ?? cursor.tokens.at(-1)!;

export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

/** Takes the next token where it is this one. */
export function accept(cursor: Cursor, text: string): boolean {
  if (peek(cursor).text !== text || peek(cursor).kind === 'end') return false;
  cursor.at++;
  return true;
}

export function expect(cursor: Cursor, text: string): Token {
  const token = peek(cursor);
  if (accept(cursor, text)) return token;
  throw unexpected(cursor, `'${text}'`);
}

export function unexpected(cursor: Cursor, wanted: string): VggpuError {
  const { line, text } = peek(cursor);
  return new VggpuError('kernel', `${cursor.name}:${line}: found '${text}' where ${wanted} was expected.`);
}

export function parseName(cursor: Cursor): string {
  const token = take(cursor);
  if (token.kind === 'name') return token.text;
  cursor.at--;
  throw unexpected(cursor, 'a name');
}

/** A name with its template list, if it takes one: all types are such. */
export function parseTyped(cursor: Cursor): NameNode {
  const { line } = peek(cursor);
  const name = parseName(cursor);
  const template: ExpressionNode[] = [];
  if (GENERATORS.test(name) && accept(cursor, '<')) {
    while (!accept(cursor, '>')) {
      template.push(parseExpression(cursor, IN_TEMPLATE));
      if (!accept(cursor, ',') && peek(cursor).text !== '>') throw unexpected(cursor, "',' or '>'");
    }
  }
  return { kind: 'name', line, name, template };
}

export function parseExpression(cursor: Cursor, least = 1): ExpressionNode {
  let left = parseUnary(cursor);
  for (;;) {
    const { line } = peek(cursor);
    const [sign, length] = operatorAt(cursor);
    const precedence = PRECEDENCE[sign];
    if (precedence === undefined || precedence < least) return left;
    cursor.at += length;
    const right = parseExpression(cursor, precedence + 1);
    left = { kind: 'binary', line, sign, left, right };
  }
}

/** The operator here, put together where it begins with `>`, and its number of tokens. */
function operatorAt(cursor: Cursor): [sign: string, length: number] {
  const [first, second, third] = [peek(cursor), peek(cursor, 1), peek(cursor, 2)];
  if (first.text !== '>' || !first.joined) return [first.text, 1];
  if (second.text === '=') return ['>=', 2];
  if (second.text === '>' && !(second.joined && third.text === '=')) return ['>>', 2];
  return ['>', 1];
}

function parseUnary(cursor: Cursor): ExpressionNode {
  const { line, text, kind } = peek(cursor);
  if (kind === 'sign' && /^[-!~&*]$/.test(text)) {
    cursor.at++;
    return { kind: 'unary', line, sign: text, of: parseUnary(cursor) };
  }
  let of = parsePrimary(cursor);
  for (;;) {
    if (accept(cursor, '[')) {
      of = { kind: 'index', line: of.line, of, index: parseExpression(cursor) };
      expect(cursor, ']');
    } else if (accept(cursor, '.')) of = { kind: 'member', line: of.line, of, name: parseName(cursor) };
    else return of;
  }
}

function parsePrimary(cursor: Cursor): ExpressionNode {
  const { line, kind, text } = peek(cursor);
  if (accept(cursor, '(')) {
    const inner = parseExpression(cursor);
    expect(cursor, ')');
    return inner;
  }
  if (kind === 'number') {
    cursor.at++;
    const hexadecimal = /^0x/i.test(text);
    const suffix = (hexadecimal ? /[iu]$/ : /[iufh]$/).exec(text)?.[0] ?? '';
    const digits = text.slice(0, text.length - suffix.length);
    const float = /[fh]/.test(suffix) || (!hexadecimal && /[.e]/i.test(digits));
    return { kind: 'number', line, value: Number(digits), suffix, float };
  }
  if (text === 'true' || text === 'false') {
    cursor.at++;
    return { kind: 'boolean', line, value: text === 'true' };
  }
  if (kind !== 'name') throw unexpected(cursor, 'an expression');
  const name = parseTyped(cursor);
  return peek(cursor).text === '(' ? elementOfSheet(parseCall(cursor, name)) : name;
}

/** The parenthesis of a call, and what is in it. */
export function parseCall(cursor: Cursor, callee: NameNode): CallNode {
  return { kind: 'call', line: callee.line, callee, parameters: parseParameters(cursor) };
}

export function parseParameters(cursor: Cursor): ExpressionNode[] {
  const parameters: ExpressionNode[] = [];
  expect(cursor, '(');
  while (!accept(cursor, ')')) {
    parameters.push(parseExpression(cursor));
    if (!accept(cursor, ',') && peek(cursor).text !== ')') throw unexpected(cursor, "',' or ')'");
  }
  return parameters;
}
