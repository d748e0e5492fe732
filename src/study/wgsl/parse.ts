// A WGSL file as a list of declarations.
import {
  accept,
  type Cursor,
  expect,
  parseExpression,
  parseName,
  parseParameters,
  parseTyped,
  peek,
  take,
  unexpected,
} from './parse-expression.js';
import { parseBlock } from './parse-statement.js';
import { arrayOfSheet } from './sheets.js';
import type { Attribute, DeclarationNode, MemberNode } from './syntax.js';
import { tokenize } from './tokens.js';

/** @throws VggpuError 'kernel' with file and line where the text is not WGSL */
export function parse(text: string, name: string): DeclarationNode[] {
  const cursor: Cursor = { name, tokens: tokenize(text, name), at: 0 };
  const declarations: DeclarationNode[] = [];
  while (peek(cursor).kind !== 'end') {
    const declaration = parseDeclaration(cursor);
    if (declaration) declarations.push(declaration);
  }
  return declarations;
}

function parseAttributes(cursor: Cursor): Attribute[] {
  const attributes: Attribute[] = [];
  while (accept(cursor, '@')) {
    const name = parseName(cursor);
    attributes.push({ name, parameters: peek(cursor).text === '(' ? parseParameters(cursor) : [] });
  }
  return attributes;
}

function parseDeclaration(cursor: Cursor): DeclarationNode | undefined {
  if (accept(cursor, ';')) return undefined;
  const attributes = parseAttributes(cursor);
  const { line, text } = take(cursor);
  switch (text) {
    case 'enable':
    case 'requires':
    case 'diagnostic':
    case 'const_assert':
      while (take(cursor).text !== ';');
      return undefined;
    case 'struct': {
      const name = parseName(cursor);
      expect(cursor, '{');
      const members = parseMembers(cursor, '}');
      return { kind: 'struct', line, name, members };
    }
    case 'alias': {
      const name = parseName(cursor);
      expect(cursor, '=');
      const type = parseTyped(cursor);
      expect(cursor, ';');
      return { kind: 'alias', line, name, type };
    }
    case 'const': {
      const name = parseName(cursor);
      const type = accept(cursor, ':') ? parseTyped(cursor) : undefined;
      expect(cursor, '=');
      const value = parseExpression(cursor);
      expect(cursor, ';');
      return { kind: 'const', line, name, type, value };
    }
    case 'var':
      return parseVariable(cursor, line, attributes);
    case 'fn': {
      const name = parseName(cursor);
      expect(cursor, '(');
      const parameters = parseMembers(cursor, ')');
      const result = accept(cursor, '->') ? parseTyped(cursor) : undefined;
      return { kind: 'function', line, name, attributes, parameters, result, body: parseBlock(cursor) };
    }
    default:
      cursor.at--;
      throw unexpected(cursor, 'a declaration');
  }
}

function parseVariable(cursor: Cursor, line: number, attributes: readonly Attribute[]): DeclarationNode {
  const space: string[] = [];
  if (accept(cursor, '<')) {
    while (!accept(cursor, '>')) {
      space.push(parseName(cursor));
      accept(cursor, ',');
    }
  }
  const name = parseName(cursor);
  const type = accept(cursor, ':') ? parseTyped(cursor) : undefined;
  const value = accept(cursor, '=') ? parseExpression(cursor) : undefined;
  expect(cursor, ';');
  return arrayOfSheet({ kind: 'variable', line, name, attributes, space, type, value });
}

/** Members of a struct or parameters of a function, up to what closes them. */
function parseMembers(cursor: Cursor, close: string): MemberNode[] {
  const members: MemberNode[] = [];
  while (!accept(cursor, close)) {
    const attributes = parseAttributes(cursor);
    const { line } = peek(cursor);
    const name = parseName(cursor);
    expect(cursor, ':');
    members.push({ line, name, attributes, type: parseTyped(cursor) });
    if (!accept(cursor, ',') && peek(cursor).text !== close) throw unexpected(cursor, `',' or '${close}'`);
  }
  return members;
}
