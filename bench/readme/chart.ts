// Bars of how many times as fast as TensorFlow.js, a group a work and a bar an adapter, as an SVG, light or dark as its reader likes it.
import { html, type Markup, trusted } from '../../src/report/markup.js';
import { DARK, LIGHT, type Palette } from '../../src/report/palette.js';
import { compare } from '../ratios.js';
import type { Report } from '../report.js';
import { COMPARED, formatRatio } from './figures.js';
import { nameOfAdapter } from './table.js';

const WIDTH = 760;
const [LEFT, RIGHT] = [310, 50];
const [BAR, GAP, TOP] = [16, 14, 88];

/** No var(): not every viewer knows it. */
const STYLE = `
.bars { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "DejaVu Sans", sans-serif; }
.bars .title { font-weight: 600; font-size: 15px; }
${colours(LIGHT)}
@media screen and (prefers-color-scheme: dark) {
${colours(DARK)}
}
`;

function colours({ paper, ink, muted, rule, series }: Palette): string {
  return `.bars .paper { fill: ${paper}; }
.bars text { fill: ${muted}; }
.bars .title, .bars .value { fill: ${ink}; }
.bars .base { stroke: ${rule}; }
${series.map((colour, i) => `.bars .s${i} { fill: ${colour}; }`).join('\n')}`;
}

/** @returns a whole `<svg>`: valid XML, with its style, without ids, scripts and addresses */
export function barChart(reports: readonly Report[]): string {
  const groups = COMPARED.map((work) => ({
    work: work.work,
    bars: reports.flatMap((report, i) => {
      const found = compare(work, report);
      return 'missing' in found ? [] : [{ series: i, adapter: nameOfAdapter(report), ratio: found.ratio }];
    }),
  })).filter(({ bars }) => bars.length > 0);
  const most = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  const place = (ratio: number) => round((ratio / most) * (WIDTH - LEFT - RIGHT));
  let y = TOP;
  const drawn = groups.map(({ work, bars }) => {
    const middle = y + (bars.length * BAR) / 2 + 4.5;
    const rows = bars.map((bar, i) => drawBar(bar, y + i * BAR, place(bar.ratio)));
    y += bars.length * BAR + GAP;
    return html`<text x="${LEFT - 10}" y="${middle}" text-anchor="end">${work}</text>\n${rows}`;
  });
  const one = LEFT + place(1);
  const title = 'How many times as fast as TensorFlow.js on the same device';
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" class="bars" role="img" aria-label="${title}" width="${WIDTH}" height="${y + 8}" viewBox="0 0 ${WIDTH} ${y + 8}">
<style>${trusted(STYLE)}</style>
<rect class="paper" width="${WIDTH}" height="${y + 8}"/>
<text class="title" x="12" y="25">${title}</text>
${legend(reports)}
<line class="base" x1="${one}" x2="${one}" y1="${TOP - 6}" y2="${y - GAP + 6}"/>
<text x="${one}" y="${TOP - 9}" text-anchor="middle">1x</text>
${drawn}</svg>`.markup
  }\n`;
}

function drawBar(
  { series, adapter, ratio }: { readonly series: number; readonly adapter: string; readonly ratio: number },
  y: number,
  width: number,
): Markup {
  return html`<rect class="s${series}" x="${LEFT}" y="${y + 1}" width="${width}" height="${BAR - 2}" rx="2"><title>${adapter}</title></rect>
<text class="value" x="${LEFT + width + 6}" y="${y + BAR - 4}">${formatRatio(ratio)}</text>\n`;
}

function legend(reports: readonly Report[]): Markup[] {
  let x = 12;
  return reports.map((report, i) => {
    const name = nameOfAdapter(report);
    const at = x;
    x += 34 + name.length * 7.5;
    return html`<rect class="s${i}" x="${at}" y="41" width="12" height="12" rx="2"/><text x="${at + 18}" y="52">${name}</text>\n`;
  });
}

const round = (value: number) => Math.round(value * 10) / 10;
