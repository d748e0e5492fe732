// A line chart as SVG text: inline in a page, or as a file of its own, light or dark as its reader likes it.
import { html, type Markup, trusted } from '../markup.js';
import { DARK, LIGHT, type Palette } from '../palette.js';
import { type Axis, createAxis, type Scale } from './axis.js';

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** [x, y] in the order they are joined; points that cannot be drawn (not finite, or not above 0 on a log axis) are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a line chart shows. */
export interface LineChart {
  readonly title: string;
  readonly x: { readonly label: string; readonly scale?: Scale };
  readonly y: { readonly label: string };
  readonly series: readonly Series[];
  /** A point with a dashed line down to the x axis, and a text beside it. */
  readonly mark?: { readonly x: number; readonly y: number; readonly label: string };
}

const [WIDTH, HEIGHT] = [480, 312];
const [LEFT, RIGHT, BOTTOM] = [52, WIDTH - 16, HEIGHT - 48];
/** Lines of at most this many points get a dot on each. */
const MOST_DOTS = 40;
/** A letter's width in the legend, on the safe side. */
const LETTER = 7;

/** Every rule is below .line-chart: a style element in a page counts for the whole page. No var(): not every viewer knows it. */
const STYLE = `
.line-chart { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "DejaVu Sans", sans-serif; }
.line-chart .title { font-weight: 600; font-size: 15px; }
.line-chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line-chart .mark { stroke-dasharray: 3 3; fill: none; }
.line-chart .mark-point { stroke-width: 2; }
.line-chart .mark-label { stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
${colours(LIGHT)}
@media screen and (prefers-color-scheme: dark) {
${colours(DARK)}
}
`;

function colours({ paper, ink, muted, rule, series }: Palette): string {
  return `.line-chart .paper { fill: ${paper}; }
.line-chart text { fill: ${muted}; }
.line-chart .title, .line-chart .mark-label { fill: ${ink}; }
.line-chart .rule { stroke: ${rule}; }
.line-chart .mark-label { stroke: ${paper}; }
.line-chart .base { stroke: ${muted}; }
.line-chart .mark { stroke: ${ink}; }
.line-chart .mark-point { fill: ${paper}; stroke: ${ink}; }
${series.map((colour, i) => `.line-chart .line.s${i} { stroke: ${colour}; } .line-chart .dot.s${i} { fill: ${colour}; }`).join('\n')}`;
}

/** @returns a whole `<svg>`: valid XML, with its style, without ids, scripts and addresses */
export function lineChart({ title, x, y, series, mark }: LineChart): string {
  const drawable = series.map(({ name, points }) => ({
    name,
    points: points.filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py) && (x.scale !== 'log' || px > 0)),
  }));
  const all = drawable.flatMap(({ points }) => points);
  const marked = mark && Number.isFinite(mark.y) && Number.isFinite(mark.x) && (x.scale !== 'log' || mark.x > 0);
  const across = createAxis([...all.map(([px]) => px), ...(marked ? [mark.x] : [])], x.scale, true);
  const up = createAxis([...all.map(([, py]) => py), ...(marked ? [mark.y] : [])]);
  const top = drawable.length > 1 ? 90 : 66; // a legend takes a line
  const at = (px: number, py: number) =>
    [round(LEFT + across.place(px) * (RIGHT - LEFT)), round(BOTTOM - up.place(py) * (BOTTOM - top))] as const;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="line-chart" role="img" aria-label="${summary(title, drawable)}" width="${WIDTH * 1.5}" height="${HEIGHT * 1.5}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<style>${trusted(STYLE)}</style>
