// The frame of a section of the report's page, and of a table in it.
import { html, type Markup } from '../markup.js';

/** A section with its heading; the page's navigation leads to its id. */
export function section(id: string, title: string, content: Markup): Markup {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}
</section>`;
}

/** A table's cells, the first one of each row its heading. */
export interface Table {
  /** What it is, for those who hear it. */
  readonly label: string;
  readonly head: readonly string[];
  readonly body: readonly (readonly (string | Markup)[])[];
  readonly foot?: readonly (string | Markup)[];
  /** Whether its cells are texts, which stand at the left, or numbers. */
  readonly texts?: boolean;
}

/** A table that scrolls in its own box where the page is too narrow for it. */
export function table({ label, head, body, foot, texts = false }: Table): Markup {
  const row = ([first, ...others]: readonly (string | Markup)[]) =>
    html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>\n`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
<table class="${texts ? 'texts' : 'numbers'}">
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${body.map(row)}</tbody>
${foot && html`<tfoot>${row(foot)}</tfoot>`}
</table>
</div>`;
}
