// WGSL text as tokens with their lines.
import { VggpuError } from '../../errors.js';

export interface Token {
  readonly kind: 'name' | 'number' | 'sign' | 'end';
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Whether the next token follows without a space: two `>` are a shift only then. */
  readonly joined: boolean;
}

const NUMBER = /0[xX][\da-fA-F]+[iu]?|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?[iufh]?/y;
const NAME = /[A-Za-z_]\w*/y;
const SPACE = /[^\S\n]+|\/\/[^\n]*/y;
/** Longest first. A `>` always stands alone, since it may close a template list. */
const SIGN = /<<=|->|\+\+|--|&&|\|\||==|!=|<=|<<|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|[-+*/%&|^~!<>=()[\]{},;:.@]/y;

/** @param name what the text is called in errors */
export function tokenize(text: string, name: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    if (text[at] === '\n') {
      line++;
      at++;
      continue;
    }
    if (text.startsWith('/*', at)) {
      const end = endOfComment(text, at);
      line += text.slice(at, end).split('\n').length - 1;
      at = end;
      continue;
    }
    const space = match(SPACE);
    if (space) {
      at += space.length;
      continue;
    }
    const found = (['number', 'name', 'sign'] as const)
      .map((kind) => ({ kind, text: match({ number: NUMBER, name: NAME, sign: SIGN }[kind]) }))
      .find((candidate) => candidate.text);
    if (!found?.text) {
      throw new VggpuError('kernel', `${name}:${line}: no WGSL token begins with '${text[at]}'.`);
    }
    at += found.text.length;
    tokens.push({ kind: found.kind, text: found.text, line, joined: /\S/.test(text[at] ?? ' ') });
  }
  tokens.push({ kind: 'end', text: 'the end', line, joined: false });
  return tokens;
}

/** Block comments nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth++;
    else if (two === '*/' && --depth === 0) return at + 2;
    if (two === '/*' || two === '*/') at++;
  }
  return text.length;
}