<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>
<text class="title" x="12" y="25">${title}</text>
${drawable.length > 1 && legend(drawable)}
<text x="12" y="${top - 14}">${y.label}</text>
<text x="${RIGHT}" y="${BOTTOM + 38}" text-anchor="end">${x.label}</text>
${rules(up, at)}
${base(across, at)}
${drawable.map(({ points, name }, i) => line(points, name, i % 6, at))}
${
  marked &&
  marking(
    at(mark.x, mark.y),
    mark.label,
    top,
    all.map(([px, py]) => at(px, py)),
  )
}
${all.length === 0 && html`<text x="${(LEFT + RIGHT) / 2}" y="${(top + BOTTOM) / 2}" text-anchor="middle">no values</text>`}
</svg>`.markup;
}

/** What the chart says, for those who hear it. */
function summary(title: string, series: readonly Series[]): string {
  const ends = series.flatMap(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return [];
    return `${name} from ${Number(first[1].toPrecision(4))} to ${Number(last[1].toPrecision(4))}`;
  });
  return ends.length === 0 ? title : `${title}: ${ends.join(', ')}`;
}

function legend(series: readonly Series[]): Markup {
  let x = 12;
  return html`${series.map(({ name }, i) => {
    const start = x;
    x += 22 + 6 + name.length * LETTER + 16;
    return html`<path class="line s${i % 6}" d="M${start},43h22"/><text x="${start + 28}" y="47">${name}</text>`;
  })}`;
}

function rules(up: Axis, at: Place): Markup {
  return html`${up.ticks.map((tick) => {
    const [, y] = at(Number.NaN, tick);
    return html`<path class="rule" d="M${LEFT},${y}H${RIGHT}"/><text x="${LEFT - 8}" y="${y + 4.5}" text-anchor="end">${up.format(tick)}</text>`;
  })}`;
}

function base(across: Axis, at: Place): Markup {
  return html`<path class="base" d="M${LEFT},${BOTTOM}H${RIGHT}"/>${across.ticks.map((tick) => {
    const [x] = at(tick, Number.NaN);
    return html`<path class="base" d="M${x},${BOTTOM}v4"/><text x="${x}" y="${BOTTOM + 19}" text-anchor="middle">${across.format(tick)}</text>`;
  })}`;
}

function line(points: Series['points'], name: string, colour: number, at: Place): Markup {
  const places = points.map(([x, y]) => at(x, y));
  const dots = points.length <= MOST_DOTS ? points : [];
  return html`<path class="line s${colour}" d="${places.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x},${y}`).join('')}"/>
${dots.map(([x, y], i) => html`<circle class="dot s${colour}" cx="${places[i]![0]}" cy="${places[i]![1]}" r="3"><title>${`${name}: ${Number(y.toPrecision(5))} at ${Number(x.toPrecision(5))}`}</title></circle>`)}`;
}

/** A marked point with a dashed line; its text stands at that end of the line, and on that side, where it is furthest from points. */
function marking(
  [x, y]: readonly [number, number],
  label: string,
  top: number,
  points: readonly (readonly [number, number])[],
): Markup {
  const places = [1, -1].flatMap((side) => [top + 12, BOTTOM - 8].map((textY) => ({ side, textY })));
  const room = ({ side, textY }: (typeof places)[number]) => {
    const end = x + side * (8 + label.length * LETTER);
    if (end < LEFT || end > RIGHT) return -1;
    const near = points.filter(([px]) => px > Math.min(x, end) - LETTER && px < Math.max(x, end) + LETTER);
    return Math.min(BOTTOM, ...near.map(([, py]) => Math.abs(py - textY)));
  };
  const { side, textY } = places.reduce((best, place) => (room(place) > room(best) ? place : best));
  return html`<path class="mark" d="M${x},${top}V${BOTTOM}"/><circle class="mark-point" cx="${x}" cy="${y}" r="4.5"/>
<text class="mark-label" x="${x + 8 * side}" y="${textY}" text-anchor="${side < 0 ? 'end' : 'start'}">${label}</text>`;
}

type Place = (x: number, y: number) => readonly [number, number];

/** Tenths of a unit are as fine as a screen shows. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
