// HTML and SVG text in which everything from outside is escaped: what is not Markup already cannot become a tag.

/** Text that is safe to stand in a page as it is. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | undefined | false | readonly Part[];

/**
 * A template whose text is markup and whose values are not: strings and numbers are escaped, Markup stays, arrays are joined,
 * undefined and false are left out.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((text, piece, i) => text + asMarkup(parts[i - 1]) + piece) };
}

/** Takes text over as markup: only for what this program wrote itself. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** Escapes a text for an element or a quoted attribute, in HTML and XML alike. What XML forbids becomes U+FFFD. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML 1.0 does not allow, and halves of pairs
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function asMarkup(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeMarkup(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(asMarkup).join('');
}
