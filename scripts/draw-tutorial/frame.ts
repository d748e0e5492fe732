// The frame of a drawing: an SVG with its style, light or dark as its reader likes it, and the text on it.
import { html, type Markup, trusted } from '../../src/report/markup.js';
import { DARK, LIGHT, type Palette } from '../../src/report/palette.js';

export const WIDTH = 760;
export const LEFT = 24;

/** What a cell is coloured as: by one of two or three invocations, or faintly as of their company. */
export type Colour = 'first' | 'second' | 'third' | 'fourth' | 'company';

/** No var(): not every viewer knows it. */
const STYLE = `
.drawing { font: 16px system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "DejaVu Sans", sans-serif; }
.drawing .title { font-weight: 600; font-size: 19px; }
.drawing .small { font-size: 14px; }
.drawing .number { font-size: 13px; text-anchor: middle; }
.drawing .middle { text-anchor: middle; }
.drawing .end { text-anchor: end; }
.drawing .line, .drawing .box { fill: none; }
${colours(LIGHT, '#b7b5b0')}
@media screen and (prefers-color-scheme: dark) {
${colours(DARK, '#5f636b')}
}
`;

function colours({ paper, ink, muted, rule, series }: Palette, company: string): string {
  const [first, second, third, fourth] = series;
  const fills = { first, second, third, fourth };
  return `.drawing .paper { fill: ${paper}; }
.drawing text { fill: ${muted}; }
.drawing .title, .drawing .ink { fill: ${ink}; }
.drawing .number { fill: ${paper}; } .drawing .number.ink { fill: ${ink}; }
.drawing .empty { fill: ${rule}; }
.drawing .lines { stroke: ${paper}; fill: none; }
.drawing .ray { fill: none; stroke-width: 1.2; }
.drawing .arrow { stroke: ${muted}; fill: none; }
.drawing .head { fill: ${muted}; }
.drawing .outline { stroke: ${ink}; fill: none; }
.drawing .company { fill: ${company}; } .drawing .ray-company { stroke: ${company}; }
${Object.entries(fills)
  .map(([name, colour]) => `.drawing .${name} { fill: ${colour}; } .drawing .ray-${name} { stroke: ${colour}; }`)
  .join('\n')}`;
}

export interface Frame {
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  readonly height: number;
  readonly body: readonly Markup[];
}

/** @returns a whole `<svg>`: valid XML, with its style, without ids, scripts and addresses */
export function framed({ title, description, height, body }: Frame): string {
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<title>${title}</title>
<desc>${description}</desc>
<style>${trusted(STYLE)}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="title" x="${LEFT}" y="32">${title}</text>
${body}</svg>`.markup
  }\n`;
}

/** @param look such as 'small', 'ink middle' */
export function text(x: number, y: number, content: string, look = ''): Markup {
  return html`<text x="${round(x)}" y="${round(y)}"${look !== '' && html` class="${look}"`}>${content}</text>\n`;
}

/** Lines below each other. */
export function lines(x: number, y: number, contents: readonly string[], look = ''): Markup[] {
  return contents.map((content, i) => text(x, y + i * 23, content, look));
}

/** An entry of the legend: one colour, or two for what both touch. */
export function key(x: number, y: number, colours: readonly Colour[], content: string): Markup {
  const [one, other] = colours;
  return html`<rect class="${one}" x="${x}" y="${y - 13}" width="15" height="15"/>${
    other !== undefined && html`<path class="${other}" d="M${x + 15} ${y - 13}v15h-15z"/>`
  }${text(x + 23, y, content, 'ink')}`;
}

/** Entries one after the other, a new line where one does not fit. @returns them and the y of the last */
export function legend(y: number, entries: readonly (readonly [colours: readonly Colour[], content: string])[]) {
  let [x, at] = [LEFT, y];
  const drawn = entries.map(([colours, content]) => {
    const width = 46 + content.length * 8.3;
    if (x > LEFT && x + width - 20 > WIDTH - LEFT) [x, at] = [LEFT, at + 25];
    const entry = key(x, at, colours, content);
    x = Math.round(x + width);
    return entry;
  });
  return { drawn, bottom: at };
}

/** A straight arrow. */
export function arrow(fromX: number, fromY: number, toX: number, toY: number): Markup {
  const length = Math.hypot(toX - fromX, toY - fromY);
  const [u, v] = [(toX - fromX) / length, (toY - fromY) / length];
  const [x, y] = [toX - 9 * u, toY - 9 * v];
  const head = `M${round(toX)} ${round(toY)}L${round(x - 4.5 * v)} ${round(y + 4.5 * u)}L${round(x + 4.5 * v)} ${round(y - 4.5 * u)}z`;
  return html`<path class="arrow" d="M${round(fromX)} ${round(fromY)}L${round(x)} ${round(y)}" stroke-width="1.6"/><path class="head" d="${head}"/>\n`;
}

export const round = (value: number): number => Math.round(value * 10) / 10;
