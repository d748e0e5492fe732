// WGSL in colours: Shiki with the one grammar, its colours left to the page's style.
import { createHighlighterCoreSync } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import wgsl from 'shiki/langs/wgsl.mjs';

/** A stretch of a line, with what it is. */
export interface Token {
  readonly text: string;
  /** A class of the page's style; empty for plain text. */
  readonly kind: string;
}

/** TextMate scopes and what the page calls them; the last that fits counts. */
const KINDS = [
  { kind: 'comment', scope: ['comment'] },
  { kind: 'keyword', scope: ['keyword.control', 'keyword.other', 'storage', 'keyword.declaration'] },
  { kind: 'type', scope: ['entity.name.type', 'storage.type', 'support.type'] },
  { kind: 'number', scope: ['constant.numeric', 'constant.language'] },
  { kind: 'function', scope: ['entity.name.function', 'support.function'] },
  { kind: 'attribute', scope: ['entity.name.attribute', 'keyword.operator.attribute'] },
];

/** Colours that only stand for a kind: #000001 is the first. */
const colourOf = (i: number) => `#00000${i + 1}`;

const highlighter = createHighlighterCoreSync({
  langs: [wgsl],
  engine: createJavaScriptRegexEngine(),
  themes: [
    {
      name: 'kinds',
      type: 'light',
      fg: '#000000',
      bg: '#ffffff',
      settings: KINDS.map(({ scope }, i) => ({ scope, settings: { foreground: colourOf(i) } })),
    },
  ],
});

/** The tokens of each line. */
export function highlight(text: string): Token[][] {
  return highlighter
    .codeToTokensBase(text, { lang: 'wgsl', theme: 'kinds' })
    .map((line) => line.map(({ content, color }) => ({ text: content, kind: KINDS[kindNumber(color)]?.kind ?? '' })));
}

function kindNumber(colour: string | undefined): number {
  return KINDS.findIndex((_, i) => colourOf(i) === colour?.toLowerCase());
}
