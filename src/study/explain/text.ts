// An explanation as lines for the terminal.
import { highlight, type WgslStyle } from '../highlight.js';
import type { Explanation } from './explanation.js';
import { passLines } from './pass-text.js';
import { speedLines } from './speed-text.js';

/** How text is set off; each gives its text unchanged where there are no colours. */
export interface Paint {
  readonly title: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly code: Readonly<Record<WgslStyle, (text: string) => string>>;
}

export function explanationLines(explanation: Explanation, paint: Paint, code: boolean): string[] {
  const { kernel, variant, idea, dims, passes, runs, chosen } = explanation;
  const several = passes.length > 1;
  const title = `${kernel}/${variant}`;
  const lines = [
    paint.title(title),
    idea,
    `at ${Object.entries(dims)
      .map(([name, size]) => `${name}=${size}`)
      .join(' ')}`,
    ...(runs ? [] : ['This adapter cannot run it at this shape, so nothing was measured.']),
    ...(runs && !chosen ? ['Left to itself, this adapter runs another variant at this shape.'] : []),
    '',
    ...speedLines(explanation),
  ];
  passes.forEach((pass, i) => {
    lines.push('', ...passLines(pass, several ? `Pass ${i + 1} of ${passes.length}: ` : '', paint.title));
    if (code) lines.push('', ...codeLines(pass.text, paint));
  });
  return lines;
}

/** The shader with numbered lines. */
function codeLines(text: string, paint: Paint): string[] {
  const coloured = highlight(text).map(({ style, text: piece }) =>
    piece
      .split('\n')
      .map((part) => (part === '' ? '' : paint.code[style](part)))
      .join('\n'),
  );
  const lines = coloured.join('').split('\n');
  const width = String(lines.length).length;
  return lines.map((line, i) => `${paint.dim(String(i + 1).padStart(width))}  ${line}`.trimEnd());
}
