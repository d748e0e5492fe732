// WGSL cut into pieces that are coloured alike.

export type WgslStyle = 'comment' | 'keyword' | 'type' | 'attribute' | 'number' | 'call' | 'plain';

export interface Piece {
  readonly style: WgslStyle;
  readonly text: string;
}

const KEYWORDS =
  'alias|break|case|const|const_assert|continue|continuing|default|diagnostic|discard|else|enable|false|fn|for|if|let|loop|override|requires|return|struct|switch|true|var|while';
const TYPES =
  'array|atomic|bool|f16|f32|i32|u32|mat[234]x[234][fh]?|vec[234][fhiu]?|ptr|storage|uniform|workgroup|private|function|read|read_write|write|subgroup_matrix_\\w+';

/** In the order in which they are tried at a place. */
const PATTERNS: readonly (readonly [WgslStyle, string])[] = [
  ['comment', '//[^\\n]*|/\\*[\\s\\S]*?\\*/'],
  ['attribute', '@\\w+'],
  ['keyword', `\\b(?:${KEYWORDS})\\b`],
  ['type', `\\b(?:${TYPES})\\b`],
  ['number', '\\b(?:0x[\\da-fA-F]+[iu]?|\\d[\\d.]*(?:[eE][+-]?\\d+)?[iufh]?)\\b'],
  ['call', '\\b[A-Za-z_]\\w*(?=\\()'],
  ['plain', '[A-Za-z_]\\w*'],
];
const PATTERN = new RegExp(PATTERNS.map(([, pattern]) => `(${pattern})`).join('|'), 'g');

/** The pieces of a text: put together again they are the text. */
export function highlight(text: string): Piece[] {
  const pieces: Piece[] = [];
  const add = (style: WgslStyle, piece: string) => {
    const last = pieces.at(-1);
    if (piece === '') return;
    if (last?.style === style) pieces[pieces.length - 1] = { style, text: last.text + piece };
    else pieces.push({ style, text: piece });
  };
  let at = 0;
  for (const match of text.matchAll(PATTERN)) {
    add('plain', text.slice(at, match.index));
    const which = match.slice(1).findIndex((group) => group !== undefined);
    add(PATTERNS[which]![0], match[0]);
    at = match.index + match[0].length;
  }
  add('plain', text.slice(at));
  return pieces;
}
